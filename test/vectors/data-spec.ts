/** Data frames: their MIC and what is encrypted in them. */
import assert from "node:assert/strict";
import { CipherUse } from "../../firmware/lorawan/data-security.ts";
import { Direction } from "../../firmware/lorawan/frame.ts";
import type { Subject } from "./subject.ts";
import { airOrder, deviceVector, hex, octets, vectors } from "./vectors.ts";

/** Declares the tests. `subject` is called when they run. */
export function specifyDataFrames(subject: () => Subject): void {
  describe("data frames", () => {
    interface DataFrame {
      lorawan: "1.0" | "1.1";
      phyPayload: string;
      NwkSKey?: string;
      AppSKey?: string;
      FNwkSIntKey?: string;
      SNwkSIntKey?: string;
      NwkSEncKey?: string;
      confFCnt?: number;
      txDr?: number;
      txCh?: number;
      frmPlain?: string;
      note?: string;
      fcnt32: number;
      fields: { uplink: boolean; devAddr: string; fport?: number; frmPayload: string; mic: string };
    }
    const direction = (v: DataFrame) => (v.fields.uplink ? Direction.Up : Direction.Down);
    for (const v of vectors<DataFrame>("dataFrames")) {
      it(`MIC: ${v.name}`, () => {
        const message = octets(v.phyPayload).slice(0, -4);
        const devAddr = airOrder(v.fields.devAddr);
        const b0 = (key: string) =>
          hex(subject().cmacB0(octets(key), message, direction(v), 0, devAddr, v.fcnt32));
        if (v.lorawan === "1.0") {
          assert.equal(b0(v.NwkSKey!).slice(0, 8), v.fields.mic);
          return;
        }
        // The ConfFCnt of a vector counts only where its frame acknowledges.
        const confFCnt = octets(v.phyPayload)[5] & 0x20 ? v.confFCnt! : 0;
        const b1 = subject().cmacB1(
          octets(v.SNwkSIntKey!),
          message,
          confFCnt,
          v.txDr!,
          v.txCh!,
          devAddr,
          v.fcnt32,
        );
        assert.equal(hex(b1).slice(0, 4) + b0(v.FNwkSIntKey!).slice(0, 4), v.fields.mic);
      });
      if (v.frmPlain === undefined || v.fields.fport === undefined) continue;
      // Where the note says so, the source encrypted port 0 under the AppSKey.
      const key =
        v.fields.fport > 0 || v.note?.includes("AppSKey") || v.note?.includes("01*16")
          ? v.AppSKey
          : (v.NwkSEncKey ?? v.NwkSKey);
      if (key === undefined || v.frmPlain === v.fields.frmPayload) continue;
      it(`FRMPayload: ${v.name}`, () => {
        const { frmPayload, devAddr } = v.fields;
        const plain = subject().crypt(
          octets(key),
          CipherUse.FrmPayload,
          octets(frmPayload),
          direction(v),
          airOrder(devAddr),
          v.fcnt32,
        );
        assert.equal(hex(plain), v.frmPlain);
      });
    }

    interface Tts {
      key: string;
      devAddr: string;
      fcnt: number;
    }
    for (const v of vectors<Tts & { message: string; mic: string }>("dataMic")) {
      it(`MIC: ${v.name}`, () => {
        const b0 = subject().cmacB0(
          octets(v.key),
          octets(v.message),
          v.name.includes("downlink") ? Direction.Down : Direction.Up,
          0,
          airOrder(v.devAddr),
          v.fcnt,
        );
        if (!v.name.includes("1.1")) {
          assert.equal(hex(b0).slice(0, 8), v.mic);
          return;
        }
        const b1 = subject().cmacB1(octets(v.key), octets(v.message), 0, 0, 0, airOrder(v.devAddr), v.fcnt);
        assert.equal(hex(b1).slice(0, 4) + hex(b0).slice(0, 4), v.mic);
      });
    }
    for (const v of vectors<Tts & { plain: string; cipher: string }>("dataEncrypt")) {
      it(`encryption: ${v.name}`, () => {
        const made = subject().crypt(
          octets(v.key),
          v.name.includes("FOpts") ? CipherUse.FOpts : CipherUse.FrmPayload,
          octets(v.plain),
          v.name.includes("downlink") ? Direction.Down : Direction.Up,
          airOrder(v.devAddr),
          v.fcnt,
        );
        assert.equal(hex(made), v.cipher);
      });
    }
    for (const [name, use, dir] of [
      ["FRMPayload uplink", CipherUse.FrmPayload, Direction.Up],
      ["FRMPayload downlink", CipherUse.FrmPayload, Direction.Down],
      ["FOpts uplink", CipherUse.FOpts, Direction.Up],
      ["FOpts downlink NFCntDown", CipherUse.FOpts, Direction.Down],
    ] as const) {
      it(`device: ${name}`, () => {
        const { input, expected } = deviceVector<{
          key: string;
          dev_addr: string;
          fcnt: number;
          plain: string;
        }>(name);
        const made = subject().crypt(
          octets(input.key),
          use,
          octets(input.plain),
          dir,
          airOrder(input.dev_addr),
          input.fcnt,
        );
        assert.equal(hex(made), expected);
      });
    }
    it("device: FOpts of a downlink of 1.1", () => {
      const { input, expected } = deviceVector<{
        nwk_senc: string;
        dev_addr: string;
        fcnt: number;
        fopts: string;
      }>("frame 1.1 down FOpts");
      const made = subject().crypt(
        octets(input.nwk_senc),
        CipherUse.FOpts,
        octets(input.fopts),
        Direction.Down,
        airOrder(input.dev_addr),
        input.fcnt,
      );
      assert.equal(hex(made), expected);
    });
    it("device: MIC uplink 1.0", () => {
      const { input, expected } = deviceVector<{
        key: string;
        dev_addr: string;
        fcnt: number;
        msg: string;
      }>("MIC uplink 1.0");
      const made = subject().cmacB0(
        octets(input.key),
        octets(input.msg),
        Direction.Up,
        0,
        airOrder(input.dev_addr),
        input.fcnt,
      );
      assert.equal(hex(made).slice(0, 8), expected);
    });
    for (const name of [
      "frame 1.0 unconfirmed up",
      "frame 1.0 confirmed down",
      "frame 1.0 up port 0 MAC commands",
    ]) {
      it(`device: ${name}`, () => {
        const { input, expected } = deviceVector<{
          nwk_skey: string;
          app_skey?: string;
          dev_addr: string;
          fcnt: number;
          fport: number;
          plain: string;
        }>(name);
        const air = octets(expected);
        const dir = air[0] & 0x20 ? Direction.Down : Direction.Up;
        const devAddr = airOrder(input.dev_addr);
        const key = octets(input.fport === 0 ? input.nwk_skey : input.app_skey!);
        const sealed = subject().crypt(
          key,
          CipherUse.FrmPayload,
          octets(input.plain),
          dir,
          devAddr,
          input.fcnt,
        );
        assert.equal(hex(sealed), hex(air.slice(9, -4)));
        const mac = subject().cmacB0(octets(input.nwk_skey), air.slice(0, -4), dir, 0, devAddr, input.fcnt);
        assert.equal(hex(mac).slice(0, 8), hex(air.slice(-4)));
      });
    }
  });
}
