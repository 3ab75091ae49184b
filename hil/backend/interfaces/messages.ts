/**
 * The messages that our servers exchange: LoRaWAN Backend Interfaces TS002-1.0, with the NSIDs of TS002-1.1.
 * Spellings are the document's.
 *
 * The link between Network and Application Server is not described there. It borrows XmitDataReq with
 * FRMPayload, and hands the AppSKey over in the members of the JoinAns, `AppSKey` and `SessionKeyID`.
 */
import {
  anything,
  asId,
  dataRate,
  devAddr,
  devEui,
  fCnt,
  flag,
  fPort,
  freeText,
  frequencyMHz,
  hex,
  hexOrEmpty,
  integer,
  joinEui,
  listOf,
  macVersion,
  netId,
  nsId,
  type Problem,
  type Reader,
  real,
  sessionKeyId,
  text,
  timestamp,
  token,
  UINT32_MAX,
  word,
} from "./fields.ts";
import { type KeyEnvelope, keyEnvelope } from "./key-envelope.ts";
import {
  type Described,
  type DescribedSuccess,
  type Members,
  mandatory,
  object,
  onSuccess,
  optional,
} from "./members.ts";
import { canonicalResultCode, protocolVersions } from "./result-codes.ts";

/** A code that this list does not know is kept: other implementations have their own. */
const resultCode: Reader<string> = (value, member, problems) => {
  const code = text("a ResultCode")(value, member, problems);
  return code === undefined ? undefined : canonicalResultCode(code);
};

const result = object({ ResultCode: mandatory(resultCode), Description: optional(freeText) });
export type Result = NonNullable<ReturnType<typeof result>>;

/** Members of every message, except MessageType and the two IDs. */
const common = {
  ProtocolVersion: mandatory(word("a ProtocolVersion", protocolVersions)),
  TransactionID: mandatory(integer("a TransactionID", 0, UINT32_MAX)),
  SenderToken: optional(token),
  ReceiverToken: optional(token),
  SenderNSID: optional(nsId),
  ReceiverNSID: optional(nsId),
  /** {VendorID, Object}: no vendor's extension is known here, so it is not looked into. */
  VSExtension: optional(anything),
};

const fromNsToJs = { ...common, SenderID: mandatory(netId), ReceiverID: mandatory(joinEui) };
const fromJsToNs = { ...common, SenderID: mandatory(joinEui), ReceiverID: mandatory(netId) };
const fromAsToJs = { ...common, SenderID: mandatory(asId), ReceiverID: mandatory(joinEui) };
const fromJsToAs = { ...common, SenderID: mandatory(joinEui), ReceiverID: mandatory(asId) };
/** NetID or AS-ID. */
const anyone = text("a NetID or an AS-ID");
const betweenServers = { ...common, SenderID: mandatory(anyone), ReceiverID: mandatory(anyone) };
const betweenNetworks = { ...common, SenderID: mandatory(netId), ReceiverID: mandatory(netId) };

const activation = {
  MACVersion: mandatory(macVersion),
  PHYPayload: mandatory(hex("a PHYPayload")),
  DevEUI: mandatory(devEui),
  DevAddr: mandatory(devAddr),
  DLSettings: mandatory(hex("DLSettings", 1)),
  RxDelay: mandatory(integer("an RxDelay in seconds", 0, 15)),
  CFList: optional(hex("a CFList", 16)),
};

const activationAnswer = {
  Result: mandatory(result),
  PHYPayload: onSuccess(hex("a PHYPayload")),
  /** Seconds. On success mandatory in the document; brocaar's Join Server leaves it out. */
  Lifetime: optional(integer("a Lifetime in seconds", 0, UINT32_MAX)),
  NwkSKey: optional(keyEnvelope),
  FNwkSIntKey: optional(keyEnvelope),
  SNwkSIntKey: optional(keyEnvelope),
  NwkSEncKey: optional(keyEnvelope),
  AppSKey: optional(keyEnvelope),
  SessionKeyID: optional(sessionKeyId),
};

const gwInfoElement = object({
  ID: optional(hex("a gateway ID")),
  FineRecvTime: optional(integer("nanoseconds", 0, 999_999_999)),
  RFRegion: optional(freeText),
  RSSI: optional(real("an RSSI in dBm")),
  SNR: optional(real("an SNR in dB")),
  Lat: optional(real("a latitude")),
  Lon: optional(real("a longitude")),
  ULToken: optional(token),
  DLAllowed: optional(flag),
});

