import assert from "node:assert/strict";
import {
  buildCfList,
  buildJoinAccept,
  buildJoinRequest,
  buildRejoinRequest,
  cmacMic,
  dlSettingsOctet,
  FrameError,
  isJoinAccept,
  JoinReqType,
  openJoinAccept,
  parseCfList,
  parseDlSettings,
  parseJoinRequest,
  parsePlainJoinAccept,
  parseRejoinRequest,
  verifyJoinAcceptMic,
  verifyJoinRequestMic,
  verifyRejoinRequestMic,
} from "../../../hil/lorawan/index.ts";
import { deviceVector, hex, octets, vectorGroup } from "./vectors.ts";

describe("lorawan join-request", () => {
  for (const vector of vectorGroup("joinRequest"))
    it(`parses, verifies and rebuilds: ${vector.name}`, () => {
      const phyPayload = octets(vector.phyPayload);
      const { mic, ...request } = parseJoinRequest(phyPayload);
      assert.deepEqual(request, {
        joinEui: vector.fields.joinEui.toUpperCase(),
        devEui: vector.fields.devEui.toUpperCase(),
        devNonce: vector.fields.devNonce,
      });
      assert.equal(hex(mic), vector.fields.mic);
      assert.equal(verifyJoinRequestMic(phyPayload, octets(vector.key)), true);
      assert.equal(hex(buildJoinRequest(request, octets(vector.key))), vector.phyPayload);
    });

  for (const vector of vectorGroup("joinRequestNegative"))
    it(`does not verify: ${vector.name}`, () => {
      assert.equal(verifyJoinRequestMic(octets(vector.phyPayload), octets(vector.key)), false);
    });

  for (const [name, key, message] of [
    ["Join-request MIC", "key", "msg"],
    ["Join-request 1.0", "app_key", "wire_wo_mic"],
  ])
    it(`device case: ${name}`, () => {
      const { input, expected } = deviceVector(name);
      assert.equal(verifyJoinRequestMic(octets(input[message] + expected), octets(input[key])), true);
    });

  for (const [what, frame] of [
    ["an empty frame", ""],
    ["another FType", `40${"00".repeat(22)}`],
    ["another Major", `01${"00".repeat(22)}`],
    ["22 octets", "00".repeat(22)],
    ["24 octets", "00".repeat(24)],
  ])
    it(`refuses ${what}`, () => {
      assert.throws(() => parseJoinRequest(octets(frame)), FrameError);
    });
});

describe("lorawan rejoin-request", () => {
  for (const vector of vectorGroup("rejoinRequest"))
    it(`parses, verifies and rebuilds: ${vector.name}`, () => {
      const phyPayload = octets(vector.phyPayload);
      const { mic: _mic, ...request } = parseRejoinRequest(phyPayload);
      assert.deepEqual(request, { type: vector.type, ...vector.fields });
      assert.equal(verifyRejoinRequestMic(phyPayload, octets(vector.key)), true);
      assert.equal(hex(buildRejoinRequest(request, octets(vector.key))), vector.phyPayload);
      phyPayload[17] ^= 1;
      assert.equal(verifyRejoinRequestMic(phyPayload, octets(vector.key)), false);
    });

  for (const [what, frame] of [
    ["type 3", `c003${"00".repeat(17)}`],
    ["type 0 with the length of type 1", `c000${"00".repeat(22)}`],
    ["type 1 with the length of type 0", `c001${"00".repeat(17)}`],
    ["a join-request", "00".repeat(23)],
  ])
    it(`refuses ${what}`, () => {
      assert.throws(() => parseRejoinRequest(octets(frame)), FrameError);
    });
});

