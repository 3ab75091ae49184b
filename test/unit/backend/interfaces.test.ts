import assert from "node:assert/strict";
import {
  answerHeader,
  decodeAnswer,
  decodeMessage,
  type JoinReq,
  KeyWrapError,
  type Message,
  MessageError,
  ResultError,
  requireSuccess,
  resultCodes,
  unwrapKey,
  unwrapKeyEnvelope,
  wrapKey,
  wrapKeyEnvelope,
} from "../../../hil/backend/interfaces/index.ts";
import { hex, octets, vectorGroup } from "../lorawan/vectors.ts";

const KEY = "2B7E151628AED2A6ABF7158809CF4F3C";
const KEK = { label: "ns-a", key: octets("000102030405060708090a0b0c0d0e0f") };

const joinReq = {
  ProtocolVersion: "1.0",
  SenderID: "000013",
  ReceiverID: "00005E100000002F",
  TransactionID: 7,
  MessageType: "JoinReq",
  MACVersion: "1.0.4",
  PHYPayload: "00",
  DevEUI: "0011223344556677",
  DevAddr: "26012345",
  DLSettings: "00",
  RxDelay: 1,
};

const joinAns = {
  ProtocolVersion: "1.0",
  SenderID: "00005E100000002F",
  ReceiverID: "000013",
  TransactionID: 7,
  MessageType: "JoinAns",
  Result: { ResultCode: "Success" },
  PHYPayload: "20",
  Lifetime: 3600,
  NwkSKey: { AESKey: KEY },
  SessionKeyID: "AB",
};

const appSKeyAns = {
  ProtocolVersion: "1.0",
  SenderID: "00005E100000002F",
  ReceiverID: "as.example",
  TransactionID: 7,
  MessageType: "AppSKeyAns",
  Result: { ResultCode: "Success" },
  DevEUI: "0011223344556677",
  AppSKey: { AESKey: KEY },
  SessionKeyID: "AB",
};

const xmitDataReq = {
  ProtocolVersion: "1.0",
  SenderID: "000013",
  ReceiverID: "as.example",
  TransactionID: 7,
  MessageType: "XmitDataReq",
  FRMPayload: "01020304",
  ULMetaData: { DevEUI: "0011223344556677", FPort: 2, FCntUp: 0, RecvTime: "2026-11-22T10:00:00.5Z" },
};

function problemsOf(value: unknown): readonly { member: string; found: string; expected: string }[] {
  try {
    decodeMessage(value);
  } catch (error) {
    assert.ok(error instanceof MessageError, String(error));
    return error.problems;
  }
  return [];
}

describe("backend key wrap (RFC 3394)", () => {
  for (const vector of vectorGroup("keyWrap"))
    it(`wraps and unwraps ${vector.name}`, () => {
      assert.equal(hex(wrapKey(octets(vector.kek), octets(vector.plaintext))), vector.wrapped);
      assert.equal(hex(unwrapKey(octets(vector.kek), octets(vector.wrapped))), vector.plaintext);
    });

  for (const vector of vectorGroup("keyWrapNegative"))
    it(vector.name, () => {
      assert.throws(() => unwrapKey(octets(vector.kek), octets(vector.wrapped)), KeyWrapError);
    });

  it("refuses a wrapped key with any one octet changed", () => {
    const wrapped = wrapKey(KEK.key, octets(KEY));
    for (let i = 0; i < wrapped.length; i++) {
      const damaged = Buffer.from(wrapped);
      damaged[i] ^= 1;
      assert.throws(() => unwrapKey(KEK.key, damaged), KeyWrapError, `octet ${i}`);
    }
  });

  for (const [what, action] of [
    ["a KEK of 15 octets", () => wrapKey(Buffer.alloc(15), octets(KEY))],
    ["8 octets to wrap", () => wrapKey(KEK.key, Buffer.alloc(8))],
    ["17 octets to wrap", () => wrapKey(KEK.key, Buffer.alloc(17))],
    ["16 octets to unwrap", () => unwrapKey(KEK.key, Buffer.alloc(16))],
    ["25 octets to unwrap", () => unwrapKey(KEK.key, Buffer.alloc(25))],
  ] as const)
    it(`refuses ${what}`, () => {
      assert.throws(action, KeyWrapError);
    });
});