const ulMetaData = object({
  DevEUI: optional(devEui),
  DevAddr: optional(devAddr),
  FPort: optional(fPort),
  FCntDown: optional(fCnt),
  FCntUp: optional(fCnt),
  Confirmed: optional(flag),
  DataRate: optional(dataRate),
  ULFreq: optional(frequencyMHz),
  Margin: optional(integer("a margin in dB", -128, 127)),
  Battery: optional(integer("a battery level", 0, 255)),
  FNSULToken: optional(token),
  RecvTime: mandatory(timestamp),
  RFRegion: optional(freeText),
  GWCnt: optional(integer("a number of gateways", 0, UINT32_MAX)),
  GWInfo: optional(listOf("GWInfo", gwInfoElement)),
});
export type UlMetaData = NonNullable<ReturnType<typeof ulMetaData>>;

/** An Application Server does not choose the channel, so DLFreq1 and DLFreq2 may both be absent. */
const dlMetaData = object(
  {
    DevEUI: optional(devEui),
    FPort: optional(fPort),
    FCntDown: optional(fCnt),
    Confirmed: optional(flag),
    DLFreq1: optional(frequencyMHz),
    DLFreq2: optional(frequencyMHz),
    RXDelay1: optional(integer("an RXDelay1 in seconds", 0, 15)),
    ClassMode: optional(word("a ClassMode", ["A", "B", "C"])),
    DataRate1: optional(dataRate),
    DataRate2: optional(dataRate),
    FNSULToken: optional(token),
    GWInfo: optional(listOf("GWInfo", gwInfoElement)),
    HiPriorityFlag: optional(flag),
  },
  (value, member, problems) => {
    for (const window of ["1", "2"] as const) {
      if (value[`DataRate${window}`] === undefined || value[`DLFreq${window}`] !== undefined) continue;
      problems.push({
        member: `${member}.DataRate${window}`,
        found: `no DLFreq${window} beside it`,
        expected: `DataRate${window} only together with DLFreq${window}`,
      });
    }
  },
);
export type DlMetaData = NonNullable<ReturnType<typeof dlMetaData>>;

/** Members by MessageType: one line a member, as in the document's tables. */
const tables = {
  JoinReq: { ...fromNsToJs, ...activation },
  JoinAns: { ...fromJsToNs, ...activationAnswer },
  RejoinReq: { ...fromNsToJs, ...activation },
  RejoinAns: { ...fromJsToNs, ...activationAnswer },
  AppSKeyReq: { ...fromAsToJs, DevEUI: mandatory(devEui), SessionKeyID: mandatory(sessionKeyId) },
  AppSKeyAns: {
    ...fromJsToAs,
    Result: mandatory(result),
    DevEUI: mandatory(devEui),
    AppSKey: onSuccess(keyEnvelope),
    SessionKeyID: mandatory(sessionKeyId),
  },
  HomeNSReq: { ...fromNsToJs, DevEUI: mandatory(devEui) },
  HomeNSAns: {
    ...fromJsToNs,
    Result: mandatory(result),
    HNetID: onSuccess(netId),
    HNSID: optional(nsId),
  },
  PRStartReq: {
    ...betweenNetworks,
    PHYPayload: mandatory(hex("a PHYPayload")),
    ULMetaData: mandatory(ulMetaData),
  },
  PRStartAns: {
    ...betweenNetworks,
    Result: mandatory(result),
    /** The join-accept, where a join-request started it. */
    PHYPayload: optional(hex("a PHYPayload")),
    DevEUI: optional(devEui),
    /** Seconds; 0: the visited network keeps nothing of the device. */
    Lifetime: onSuccess(integer("a Lifetime in seconds", 0, UINT32_MAX)),
    FNwkSIntKey: optional(keyEnvelope),
    NwkSKey: optional(keyEnvelope),
    FCntUp: optional(fCnt),
    DLMetaData: optional(dlMetaData),
  },
  PRStopReq: {
    ...betweenNetworks,
    DevEUI: mandatory(devEui),
    Lifetime: optional(integer("a Lifetime in seconds", 0, UINT32_MAX)),
  },
  PRStopAns: { ...betweenNetworks, Result: mandatory(result) },
  XmitDataReq: {
    ...betweenServers,
    PHYPayload: optional(hex("a PHYPayload")),
    FRMPayload: optional(hexOrEmpty("an FRMPayload")),
    ULMetaData: optional(ulMetaData),
    DLMetaData: optional(dlMetaData),
    AppSKey: optional(keyEnvelope),
    SessionKeyID: optional(sessionKeyId),
  },
  XmitDataAns: {
    ...betweenServers,
    Result: mandatory(result),
    DLFreq1: optional(frequencyMHz),
    DLFreq2: optional(frequencyMHz),
  },
} satisfies Record<string, Members>;