describe("lorawan join-accept", () => {
  for (const vector of vectorGroup("joinAccept")) {
    const encKey = octets(vector.encKey);
    const micKey = octets(vector.micKey ?? vector.encKey);
    const answered = vector.joinEui && {
      joinReqType: vector.joinReqType,
      joinEui: vector.joinEui,
      devNonce: vector.devNonce,
    };
    const { fields } = vector;

    it(`reads ${vector.name}`, () => {
      const accept = vector.phyPayload
        ? openJoinAccept(octets(vector.phyPayload), encKey)
        : parsePlainJoinAccept(octets(vector.plain));
      assert.equal(hex(accept.plain), vector.plain);
      assert.equal(accept.joinNonce, Number.parseInt(fields.joinNonce, 16));
      assert.equal(accept.netId, fields.netId.toUpperCase());
      assert.equal(accept.devAddr, fields.devAddr.toUpperCase());
      assert.deepEqual(accept.dlSettings, {
        optNeg: fields.optNeg,
        rx1DrOffset: fields.rx1DrOffset,
        rx2DataRate: fields.rx2DataRate,
      });
      assert.equal(accept.rxDelay, fields.rxDelay);
      assert.deepEqual(accept.cfList && parseCfList(accept.cfList), toCfList(fields.cfList));
      assert.equal(hex(accept.mic), fields.mic);
    });

    if (vector.phyPayload)
      it(`verifies and rebuilds ${vector.name}`, () => {
        const accept = openJoinAccept(octets(vector.phyPayload), encKey);
        assert.equal(verifyJoinAcceptMic(accept, micKey), true);
        assert.equal(hex(buildJoinAccept(accept, { encKey, micKey })), vector.phyPayload);
      });
    else
      it(`covers the answered request: ${vector.name}`, () => {
        // The source signs with the 1.1 rule without setting OptNeg, so the prefix is put in by hand.
        const prefix = Buffer.concat([
          Buffer.of(answered.joinReqType),
          octets(answered.joinEui).reverse(),
          Buffer.of(answered.devNonce & 0xff, answered.devNonce >> 8),
        ]);
        assert.equal(hex(cmacMic(micKey, prefix, octets(vector.plain).subarray(0, -4))), fields.mic);
      });
  }

  // The answers of a Join Server, 1.0.2, 1.1 and after each type of rejoin, made from the root keys.
  for (const vector of [...vectorGroup("backendFlows"), ...vectorGroup("rejoinFlowsComputed")])
    it(`builds the answer of "${vector.name}"`, () => {
      const { request, answer, rootKeys } = vector;
      const rejoin =
        request.MessageType === "RejoinReq" ? parseRejoinRequest(octets(request.PHYPayload)) : undefined;
      const join = rejoin ? undefined : parseJoinRequest(octets(request.PHYPayload));
      const dlSettings = parseDlSettings(Number.parseInt(request.DLSettings, 16));
      const nwkKey = octets(rootKeys.nwkKey);
      const phyPayload = buildJoinAccept(
        {
          joinNonce: Number.parseInt(vector.joinNonce, 16),
          netId: request.SenderID,
          devAddr: request.DevAddr,
          dlSettings,
          rxDelay: request.RxDelay,
          cfList: request.CFList && octets(request.CFList),
        },
        {
          micKey: dlSettings.optNeg ? octets(vector.jsIntKey) : nwkKey,
          encKey: rejoin ? octets(vector.jsEncKey) : nwkKey,
        },
        {
          joinReqType: rejoin ? rejoin.type : JoinReqType.joinRequest,
          joinEui: request.ReceiverID,
          devNonce: join?.devNonce ?? 0x7b,
        },
      );
      assert.equal(hex(phyPayload), answer.PHYPayload);
    });

  it("device cases: 1.1 MIC, encryption, decryption", () => {
    const mic = deviceVector("Join-accept MIC 1.1");
    const prefix = octets("ff01020304050607080102");
    assert.equal(hex(cmacMic(octets(mic.input.js_int_key), prefix, octets(mic.input.msg))), mic.expected);

    const encryption = deviceVector("Join-accept encryption");
    const key = octets(encryption.input.key);
    const accept = parsePlainJoinAccept(octets(`20${encryption.input.plain}`));
    assert.equal(hex(buildJoinAccept(accept, { encKey: key, micKey: key })), `20${encryption.expected}`);

    const decryption = deviceVector("Join-accept decrypt");
    const opened = openJoinAccept(octets(decryption.input.wire), octets(decryption.input.app_key));
    assert.equal(hex(opened.plain), decryption.expected);

    const withCfList = deviceVector("Join-accept with CFList type 0");
    const long = openJoinAccept(octets(withCfList.input.wire), octets(withCfList.input.app_key));
    assert.equal(hex(long.plain), withCfList.input.decrypted);
    assert.equal(verifyJoinAcceptMic(long, octets(withCfList.input.app_key)), true);
  });

  it("binds the MIC to the request under OptNeg", () => {
    const key = octets("000102030405060708090a0b0c0d0e0f");
    const answered = {
      joinReqType: JoinReqType.joinRequest,
      joinEui: "0011223344556677",
      devNonce: 7,
    } as const;
    const accept = {
      joinNonce: 1,
      netId: "000013",
      devAddr: "26000001",
      dlSettings: { optNeg: true, rx1DrOffset: 0, rx2DataRate: 0 },
      rxDelay: 1,
    };
    const opened = openJoinAccept(buildJoinAccept(accept, { micKey: key, encKey: key }, answered), key);
    assert.equal(verifyJoinAcceptMic(opened, key, answered), true);
    assert.equal(verifyJoinAcceptMic(opened, key, { ...answered, devNonce: 8 }), false);
    assert.throws(() => buildJoinAccept(accept, { micKey: key, encKey: key }), FrameError);
  });

  for (const size of [1, 16, 18, 32, 34, 49])
    it(`refuses ${size} octets`, () => {
      const frame = Buffer.alloc(size, 0);
      frame[0] = 0x20;
      assert.equal(isJoinAccept(frame), false);
      assert.throws(() => openJoinAccept(frame, Buffer.alloc(16)), FrameError);
    });

  it("keeps DLSettings and refuses what does not fit", () => {
    for (let octet = 0; octet < 256; octet++) assert.equal(dlSettingsOctet(parseDlSettings(octet)), octet);
    assert.throws(() => dlSettingsOctet({ optNeg: false, rx1DrOffset: 8, rx2DataRate: 0 }), FrameError);
    assert.throws(() => dlSettingsOctet({ optNeg: false, rx1DrOffset: 0, rx2DataRate: 16 }), FrameError);
  });
});

