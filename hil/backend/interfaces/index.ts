/** LoRaWAN Backend Interfaces (TS002-1.0, TS002-1.1): messages, their readers, result codes, key envelopes. */
export { type AnswerHeader, answerHeader, headerForUndecodable } from "./answer-header.ts";
export {
  type Asked,
  decodeAnswer,
  decodeMessage,
  MessageError,
  ResultError,
  requireSuccess,
} from "./decode.ts";
export type { MacVersion, Problem } from "./fields.ts";
export { type Kek, type KeyEnvelope, unwrapKeyEnvelope, wrapKeyEnvelope } from "./key-envelope.ts";
export { KeyWrapError, unwrapKey, wrapKey } from "./key-wrap.ts";
export type {
  Answer,
  AnswerTypeTo,
  AppSKeyAns,
  AppSKeyReq,
  DlMetaData,
  HomeNSAns,
  HomeNSReq,
  JoinAns,
  JoinReq,
  Message,
  MessageOf,
  MessageType,
  PRStartAns,
  PRStartReq,
  PRStopAns,
  PRStopReq,
  RejoinAns,
  RejoinReq,
  Request,
  RequestType,
  Result,
  SuccessOf,
  UlMetaData,
  XmitDataAns,
  XmitDataReq,
} from "./messages.ts";
export { type ProtocolVersion, type ResultCode, resultCodes } from "./result-codes.ts";
