/** The header of an answer: the request's, with the two ends swapped (TS002-1.0). */
import { isObject } from "./fields.ts";
import type { AnswerTypeTo, MessageOf, Request, RequestType } from "./messages.ts";
import type { ProtocolVersion } from "./result-codes.ts";

type HeaderMember =
  | "ProtocolVersion"
  | "SenderID"
  | "ReceiverID"
  | "TransactionID"
  | "MessageType"
  | "ReceiverToken"
  | "ReceiverNSID"
  | "SenderNSID";

export type AnswerHeader<T extends RequestType> = Pick<
  MessageOf<AnswerTypeTo<T>>,
  HeaderMember & keyof MessageOf<AnswerTypeTo<T>>
>;

/** A SenderToken must come back as ReceiverToken; so does the NSID of TS002-1.1. */
export function answerHeader<T extends RequestType>(
  request: { readonly MessageType: T } & Request,
): AnswerHeader<T> {
  return {
    ProtocolVersion: request.ProtocolVersion,
    SenderID: request.ReceiverID,
    ReceiverID: request.SenderID,
    TransactionID: request.TransactionID,
    MessageType: request.MessageType.replace(/Req$/, "Ans"),
    ...(request.SenderToken === undefined ? {} : { ReceiverToken: request.SenderToken }),
    ...(request.SenderNSID === undefined ? {} : { ReceiverNSID: request.SenderNSID }),
    ...(request.ReceiverNSID === undefined ? {} : { SenderNSID: request.ReceiverNSID }),
  } as unknown as AnswerHeader<T>;
}

/** What can be said in return to something that is no message: whatever of its header can be told. */
export function headerForUndecodable(value: unknown): {
  ProtocolVersion: ProtocolVersion;
  [member: string]: string | number;
} {
  const given = isObject(value) ? value : {};
  const header: { ProtocolVersion: ProtocolVersion; [member: string]: string | number } = {
    ProtocolVersion: given.ProtocolVersion === "1.1" ? "1.1" : "1.0",
  };
  if (typeof given.ReceiverID === "string") header.SenderID = given.ReceiverID;
  if (typeof given.SenderID === "string") header.ReceiverID = given.SenderID;
  if (typeof given.TransactionID === "number") header.TransactionID = given.TransactionID;
  if (typeof given.MessageType === "string") header.MessageType = given.MessageType.replace(/Req$/, "Ans");
  return header;
}
