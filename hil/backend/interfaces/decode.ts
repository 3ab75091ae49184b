/** From JSON to a message, with every fault named; and the answer to what is no message. */
import { isObject, type Problem } from "./fields.ts";
import { readMembers } from "./members.ts";
import {
  type AnswerTypeTo,
  checkTogether,
  isMessageType,
  type Message,
  type MessageOf,
  membersOf,
  messageTypes,
  type RequestType,
  type SuccessOf,
} from "./messages.ts";

function describe({ member, found, expected }: Problem): string {
  return `${member}: found ${found}, expected ${expected}`;
}

/** The message is not one of TS002. The text lists every problem; it never holds a key. */
export class MessageError extends Error {
  override readonly name = "MessageError";
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(describe).join("; "));
    this.problems = problems;
  }
}

/**
 * A parsed JSON value as a message, in one spelling.
 * @throws MessageError with all that is wrong.
 */
export function decodeMessage(value: unknown): Message {
  if (!isObject(value))
    throw new MessageError([{ member: "message", found: "no object", expected: "a JSON object" }]);
  const type = value.MessageType;
  if (!isMessageType(type)) {
    const found = typeof type === "string" ? JSON.stringify(type.slice(0, 40)) : "no text";
    throw new MessageError([{ member: "MessageType", found, expected: `one of ${messageTypes.join(", ")}` }]);
  }
  const problems: Problem[] = [];
  const success = isObject(value.Result) && value.Result.ResultCode === "Success";
  const members = readMembers(value, membersOf(type), { success }, problems);
  const message = { MessageType: type, ...members } as Message;
  if (problems.length === 0) checkTogether(message, problems);
  if (problems.length > 0) throw new MessageError(problems);
  return message;
}

/** The header of a request that an answer must belong to. */
export interface Asked<T extends RequestType> {
  readonly MessageType: T;
  readonly TransactionID: number;
}

/**
 * The answer to `request`.
 * @throws MessageError also if it answers something else: such an answer is to be dropped.
 */
export function decodeAnswer<T extends RequestType>(
  value: unknown,
  request: Asked<T>,
): MessageOf<AnswerTypeTo<T>> {
  const message = decodeMessage(value);
  const expectedType = request.MessageType.replace(/Req$/, "Ans");
  const problems: Problem[] = [];
  if (message.MessageType !== expectedType)
    problems.push({ member: "MessageType", found: message.MessageType, expected: expectedType });
  if (message.TransactionID !== request.TransactionID)
    problems.push({
      member: "TransactionID",
      found: String(message.TransactionID),
      expected: `${request.TransactionID}, as in the request`,
    });
  if (problems.length > 0) throw new MessageError(problems);
  return message as MessageOf<AnswerTypeTo<T>>;
}

/** The peer answered, and refused. */
export class ResultError extends Error {
  override readonly name = "ResultError";
  readonly resultCode: string;
  readonly description: string | undefined;

  constructor(messageType: string, resultCode: string, description: string | undefined) {
    super(`${messageType}: ${resultCode}${description ? ` (${description})` : ""}`);
    this.resultCode = resultCode;
    this.description = description;
  }
}

type AnswerType = AnswerTypeTo<RequestType>;

/**
 * The answer with the members that a success carries.
 * @throws ResultError if its ResultCode is another than Success.
 */
export function requireSuccess<T extends AnswerType>(
  answer: { readonly MessageType: T } & MessageOf<T>,
): SuccessOf<T> {
  const { ResultCode, Description } = answer.Result;
  if (ResultCode !== "Success") throw new ResultError(answer.MessageType, ResultCode, Description);
  return answer as unknown as SuccessOf<T>;
}
