/**
 * JSON with integers of 64 bits, which JSON.parse would round: xtime, diid and EUIs of Basics Station have them. An integer
 * that a number holds exactly is a number, any other a bigint, both ways.
 */
import { randomUUID } from "node:crypto";
import { PacketError } from "../packet-error.ts";

/** Strings, so that they are passed over, and numbers. */
const TOKENS = /"(?:[^"\\]|\\.)*(?:"|$)|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const INTEGER = /^-?(?:0|[1-9]\d*)$/;
/** Fewer digits than any integer that a number cannot hold. */
const SAFE_DIGITS = 15;
/** Marks integers that pass JSON as strings. Nobody outside this process knows it. */
const MARK = `${randomUUID()}:`;
const MARKED = new RegExp(`"${MARK}(-?\\d+)"`, "g");

/** @throws PacketError if the text is no JSON. */
export function parseWideJson(text: string): unknown {
  const marked = text.replace(TOKENS, (token) =>
    INTEGER.test(token) && token.length > SAFE_DIGITS ? `"${MARK}${token}"` : token,
  );
  try {
    return JSON.parse(marked, (_member, value) =>
      typeof value === "string" && value.startsWith(MARK) ? integer(value.slice(MARK.length)) : value,
    );
  } catch {
    // Whatever Node says quotes the text, with marks in it.
    throw new PacketError("JSON", "the message is no JSON text");
  }
}

export function wideJson(value: object): string {
  const marked = JSON.stringify(value, (_member, member) =>
    typeof member === "bigint" ? `${MARK}${member}` : member,
  );
  return marked.replace(MARKED, "$1");
}

function integer(digits: string): number | bigint {
  const value = Number(digits);
  return Number.isSafeInteger(value) ? value : BigInt(digits);
}