describe("lorawan CFList", () => {
  it("of type 1 keeps its channel masks", () => {
    const cfList = { type: 1, channelMasks: [0xff00, 0, 0, 0, 1, 0, 0] } as const;
    assert.equal(hex(buildCfList(cfList)), "00ff0000000000000100000000000001");
    assert.deepEqual(parseCfList(buildCfList(cfList)), cfList);
  });

  it("of type 0 is as in the reference request", () => {
    const [vector] = vectorGroup("interopRequests");
    assert.equal(
      hex(buildCfList({ type: 0, frequenciesHz: vector.cfList.freqsHz })),
      vector.request.CFList.toLowerCase(),
    );
  });

  it("refuses unknown types, wrong lengths and frequencies off the 100 Hz grid", () => {
    assert.throws(() => parseCfList(octets("00000000000000000000000000000002")), /CFListType 2/);
    assert.throws(() => parseCfList(Buffer.alloc(15)), FrameError);
    assert.throws(() => buildCfList({ type: 0, frequenciesHz: [868_100_050] }), FrameError);
    assert.throws(
      () => buildCfList({ type: 0, frequenciesHz: [1, 2, 3, 4, 5, 6].map((n) => n * 100) }),
      FrameError,
    );
  });
});

function toCfList(fields: { type: number; freqsHz: number[] } | undefined) {
  return fields && { type: fields.type, frequenciesHz: fields.freqsHz };
}