describe("backend KeyEnvelope", () => {
  it("carries a key in clear without a KEK, and unwraps it without one", () => {
    assert.deepEqual(wrapKeyEnvelope(octets(KEY)), { AESKey: KEY });
    assert.equal(hex(unwrapKeyEnvelope({ AESKey: KEY }, [])).toUpperCase(), KEY);
  });

  it("wraps under the label of the KEK", () => {
    const envelope = wrapKeyEnvelope(octets(KEY), KEK);
    assert.equal(envelope.KEKLabel, "ns-a");
    assert.equal(envelope.AESKey.length, 48);
    assert.equal(hex(unwrapKeyEnvelope(envelope, [KEK])).toUpperCase(), KEY);
  });

  it("names the label that is not known, or whose KEK is another one", () => {
    const envelope = wrapKeyEnvelope(octets(KEY), KEK);
    assert.throws(() => unwrapKeyEnvelope(envelope, []), /under the label "ns-a"/);
    const other = { label: "ns-a", key: Buffer.alloc(16) };
    assert.throws(() => unwrapKeyEnvelope(envelope, [other]), /KEKLabel "ns-a": the integrity check/);
  });
});

describe("backend message reader", () => {
  it("takes what it would send itself", () => {
    for (const message of [joinReq, joinAns, appSKeyAns, xmitDataReq])
      assert.deepEqual(decodeMessage(message), message);
  });

  for (const { name, request } of [...vectorGroup("backendFlows"), ...vectorGroup("interopRequests")])
    it(`takes the request of ${name}`, () => {
      const message = decodeMessage(request) as JoinReq;
      assert.equal(message.PHYPayload, request.PHYPayload.toUpperCase());
      assert.equal(message.CFList, request.CFList.toUpperCase());
    });

  const tolerated: [what: string, changes: object, read: Partial<JoinReq>][] = [
    [
      "0x before hexadecimal",
      { DevEUI: "0x0011223344556677", DevAddr: "0X26012345" },
      { DevEUI: joinReq.DevEUI, DevAddr: joinReq.DevAddr },
    ],
    [
      "lower-case hexadecimal",
      { ReceiverID: "00005e100000002f", PHYPayload: "ab" },
      { ReceiverID: joinReq.ReceiverID, PHYPayload: "AB" },
    ],
    ["TransactionID 0", { TransactionID: 0 }, { TransactionID: 0 }],
    ["the largest TransactionID", { TransactionID: 0xffffffff }, { TransactionID: 0xffffffff }],
    ["MACVersion 1.0.0", { MACVersion: "1.0.0" }, { MACVersion: "1.0" }],
    ["MACVersion 1.1.0", { MACVersion: "1.1.0" }, { MACVersion: "1.1" }],
    ["MACVersion 1.0.4.2", { MACVersion: "1.0.4.2" }, { MACVersion: "1.0.4" }],
    ["an empty CFList", { CFList: "" }, { CFList: undefined }],
    ["a CFList of null", { CFList: null }, { CFList: undefined }],
    [
      "any VSExtension",
      { VSExtension: { VendorID: "EC656E", Object: { TTSV3: {} } } },
      { VSExtension: { VendorID: "EC656E", Object: { TTSV3: {} } } },
    ],
  ];
  for (const [what, changes, read] of tolerated)
    it(`tolerates ${what}`, () => {
      const message = decodeMessage({ ...joinReq, ...changes }) as JoinReq;
      for (const [member, value] of Object.entries(read))
        assert.deepEqual(message[member as keyof JoinReq], value, member);
    });

  for (const empty of ["", "0x"])
    it(`takes "${empty}" as an empty FRMPayload, beside an empty PHYPayload as none`, () => {
      const message = decodeMessage({ ...xmitDataReq, FRMPayload: empty, PHYPayload: "" });
      assert.deepEqual(message, { ...xmitDataReq, FRMPayload: "" });
    });

  it("leaves out members that it does not know", () => {
    assert.deepEqual(decodeMessage({ ...joinReq, DedupWindowSize: 250 }), joinReq);
  });

  for (const spelling of ["UnkownReceiver", "UnknownReceiver"])
    it(`reads ${spelling} as the document's code`, () => {
      const answer = decodeMessage({ ...joinAns, Result: { ResultCode: spelling } }) as Message & {
        Result: { ResultCode: string };
      };
      assert.equal(answer.Result.ResultCode, "UnkownReceiver");
    });

  it("keeps a result code that only the sender knows", () => {
    const answer = decodeAnswer(
      { ...joinAns, Result: { ResultCode: "OutOfCheese" } },
      { MessageType: "JoinReq", TransactionID: 7 },
    );
    assert.throws(
      () => requireSuccess(answer),
      (error: ResultError) => error.resultCode === "OutOfCheese",
    );
  });

  it("reads a KeyEnvelope with an empty label as one in clear", () => {
    const answer = decodeMessage({ ...appSKeyAns, AppSKey: { KEKLabel: "", AESKey: KEY } });
    assert.deepEqual("AppSKey" in answer && answer.AppSKey, { AESKey: KEY });
  });

  const faults: [what: string, value: unknown, member: string, expected: RegExp][] = [
    ["no object", [joinReq], "message", /JSON object/],
    ["an unknown MessageType", { ...joinReq, MessageType: "JoinRequest" }, "MessageType", /one of JoinReq/],
    ["an inherited name as MessageType", { ...joinReq, MessageType: "toString" }, "MessageType", /one of/],
    [
      "a ProtocolVersion of the future",
      { ...joinReq, ProtocolVersion: "2.0" },
      "ProtocolVersion",
      /1\.0, 1\.1/,
    ],
    ["a missing member", { ...joinReq, DevAddr: undefined }, "DevAddr", /4 octets, 8 hex digits/],
    ["null for a mandatory member", { ...joinReq, DevAddr: null }, "DevAddr", /4 octets/],
    ["a number for a hexadecimal string", { ...joinReq, DevEUI: 17 }, "DevEUI", /8 octets/],
    ["characters that are not hexadecimal", { ...joinReq, DevEUI: "00112233445566GG" }, "DevEUI", /8 octets/],
    ["an odd number of digits", { ...joinReq, PHYPayload: "001" }, "PHYPayload", /hexadecimal/],
    ["a PHYPayload of no octets", { ...joinReq, PHYPayload: "" }, "PHYPayload", /hexadecimal/],
    ["a NetID of four octets", { ...joinReq, SenderID: "00000013" }, "SenderID", /NetID: 3 octets/],
    ["DLSettings of two octets", { ...joinReq, DLSettings: "0000" }, "DLSettings", /1 octets/],
    ["an RxDelay of 16 s", { ...joinReq, RxDelay: 16 }, "RxDelay", /from 0 to 15/],
    ["an RxDelay as text", { ...joinReq, RxDelay: "1" }, "RxDelay", /whole number/],
    ["a fractional RxDelay", { ...joinReq, RxDelay: 1.5 }, "RxDelay", /whole number/],
    ["a CFList of 15 octets", { ...joinReq, CFList: "00".repeat(15) }, "CFList", /16 octets/],
    ["a MACVersion that does not exist", { ...joinReq, MACVersion: "1.2" }, "MACVersion", /1\.0\.4, 1\.1/],
    ["a negative TransactionID", { ...joinReq, TransactionID: -1 }, "TransactionID", /from 0 to 4294967295/],
    ["an answer without Result", { ...joinAns, Result: undefined }, "Result", /JSON object/],
    ["a Result without code", { ...joinAns, Result: {} }, "Result.ResultCode", /ResultCode/],
    ["a success without PHYPayload", { ...joinAns, PHYPayload: undefined }, "PHYPayload", /hexadecimal/],
    ["a success without network keys", { ...joinAns, NwkSKey: undefined }, "NwkSKey", /FNwkSIntKey/],
    [
      "two of the three 1.1 keys",
      { ...joinAns, NwkSKey: undefined, FNwkSIntKey: { AESKey: KEY }, SNwkSIntKey: { AESKey: KEY } },
      "NwkSKey",
      /FNwkSIntKey, SNwkSIntKey and NwkSEncKey/,
    ],
    [
      "neither AppSKey nor SessionKeyID",
      { ...joinAns, SessionKeyID: undefined },
      "AppSKey",
      /AppSKey or SessionKeyID/,
    ],
    [
      "a clear key of 24 octets",
      { ...joinAns, NwkSKey: { AESKey: "00".repeat(24) } },
      "NwkSKey.AESKey",
      /in clear.*16 octets/,
    ],
    [
      "a wrapped key of 16 octets",
      { ...joinAns, NwkSKey: { KEKLabel: "a", AESKey: KEY } },
      "NwkSKey.AESKey",
      /wrapped.*24 octets/,
    ],
    ["a key that is no envelope", { ...joinAns, NwkSKey: KEY }, "NwkSKey", /KeyEnvelope object/],
    ["an AS-ID that is not ASCII", { ...appSKeyAns, ReceiverID: "äs" }, "ReceiverID", /printable ASCII/],
    [
      "data without metadata",
      { ...xmitDataReq, ULMetaData: undefined },
      "ULMetaData, DLMetaData",
      /exactly one/,
    ],
    ["two payloads", { ...xmitDataReq, PHYPayload: "40" }, "PHYPayload, FRMPayload", /exactly one/],
    [
      "metadata without a time",
      { ...xmitDataReq, ULMetaData: { FPort: 2 } },
      "ULMetaData.RecvTime",
      /ISO 8601/,
    ],
    [
      "a time that is none",
      { ...xmitDataReq, ULMetaData: { RecvTime: "2026-13-01T00:00:00Z" } },
      "ULMetaData.RecvTime",
      /ISO 8601/,
    ],
    [
      "a gateway without a proper ID",
      { ...xmitDataReq, ULMetaData: { ...xmitDataReq.ULMetaData, GWInfo: [{ ID: "00" }, { ID: "x" }] } },
      "ULMetaData.GWInfo[1].ID",
      /gateway ID/,
    ],
    [
      "a data rate without its frequency",
      { ...xmitDataReq, ULMetaData: undefined, DLMetaData: { DataRate1: 5 } },
      "DLMetaData.DataRate1",
      /DLFreq1/,
    ],
  ];
  for (const [what, value, member, expected] of faults)
    it(`names ${what}`, () => {
      const problems = problemsOf(value);
      assert.deepEqual(
        problems.map((problem) => problem.member),
        [member],
      );
      assert.match(problems[0].expected, expected);
    });

  it("names every fault of a message at once", () => {
    const problems = problemsOf({ MessageType: "JoinReq", ProtocolVersion: "1.0", RxDelay: 99 });
    assert.deepEqual(problems.map((problem) => problem.member).sort(), [
      "DLSettings",
      "DevAddr",
      "DevEUI",
      "MACVersion",
      "PHYPayload",
      "ReceiverID",
      "RxDelay",
      "SenderID",
      "TransactionID",
    ]);
  });

  it("does not repeat a key in an error, wherever the key stands", () => {
    const secret = `${KEY}FF`;
    for (const value of [
      { ...joinAns, NwkSKey: { AESKey: secret } },
      { ...joinAns, NwkSKey: secret },
      { ...appSKeyAns, AppSKey: { KEKLabel: "a", AESKey: secret } },
      { ...joinReq, DevAddr: secret },
    ])
      assert.throws(
        () => decodeMessage(value),
        (error: Error) => !error.message.includes(KEY),
      );
  });
});

