/** The vectors of test/data/vectors.json that concern the device, put to a subject. */
import assert from "node:assert/strict";
import { CipherUse } from "../../firmware/lorawan/data-security.ts";
import { Direction } from "../../firmware/lorawan/frame.ts";
import { JoinReqType } from "../../firmware/lorawan/join-frames.ts";
import { KeyType } from "../../firmware/lorawan/keys.ts";
import type { Subject } from "./subject.ts";
import { airOrder, deviceVector, hex, octets, unasked, vectors } from "./vectors.ts";

/** Groups that the firmware has nothing for, and why. */
const NOT_OF_THE_DEVICE: Readonly<Record<string, string>> = {
  keyWrap: "servers wrap keys for each other (TS002, RFC 3394)",
  keyWrapNegative: "servers wrap keys for each other (TS002, RFC 3394)",
  relayKeys: "the device is no relay, and no device under one (TS011)",
  dnsNames: "servers look a JoinEUI up in the DNS",
  tr005: "QR codes are read and written where devices are provisioned",
  tr005Negative: "QR codes are read and written where devices are provisioned",
};

/** Declares the tests. `subject` is called when they run; it has the parity lines of one version of TS004. */
export function specifyVectors(subject: () => Subject, fragmentation: 1 | 2 = 2): void {
  describe("AES-128 and CMAC", () => {
    for (const v of vectors<{ key: string; plaintext: string; ciphertext: string }>("aes128")) {
      it(`AES-128: ${v.name}`, () => {
        assert.equal(hex(subject().encryptBlock(octets(v.key), octets(v.plaintext))), v.ciphertext);
      });
    }
    for (const v of vectors<{ key: string; k1: string; k2: string }>("cmacSubkeys")) {
      it(`CMAC subkeys: ${v.name}`, () => {
        const k1 = subject().doubleBlock(subject().encryptBlock(octets(v.key), new Uint8Array(16)));
        assert.equal(hex(k1), v.k1);
        assert.equal(hex(subject().doubleBlock(k1)), v.k2);
      });
    }
    for (const v of vectors<{ key: string; message: string; mac: string }>("cmac")) {
      it(`CMAC: ${v.name}`, () => {
        assert.equal(hex(subject().cmac(octets(v.key), octets(v.message))), v.mac);
      });
    }
    for (const name of ["AES-CMAC empty", "AES-CMAC 16"]) {
      it(`CMAC: device, ${name}`, () => {
        const { input, expected } = deviceVector<{ key: string; msg: string }>(name);
        assert.equal(hex(subject().cmac(octets(input.key), octets(input.msg))), expected);
      });
    }
  });

  describe("keys", () => {
    interface Joined {
      name: string;
      joinNonce: string;
      netId: string;
      devNonce: string;
    }
    const key10 = (v: Joined, rootKey: string, type: number) =>
      hex(
        subject().sessionKey10(
          octets(rootKey),
          type,
          Uint8Array.from([...airOrder(v.joinNonce), ...airOrder(v.netId)]),
          Number.parseInt(v.devNonce, 16),
        ),
      );
    for (const v of vectors<Joined & { appKey: string; NwkSKey: string; AppSKey: string }>("sessionKeys10")) {
      it(`1.0: ${v.name}`, () => {
        assert.equal(key10(v, v.appKey, KeyType.FNwkSInt), v.NwkSKey);
        assert.equal(key10(v, v.appKey, KeyType.AppS), v.AppSKey);
      });
    }
    for (const v of vectors<Joined & { nwkKey: string; FNwkSIntKey: string }>("sessionKeys11OptNeg0")) {
      it(`1.1 with OptNeg = 0: ${v.name}`, () => {
        assert.equal(key10(v, v.nwkKey, KeyType.FNwkSInt), v.FNwkSIntKey);
      });
    }
    interface Joined11 {
      name: string;
      nwkKey: string;
      appKey: string;
      joinNonce: string;
      joinEui: string;
      devNonce: string;
      [key: string]: string;
    }
    for (const v of vectors<Joined11>("sessionKeys11")) {
      it(`1.1: ${v.name}`, () => {
        const key = (rootKey: string, type: number) =>
          hex(
            subject().sessionKey11(
              octets(rootKey),
              type,
              airOrder(v.joinNonce),
              airOrder(v.joinEui),
              Number.parseInt(v.devNonce, 16),
            ),
          );
        assert.equal(key(v.nwkKey, KeyType.FNwkSInt), v.FNwkSIntKey);
        assert.equal(key(v.nwkKey, KeyType.SNwkSInt), v.SNwkSIntKey);
        assert.equal(key(v.nwkKey, KeyType.NwkSEnc), v.NwkSEncKey);
        assert.equal(key(v.appKey, KeyType.AppS), v.AppSKey);
      });
    }
    for (const v of vectors<{ nwkKey: string; devEui: string; JSIntKey: string; JSEncKey: string }>(
      "jsKeys11",
    )) {
      it(`Join Server keys of 1.1: ${v.name}`, () => {
        const key = (type: number) =>
          hex(subject().joinServerKey(octets(v.nwkKey), type, airOrder(v.devEui)));
        assert.equal(key(KeyType.JSInt), v.JSIntKey);
        assert.equal(key(KeyType.JSEnc), v.JSEncKey);
      });
    }
    for (const [name, type] of [
      ["AppSKey 1.1", KeyType.AppS],
      ["SNwkSIntKey 1.1", KeyType.SNwkSInt],
      ["NwkSEncKey 1.1", KeyType.NwkSEnc],
    ] as const) {
      it(`device: ${name}`, () => {
        const { input, expected } = deviceVector<Record<string, string>>(name);
        const key = subject().sessionKey11(
          octets(input.root_key),
          type,
          airOrder(input.join_nonce),
          airOrder(input.join_eui),
          Number.parseInt(input.dev_nonce, 16),
        );
        assert.equal(hex(key), expected);
      });
    }
    it("device: JSEncKey", () => {
      const { input, expected } = deviceVector<Record<string, string>>("JSEncKey");
      const key = subject().joinServerKey(octets(input.root_key), KeyType.JSEnc, airOrder(input.dev_eui));
      assert.equal(hex(key), expected);
    });
    for (const [name, type] of [
      ["NwkSKey from that Join-accept", KeyType.FNwkSInt],
      ["AppSKey from that Join-accept", KeyType.AppS],
    ] as const) {
      it(`device: ${name}`, () => {
        const { input, expected } = deviceVector<Record<string, string>>(name);
        const devNonce = octets(input.dev_nonce_air);
        const key = subject().sessionKey10(
          octets(input.app_key),
          type,
          octets(input.join_nonce_air + input.net_id_air),
          devNonce[0] | (devNonce[1] << 8),
        );
        assert.equal(hex(key), expected);
      });
    }
  });

  describe("join-request", () => {
    for (const v of vectors<{
      phyPayload: string;
      key: string;
      fields: { joinEui: string; devEui: string; devNonce: number };
    }>("joinRequest")) {
      it(v.name, () => {
        const { joinEui, devEui, devNonce } = v.fields;
        const made = subject().joinRequest(airOrder(joinEui), airOrder(devEui), devNonce, octets(v.key));
        assert.equal(hex(made), v.phyPayload);
      });
    }
    for (const v of vectors<{ phyPayload: string; key: string }>("joinRequestNegative")) {
      it(`differs from: ${v.name}`, () => {
        const air = octets(v.phyPayload);
        const made = subject().joinRequest(
          air.slice(1, 9),
          air.slice(9, 17),
          air[17] | (air[18] << 8),
          octets(v.key),
        );
        assert.equal(hex(made.slice(0, 19)), hex(air.slice(0, 19)));
        assert.notEqual(hex(made.slice(19)), hex(air.slice(19)));
      });
    }
    for (const [name, key, message] of [
      ["Join-request MIC", "key", "msg"],
      ["Join-request 1.0", "app_key", "wire_wo_mic"],
    ] as const) {
      it(`device: ${name}`, () => {
        const { input, expected } = deviceVector<Record<string, string>>(name);
        const air = octets(input[message]);
        const made = subject().joinRequest(
          air.slice(1, 9),
          air.slice(9, 17),
          air[17] | (air[18] << 8),
          octets(input[key]),
        );
        assert.equal(hex(made), input[message] + expected);
      });
    }
  });

  describe("join-accept", () => {
    interface JoinAccept {
      mode: "1.0" | "1.1";
      phyPayload?: string;
      plain: string;
      encKey: string;
      micKey?: string;
      joinEui?: string;
      devNonce?: number;
    }
    const flipped = (data: Uint8Array, octet: number) => data.map((v, i) => (i === octet ? v ^ 1 : v));
    for (const v of vectors<JoinAccept>("joinAccept")) {
      it(v.name, () => {
        const { phyPayload, encKey, joinEui, devNonce, micKey } = v;
        const plain = octets(v.plain);
        if (phyPayload !== undefined)
          assert.equal(hex(subject().decryptJoinAccept(octets(phyPayload), octets(encKey))), v.plain);
        const hasMic = (data: Uint8Array) =>
          v.mode === "1.0"
            ? subject().hasJoinAcceptMic10(data, octets(encKey))
            : subject().hasJoinAcceptMic11(
                data,
                JoinReqType.Join,
                airOrder(joinEui!),
                devNonce!,
                octets(micKey!),
              );
        assert.equal(hasMic(plain), true);
        assert.equal(hasMic(flipped(plain, 1)), false);
        assert.equal(hasMic(flipped(plain, plain.length - 1)), false);
      });
    }
    it("device: decrypt", () => {
      const { input, expected } = deviceVector<Record<string, string>>("Join-accept decrypt");
      assert.equal(hex(subject().decryptJoinAccept(octets(input.wire), octets(input.app_key))), expected);
    });
    it("device: encryption is undone by the cipher", () => {
      const { input, expected } = deviceVector<Record<string, string>>("Join-accept encryption");
      assert.equal(
        hex(subject().decryptJoinAccept(octets(`20${expected}`), octets(input.key))),
        `20${input.plain}`,
      );
    });
    it("device: MIC with CFList", () => {
      const { input, expected } = deviceVector<Record<string, string>>("Join-accept with CFList");
      const key = octets(input.app_key);
      const plain = subject().decryptJoinAccept(octets(input.wire), key);
      assert.equal(hex(plain), input.decrypted);
      assert.equal(hex(plain.slice(-4)), expected);
      assert.equal(subject().hasJoinAcceptMic10(plain, key), true);
    });
    it("device: MIC of 1.1", () => {
      const { input, expected } = deviceVector<Record<string, string>>("Join-accept MIC 1.1");
      assert.equal(
        subject().hasJoinAcceptMic11(
          octets(input.msg + expected),
          JoinReqType.Join,
          airOrder(input.join_eui),
          Number.parseInt(input.dev_nonce, 16),
          octets(input.js_int_key),
        ),
        true,
      );
    });
  });

  describe("rejoin", () => {
    interface RejoinRequest {
      name: string;
      type: number;
      phyPayload: string;
      key: string;
      fields: { netId?: string; joinEui?: string; devEui: string; rjCount0?: number; rjCount1?: number };
    }
    const sender = (eui: string) => Uint8Array.from({ ...airOrder(eui), length: 8 });
    for (const v of vectors<RejoinRequest>("rejoinRequest")) {
      it(v.name, () => {
        const { netId, joinEui, devEui, rjCount0, rjCount1 } = v.fields;
        const from = sender((netId ?? joinEui)!);
        const count = (rjCount0 ?? rjCount1)!;
        const made = subject().rejoinRequest(v.type, from, airOrder(devEui), count, octets(v.key));
        assert.equal(hex(made), v.phyPayload);
      });
    }
    interface RejoinFlow {
      name: string;
      request: { PHYPayload: string; ReceiverID: string };
      rootKeys: { nwkKey: string; appKey: string };
      jsIntKey: string;
      jsEncKey: string;
      joinAcceptPlain: string;
      answer: { PHYPayload: string; keys: Record<string, string> };
    }
    for (const v of vectors<RejoinFlow>("rejoinFlowsComputed")) {
      it(`join-accept and keys: ${v.name}`, () => {
        const request = octets(v.request.PHYPayload);
        const type = request[1];
        const count = request[request.length - 6] | (request[request.length - 5] << 8);
        const plain = subject().decryptJoinAccept(octets(v.answer.PHYPayload), octets(v.jsEncKey));
        assert.equal(hex(plain), v.joinAcceptPlain);
        const joinEui = airOrder(v.request.ReceiverID);
        for (const answered of [0, 1, 2, JoinReqType.Join])
          assert.equal(
            subject().hasJoinAcceptMic11(plain, answered, joinEui, count, octets(v.jsIntKey)),
            answered === type,
          );
        const { nwkKey, appKey } = v.rootKeys;
        for (const [name, rootKey, keyType] of [
          ["FNwkSIntKey", nwkKey, KeyType.FNwkSInt],
          ["SNwkSIntKey", nwkKey, KeyType.SNwkSInt],
          ["NwkSEncKey", nwkKey, KeyType.NwkSEnc],
          ["AppSKey", appKey, KeyType.AppS],
        ] as const) {
          const made = subject().sessionKey11(octets(rootKey), keyType, plain.slice(1, 4), joinEui, count);
          assert.equal(hex(made), v.answer.keys[name], name);
        }
      });
    }
  });

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

  describe("joins, from the request to the keys", () => {
    interface Flow {
      request: { MACVersion: string; PHYPayload: string; ReceiverID: string; DevEUI: string };
      rootKeys: { nwkKey: string; appKey: string };
      joinAcceptPlain: string;
      jsIntKey: string;
      answer: { PHYPayload: string; keys: Record<string, string> };
    }
    const devNonceOf = (phyPayload: Uint8Array) => phyPayload[17] | (phyPayload[18] << 8);
    for (const v of vectors<Flow>("backendFlows")) {
      it(v.name, () => {
        const { PHYPayload, ReceiverID, DevEUI, MACVersion } = v.request;
        const rootKey = octets(v.rootKeys.nwkKey);
        const joinEui = airOrder(ReceiverID);
        const devNonce = devNonceOf(octets(PHYPayload));
        const made = subject().joinRequest(joinEui, airOrder(DevEUI), devNonce, rootKey);
        assert.equal(hex(made), PHYPayload);
        const plain = subject().decryptJoinAccept(octets(v.answer.PHYPayload), rootKey);
        assert.equal(hex(plain), v.joinAcceptPlain);
        const { FNwkSIntKey, SNwkSIntKey, NwkSEncKey, NwkSKey, AppSKey } = v.answer.keys;
        if (MACVersion !== "1.1") {
          assert.equal(subject().hasJoinAcceptMic10(plain, rootKey), true);
          const key = (type: number) =>
            hex(subject().sessionKey10(rootKey, type, plain.slice(1, 7), devNonce));
          assert.deepEqual([key(KeyType.FNwkSInt), key(KeyType.AppS)], [NwkSKey, AppSKey]);
          return;
        }
        const jsIntKey = octets(v.jsIntKey);
        assert.equal(
          subject().hasJoinAcceptMic11(plain, JoinReqType.Join, joinEui, devNonce, jsIntKey),
          true,
        );
        const key = (from: Uint8Array, type: number) =>
          hex(subject().sessionKey11(from, type, plain.slice(1, 4), joinEui, devNonce));
        assert.equal(key(rootKey, KeyType.FNwkSInt), FNwkSIntKey);
        assert.equal(key(rootKey, KeyType.SNwkSInt), SNwkSIntKey);
        assert.equal(key(rootKey, KeyType.NwkSEnc), NwkSEncKey);
        assert.equal(key(octets(v.rootKeys.appKey), KeyType.AppS), AppSKey);
      });
    }
    interface Interop {
      request: { PHYPayload: string; ReceiverID: string; DevEUI: string; SenderID: string };
      appKey: string;
      expectWithFirstJoinNonce1: { NwkSKey: string; AppSKey: string };
    }
    for (const v of vectors<Interop>("interopRequests")) {
      it(v.name, () => {
        const { PHYPayload, ReceiverID, DevEUI, SenderID } = v.request;
        const appKey = octets(v.appKey);
        const devNonce = devNonceOf(octets(PHYPayload));
        const made = subject().joinRequest(airOrder(ReceiverID), airOrder(DevEUI), devNonce, appKey);
        assert.equal(hex(made), PHYPayload.toLowerCase());
        const nonceAndNetId = Uint8Array.of(1, 0, 0, ...airOrder(SenderID));
        const key = (type: number) => hex(subject().sessionKey10(appKey, type, nonceAndNetId, devNonce));
        const { NwkSKey, AppSKey } = v.expectWithFirstJoinNonce1;
        assert.deepEqual([key(KeyType.FNwkSInt), key(KeyType.AppS)], [NwkSKey, AppSKey]);
      });
    }
  });

  describe("multicast", () => {
    for (const v of vectors<{ in: string; out: string; mcAddr?: string }>("multicastKeys")) {
      it(v.name, () => {
        const key = octets(v.in);
        const made =
          v.mcAddr === undefined
            ? subject().encryptBlock(key, new Uint8Array(16))
            : subject().groupKeys(key, airOrder(v.mcAddr)).slice(0, 16);
        assert.equal(hex(made), v.out);
      });
    }
    it("device: McKEKey", () => {
      const { input, expected } = deviceVector<{ mc_root_key: string }>("McKEKey");
      assert.equal(hex(subject().encryptBlock(octets(input.mc_root_key), new Uint8Array(16))), expected);
    });
    for (const [name, at] of [
      ["McNwkSKey", 0],
      ["McAppSKey", 16],
    ] as const) {
      it(`device: ${name}`, () => {
        const { input, expected } = deviceVector<{ mc_key: string; mc_addr: string }>(name);
        const made = subject().groupKeys(octets(input.mc_key), airOrder(input.mc_addr));
        assert.equal(hex(made.slice(at, at + 16)), expected);
      });
    }
  });

  describe("fragments", () => {
    interface Parity {
      data: string;
      nb_frag: number;
      frag_size: number;
      line: number;
    }
    const named = vectors<unknown>("device").filter(({ name }) => name.startsWith("TS004"));
    for (const { name } of named) {
      const { input, expected } = deviceVector<Parity>(name);
      if (!name.startsWith(`TS004 v${fragmentation} `)) continue;
      it(`device: ${name}`, () => {
        // Octet k of the block is k.
        const line = subject().parityLine(input.line, input.nb_frag);
        const sum = new Uint8Array(input.frag_size);
        for (let i = 0; i < input.nb_frag; i++)
          if ((line[i >> 3] >> (i & 7)) & 1)
            for (let j = 0; j < sum.length; j++) sum[j] ^= i * input.frag_size + j;
        assert.equal(hex(sum), expected);
      });
    }
  });

  it("device: ping offset", () => {
    const { input, expected } = deviceVector<{ beacon_time: number; dev_addr: string; ping_period: number }>(
      "ping offset",
    );
    const periodicity = Math.log2(input.ping_period) - 5;
    const made = subject().pingOffset(input.beacon_time, airOrder(input.dev_addr), periodicity);
    assert.equal(made, expected as unknown as number);
  });

  describe("all of them", () => {
    it("have been put to it, but for groups with a reason", function () {
      let areAllRun = true;
      this.test!.parent!.parent!.eachTest((test) => {
        areAllRun &&= test === this.test || test.state !== undefined;
      });
      // A choice of tests (mocha --grep) asks for what it likes.
      if (!areAllRun) this.skip();
      assert.deepEqual(unasked(), Object.keys(NOT_OF_THE_DEVICE));
    });
  });
}