type Tables = typeof tables;
export type MessageType = keyof Tables;

/** A message as it is sent and as it is decoded: JSON values, hexadecimal in upper case without "0x". */
export type MessageOf<T extends MessageType> = T extends MessageType
  ? { readonly MessageType: T } & Described<Tables[T]>
  : never;
export type Message = MessageOf<MessageType>;

export type JoinReq = MessageOf<"JoinReq">;
export type JoinAns = MessageOf<"JoinAns">;
export type RejoinReq = MessageOf<"RejoinReq">;
export type RejoinAns = MessageOf<"RejoinAns">;
export type AppSKeyReq = MessageOf<"AppSKeyReq">;
export type AppSKeyAns = MessageOf<"AppSKeyAns">;
export type HomeNSReq = MessageOf<"HomeNSReq">;
export type HomeNSAns = MessageOf<"HomeNSAns">;
export type PRStartReq = MessageOf<"PRStartReq">;
export type PRStartAns = MessageOf<"PRStartAns">;
export type PRStopReq = MessageOf<"PRStopReq">;
export type PRStopAns = MessageOf<"PRStopAns">;
export type XmitDataReq = MessageOf<"XmitDataReq">;
export type XmitDataAns = MessageOf<"XmitDataAns">;

export type RequestType = Extract<MessageType, `${string}Req`>;
export type Request = MessageOf<RequestType>;
export type AnswerTypeTo<T extends RequestType> = T extends `${infer Name}Req`
  ? Extract<MessageType, `${Name}Ans`>
  : never;
export type Answer = MessageOf<Extract<MessageType, `${string}Ans`>>;
/** An answer whose ResultCode is Success: the members marked Ms are there. */
export type SuccessOf<T extends MessageType> = { readonly MessageType: T } & DescribedSuccess<Tables[T]>;

export function isMessageType(value: unknown): value is MessageType {
  return typeof value === "string" && Object.hasOwn(tables, value);
}

export const messageTypes = Object.keys(tables) as readonly MessageType[];

export function membersOf(type: MessageType): Members {
  return tables[type];
}

/** Rules that tie members to each other; the members themselves have been read without a fault. */
export function checkTogether(message: Message, problems: Problem[]): void {
  if (message.MessageType === "JoinAns" || message.MessageType === "RejoinAns")
    checkActivationAnswer(message, problems);
  if (message.MessageType === "XmitDataReq") checkXmitData(message, problems);
}

function checkActivationAnswer(answer: JoinAns | RejoinAns, problems: Problem[]): void {
  if (answer.Result.ResultCode !== "Success") return;
  const keys1_1: (KeyEnvelope | undefined)[] = [answer.FNwkSIntKey, answer.SNwkSIntKey, answer.NwkSEncKey];
  const given1_1 = keys1_1.filter((key) => key !== undefined).length;
  if (given1_1 + (answer.NwkSKey ? 1 : 0) === 0 || (given1_1 > 0 && given1_1 < keys1_1.length))
    problems.push({
      member: "NwkSKey",
      found: `${answer.NwkSKey ? "NwkSKey" : "no NwkSKey"} and ${given1_1} of the three 1.1 keys`,
      expected: "NwkSKey (1.0.x), or FNwkSIntKey, SNwkSIntKey and NwkSEncKey (1.1)",
    });
  if (!answer.AppSKey && answer.SessionKeyID === undefined)
    problems.push({ member: "AppSKey", found: "neither", expected: "AppSKey or SessionKeyID or both" });
}

function checkXmitData(request: XmitDataReq, problems: Problem[]): void {
  const pairs = [
    ["PHYPayload", "FRMPayload"],
    ["ULMetaData", "DLMetaData"],
  ] as const;
  for (const [one, other] of pairs) {
    if ((request[one] === undefined) !== (request[other] === undefined)) continue;
    const found = request[one] === undefined ? "neither" : "both";
    problems.push({ member: `${one}, ${other}`, found, expected: "exactly one of the two" });
  }
}