describe("backend answers", () => {
  it("have the header of the request with both ends swapped", () => {
    const request = decodeMessage({
      ...joinReq,
      ProtocolVersion: "1.1",
      SenderToken: "ABCD",
      SenderNSID: "70B3D57ED0000001",
    }) as JoinReq;
    assert.deepEqual(answerHeader(request), {
      ProtocolVersion: "1.1",
      SenderID: "00005E100000002F",
      ReceiverID: "000013",
      TransactionID: 7,
      MessageType: "JoinAns",
      ReceiverToken: "ABCD",
      ReceiverNSID: "70B3D57ED0000001",
    });
  });

  it("to another transaction, or of another type, are dropped", () => {
    assert.throws(
      () => decodeAnswer(joinAns, { MessageType: "JoinReq", TransactionID: 8 }),
      /TransactionID: found 7/,
    );
    assert.throws(
      () => decodeAnswer(appSKeyAns, { MessageType: "JoinReq", TransactionID: 7 }),
      /found AppSKeyAns, expected JoinAns/,
    );
  });

  it("that refuse need no more than a result, and become an error that tells it", () => {
    const { PHYPayload, Lifetime, NwkSKey, SessionKeyID, ...header } = joinAns;
    const refusal = { ...header, Result: { ResultCode: "MICFailed", Description: "another key" } };
    const answer = decodeAnswer(refusal, { MessageType: "JoinReq", TransactionID: 7 });
    assert.throws(
      () => requireSuccess(answer),
      (error: ResultError) => {
        assert.ok(error instanceof ResultError);
        assert.equal(error.message, "JoinAns: MICFailed (another key)");
        return error.resultCode === "MICFailed";
      },
    );
  });

  it("cannot forge lines or colours where their words are shown", () => {
    const { PHYPayload, Lifetime, NwkSKey, SessionKeyID, ...header } = joinAns;
    const Description = "no\r\njoin-answered \u001b[32mok\u009b0m\u0000 – café";
    const refusal = { ...header, Result: { ResultCode: "Other", Description } };
    const answer = decodeAnswer(refusal, { MessageType: "JoinReq", TransactionID: 7 });
    assert.equal(answer.Result.Description, "no  join-answered  [32mok 0m  – café");
  });

  it("of success have all that a success carries", () => {
    const answer = decodeAnswer(joinAns, { MessageType: "JoinReq", TransactionID: 7 });
    assert.equal(requireSuccess(answer).PHYPayload, "20");
  });
});

describe("backend result codes", () => {
  it("differ between the protocol versions in four places", () => {
    const only = (a: readonly string[], b: readonly string[]): string[] =>
      a.filter((code) => !b.includes(code));
    assert.deepEqual(only(resultCodes["1.0"], resultCodes["1.1"]), ["MalformedRequest"]);
    assert.deepEqual(only(resultCodes["1.1"], resultCodes["1.0"]), [
      "MalformedMessage",
      "NoAction",
      "FrameReplayed",
    ]);
  });

  it("are spelled as in the document", () => {
    assert.ok(resultCodes["1.0"].includes("UnkownReceiver"));
  });
});
