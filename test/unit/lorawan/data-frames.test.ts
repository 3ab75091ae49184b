import assert from "node:assert/strict";
import {
  buildDataMessage,
  cryptFOpts,
  cryptFrmPayload,
  type DataFrame,
  dataMic10,
  downlinkMic11,
  FrameError,
  parseDataFrame,
  reconstructFCnt,
  uplinkMic11,
} from "../../../hil/lorawan/index.ts";
import { deviceVector, hex, octets, vectorGroup } from "./vectors.ts";

describe("lorawan data frames", () => {
  for (const vector of vectorGroup("dataFrames")) {
    const phyPayload = octets(vector.phyPayload);
    const { fields } = vector;

    it(`parses and rebuilds: ${vector.name}`, () => {
      const frame = parseDataFrame(phyPayload);
      const fCtrl = Number.parseInt(fields.fctrl, 16);
      assert.equal(frame.direction, fields.uplink ? "up" : "down");
      assert.equal(frame.confirmed, fields.mtype >= 4);
      assert.equal(frame.devAddr, fields.devAddr.toUpperCase());
      assert.deepEqual(
        [frame.adr, frame.adrAckReq, frame.ack, frame.classBOrFPending],
        [0x80, 0x40, 0x20, 0x10].map((bit) => (fCtrl & bit) !== 0),
      );
      assert.equal(frame.fCnt16, fields.fcnt16);
      assert.equal(hex(frame.fOpts), fields.fopts);
      assert.equal(frame.fPort, fields.fport);
      assert.equal(hex(frame.frmPayload), fields.frmPayload);
      assert.equal(hex(frame.mic), fields.mic);
      assert.equal(hex(Buffer.concat([buildDataMessage(frame), frame.mic])), vector.phyPayload);
    });

    it(`makes the MIC: ${vector.name}`, () => {
      const { message, direction, devAddr, mic } = parseDataFrame(phyPayload);
      const input = { devAddr, fCnt: vector.fcnt32, message };
      const expected =
        vector.lorawan === "1.0"
          ? dataMic10(input, octets(vector.NwkSKey), direction)
          : uplinkMic11(
              { ...input, confFCnt: vector.confFCnt, txDr: vector.txDr, txCh: vector.txCh },
              { sNwkSIntKey: octets(vector.SNwkSIntKey), fNwkSIntKey: octets(vector.FNwkSIntKey) },
            );
      assert.equal(hex(expected), hex(mic));
    });

    if (vector.frmPlain && !vector.note)
      it(`decrypts FRMPayload: ${vector.name}`, () => {
        const { devAddr, direction, frmPayload, fPort } = parseDataFrame(phyPayload);
        const key = fPort === 0 ? (vector.NwkSEncKey ?? vector.NwkSKey) : vector.AppSKey;
        const plain = cryptFrmPayload({ devAddr, direction, fCnt: vector.fcnt32 }, octets(key), frmPayload);
        assert.equal(hex(plain), vector.frmPlain);
      });
  }

  const [legacyUp, sameKeysUp, legacyDown] = vectorGroup("dataMic");
  const micInput = (vector: typeof legacyUp) => ({
    devAddr: vector.devAddr,
    fCnt: vector.fcnt,
    message: octets(vector.message),
  });
  it(`makes the MIC: ${legacyUp.name}, ${legacyDown.name}`, () => {
    assert.equal(hex(dataMic10(micInput(legacyUp), octets(legacyUp.key), "up")), legacyUp.mic);
    assert.equal(hex(dataMic10(micInput(legacyDown), octets(legacyDown.key), "down")), legacyDown.mic);
    const acknowledgingNothing = { ...micInput(legacyDown), confFCnt: 0 };
    assert.equal(hex(downlinkMic11(acknowledgingNothing, octets(legacyDown.key))), legacyDown.mic);
  });
  it(`makes the MIC: ${sameKeysUp.name}`, () => {
    const key = octets(sameKeysUp.key);
    const input = { ...micInput(sameKeysUp), confFCnt: 0, txDr: 0, txCh: 0 };
    assert.equal(hex(uplinkMic11(input, { sNwkSIntKey: key, fNwkSIntKey: key })), sameKeysUp.mic);
  });

  const [frmDown, fOptsUp, fOptsDown] = vectorGroup("dataEncrypt");
  it(`encrypts: ${frmDown.name}, ${fOptsUp.name}, ${fOptsDown.name}`, () => {
    const input = { devAddr: frmDown.devAddr, fCnt: frmDown.fcnt };
    const key = octets(frmDown.key);
    const plain = octets(frmDown.plain);
    assert.equal(hex(cryptFrmPayload({ ...input, direction: "down" }, key, plain)), frmDown.cipher);
    assert.equal(hex(cryptFOpts({ ...input, counter: "FCntUp" }, key, plain)), fOptsUp.cipher);
    assert.equal(hex(cryptFOpts({ ...input, counter: "NFCntDown" }, key, plain)), fOptsDown.cipher);
    assert.notEqual(hex(cryptFOpts({ ...input, counter: "AFCntDown" }, key, plain)), fOptsDown.cipher);
  });

  it("device cases: FRMPayload and FOpts encryption", () => {
    for (const [name, crypt] of [
      ["FRMPayload uplink", (i, k, p) => cryptFrmPayload({ ...i, direction: "up" }, k, p)],
      ["FRMPayload downlink", (i, k, p) => cryptFrmPayload({ ...i, direction: "down" }, k, p)],
      ["FOpts uplink (errata", (i, k, p) => cryptFOpts({ ...i, counter: "FCntUp" }, k, p)],
      ["FOpts downlink NFCntDown", (i, k, p) => cryptFOpts({ ...i, counter: "NFCntDown" }, k, p)],
    ] as [string, (i: { devAddr: string; fCnt: number }, k: Buffer, p: Buffer) => Buffer][]) {
      const { input, expected } = deviceVector(name);
      const cipher = crypt(
        { devAddr: input.dev_addr, fCnt: input.fcnt },
        octets(input.key),
        octets(input.plain),
      );
      assert.equal(hex(cipher), expected, name);
    }
    const { input, expected } = deviceVector("frame 1.1 down FOpts LinkCheckAns");
    const address = { devAddr: input.dev_addr, fCnt: input.fcnt, counter: "NFCntDown" } as const;
    assert.equal(hex(cryptFOpts(address, octets(input.nwk_senc), octets(input.fopts))), expected);
  });

  it("device cases: whole frames and a 32-bit counter", () => {
    for (const [name, direction, confirmed] of [
      ["frame 1.0 unconfirmed up", "up", false],
      ["frame 1.0 confirmed down", "down", true],
      ["frame 1.0 up port 0", "up", false],
    ] as const) {
      const { input, expected } = deviceVector(name);
      const address = { devAddr: input.dev_addr, fCnt: input.fcnt };
      const key = octets(input.fport === 0 ? input.nwk_skey : input.app_skey);
      const message = buildDataMessage({
        ...emptyFrame,
        direction,
        confirmed,
        devAddr: input.dev_addr,
        adr: input.adr ?? false,
        fCnt16: input.fcnt & 0xffff,
        fPort: input.fport,
        frmPayload: cryptFrmPayload({ ...address, direction }, key, octets(input.plain)),
      });
      const mic = dataMic10({ ...address, message }, octets(input.nwk_skey), direction);
      assert.equal(hex(Buffer.concat([message, mic])), expected, name);
    }
    const { input, expected } = deviceVector("MIC uplink 1.0");
    const mic = { devAddr: input.dev_addr, fCnt: input.fcnt, message: octets(input.msg) };
    assert.equal(hex(dataMic10(mic, octets(input.key), "up")), expected);
  });

  for (const [what, frame, reason] of [
    ["a join-request", "00".repeat(23), /FType 0 is not a data frame/],
    ["11 octets", "40".padEnd(22, "0"), /at least 12 octets/],
    ["FOpts beyond the end", `4004030201010000${"00".repeat(4)}`, /FOptsLen 1 reaches beyond/],
    ["FPort 0 beside FOpts", `40040302010100000200${"00".repeat(4)}`, /both in FOpts and on FPort 0/],
    ["another Major", `4104030201000000${"00".repeat(4)}`, /Major 1/],
  ] as const)
    it(`refuses to parse ${what}`, () => {
      assert.throws(() => parseDataFrame(octets(frame)), reason);
    });

  it("keeps an absent FPort apart from an empty FRMPayload", () => {
    const none = parseDataFrame(octets("400403020100010000000000"));
    assert.deepEqual([none.fPort, none.frmPayload.length], [undefined, 0]);
    const empty = parseDataFrame(octets("40040302010001000700000000"));
    assert.deepEqual([empty.fPort, empty.frmPayload.length], [7, 0]);
  });

  for (const [what, wrong] of [
    ["16 octets of FOpts", { fOpts: Buffer.alloc(16) }],
    ["FRMPayload without FPort", { frmPayload: Buffer.alloc(1) }],
    ["FPort 256", { fPort: 256 }],
    ["FPort 0 beside FOpts", { fPort: 0, fOpts: Buffer.alloc(1) }],
    ["a DevAddr of three octets", { devAddr: "010203" }],
  ] as [string, Partial<DataFrame>][])
    it(`refuses to build ${what}`, () => {
      assert.throws(() => buildDataMessage({ ...emptyFrame, ...wrong }), FrameError);
    });
});

describe("lorawan frame counters", () => {
  for (const [fCnt16, last, expected] of [
    [5, undefined, 5],
    [6, 5, 6],
    [5, 5, 5],
    [0, 0xffff, 0x10000],
    [0xffff, 0x1_0000, 0x1_ffff],
    [1, 0xffff_0000, 0xffff_0001],
    [0, 0x7fff_ffff, 0x8000_0000],
  ] as const)
    it(`reads ${fCnt16} after ${last} as ${expected}`, () => {
      assert.equal(reconstructFCnt(fCnt16, last), expected);
    });
});

const emptyFrame: DataFrame = {
  direction: "up",
  confirmed: false,
  devAddr: "01020304",
  adr: false,
  adrAckReq: false,
  ack: false,
  classBOrFPending: false,
  fCnt16: 0,
  fOpts: Buffer.alloc(0),
  frmPayload: Buffer.alloc(0),
};
