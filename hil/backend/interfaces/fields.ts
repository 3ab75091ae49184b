/**
 * How the values of TS002 members are written in JSON (TS002-1.0), and readers that accept every spelling met
 * in the field and return one: hexadecimal in upper case without "0x".
 * A reader never repeats a value that could be a key.
 */

/** One thing wrong with a message. `member` is a path: "ULMetaData.RecvTime", "ULMetaData.GWInfo[0].ID". */
export interface Problem {
  readonly member: string;
  readonly found: string;
  readonly expected: string;
}

/** Returns the value in its one spelling; on a fault adds to `problems` and returns undefined. */
export type Reader<T> = (value: unknown, member: string, problems: Problem[]) => T | undefined;

/** What a value is, without saying what it holds. */
function kindOf(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "string") return `a string of ${value.length} characters`;
  if (typeof value === "object") return "an object";
  return `a ${typeof value}`;
}

const SHOWN_CHARACTERS = 40;

/** A value that is certainly no key, shortened. */
function shown(value: unknown): string {
  if (typeof value !== "string" && typeof value !== "number") return kindOf(value);
  return JSON.stringify(typeof value === "string" ? value.slice(0, SHOWN_CHARACTERS) : value);
}

function fault(problems: Problem[], member: string, found: string, expected: string): undefined {
  problems.push({ member, found, expected });
}

/** Octets in hexadecimal, either case, "0x" allowed. Without `octets` any whole number of them from 1. */
export function hex(what: string, octets?: number): Reader<string> {
  const expected =
    octets === undefined ? `${what} in hexadecimal` : `${what}: ${octets} octets, ${2 * octets} hex digits`;
  return (value, member, problems) => {
    if (typeof value !== "string") return fault(problems, member, kindOf(value), expected);
    const digits = value.replace(/^0[xX]/, "");
    if (!/^[0-9A-Fa-f]*$/.test(digits))
      return fault(problems, member, `${kindOf(value)}, not all of them hexadecimal`, expected);
    const fits =
      octets === undefined ? digits.length > 0 && digits.length % 2 === 0 : digits.length === 2 * octets;
    return fits ? digits.toUpperCase() : fault(problems, member, `${digits.length} hex digits`, expected);
  };
}

/** The same, where no octets at all are a value too: a frame may have an FPort and an empty FRMPayload. */
export function hexOrEmpty(what: string): Reader<string> {
  const some = hex(what);
  return (value, member, problems) => (value === "" || value === "0x" ? "" : some(value, member, problems));
}

/** Printable ASCII, not empty (AS-ID, KEKLabel). */
export function text(what: string): Reader<string> {
  return (value, member, problems) => {
    if (typeof value === "string" && /^[ -~]+$/.test(value)) return value;
    return fault(problems, member, kindOf(value), `${what}: printable ASCII text, not empty`);
  };
}

/** Any text, for people to read: without the control characters that could forge lines in a log or a terminal. */
export const freeText: Reader<string> = (value, member, problems) =>
  typeof value === "string" ? value.replace(/\p{Cc}/gu, " ") : fault(problems, member, kindOf(value), "text");

export function integer(what: string, from: number, to: number): Reader<number> {
  return (value, member, problems) => {
    if (typeof value === "number" && Number.isInteger(value) && value >= from && value <= to) return value;
    return fault(problems, member, shown(value), `${what}: a whole number from ${from} to ${to}`);
  };
}

export const UINT32_MAX = 0xffffffff;

export function real(what: string): Reader<number> {
  return (value, member, problems) => {
    if (typeof value === "number" && Number.isFinite(value)) return value;
    return fault(problems, member, shown(value), `${what}: a number`);
  };
}

export const flag: Reader<boolean> = (value, member, problems) =>
  typeof value === "boolean" ? value : fault(problems, member, kindOf(value), "true or false");

/** ISO 8601. Returned as it was written. */
export const timestamp: Reader<string> = (value, member, problems) => {
  if (typeof value === "string" && /^\d{4}-\d{2}-\d{2}T/.test(value) && !Number.isNaN(Date.parse(value)))
    return value;
  return fault(problems, member, shown(value), "an ISO 8601 date and time");
};

/** One of a few words. */
export function word<const W extends string>(what: string, words: readonly W[]): Reader<W> {
  return (value, member, problems) => {
    if ((words as readonly unknown[]).includes(value)) return value as W;
    return fault(problems, member, shown(value), `${what}: one of ${words.join(", ")}`);
  };
}

/** Any JSON value but null. */
export const anything: Reader<unknown> = (value, member, problems) =>
  value === null ? fault(problems, member, "null", "a value") : value;

export function listOf<T>(what: string, item: Reader<T>): Reader<T[]> {
  return (value, member, problems) => {
    if (!Array.isArray(value)) return fault(problems, member, kindOf(value), `${what}: an array`);
    const items = value.map((entry, index) => item(entry, `${member}[${index}]`, problems));
    return items.includes(undefined) ? undefined : (items as T[]);
  };
}

/** A JSON object, before its members are looked at. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

// What the documents name.
export const devEui = hex("a DevEUI", 8);
export const joinEui = hex("a JoinEUI", 8);
export const netId = hex("a NetID", 3);
export const nsId = hex("an NSID", 8);
export const devAddr = hex("a DevAddr", 4);
export const asId = text("an AS-ID");
export const sessionKeyId = hex("a SessionKeyID");
export const token = hex("a token");
export const fPort = integer("an FPort", 0, 255);
export const fCnt = integer("a frame counter", 0, UINT32_MAX);
export const dataRate = integer("a data rate index", 0, 15);
export const frequencyMHz = real("a frequency in MHz");

const macVersions = ["1.0", "1.0.1", "1.0.2", "1.0.3", "1.0.4", "1.1"] as const;
export type MacVersion = (typeof macVersions)[number];

const macVersionWord = word("a MACVersion", macVersions);

/** ChirpStack sends 1.0.0 and 1.1.0 where The Things Stack wants 1.0 and 1.1; a fourth figure says no more. */
export const macVersion: Reader<MacVersion> = (value, member, problems) => {
  const short =
    typeof value === "string" ? value.replace(/^(1\.[01])\.0$|^(1\.0\.[1-4])\.\d+$/, "$1$2") : value;
  return macVersionWord(short, member, problems);
};
