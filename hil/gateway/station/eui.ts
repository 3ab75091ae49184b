/**
 * The ways in which Basics Station writes an EUI: in groups of two octets as an IPv6 address is ("b827:ebff:fe01:203",
 * "::1"), octet by octet ("01-02-03-04-05-06-07-08"), and as an integer. Here it is 16 upper-case hexadecimal digits.
 */
import { PacketError } from "../packet-error.ts";

const GROUPS = 4;
/** Some servers say what the EUI is of. */
const PREFIX = /^(router|muxs)-/;
const GROUP = /^[0-9a-f]{1,4}$/i;

/** @throws PacketError for anything but an EUI; `member` is where it stands. */
export function parseEui(value: unknown, member: string): string {
  const eui = typeof value === "string" ? ofText(value.replace(PREFIX, "")) : ofInteger(value);
  if (eui === undefined) throw new PacketError(member, "is not an EUI");
  return eui.toUpperCase();
}

/** "b827:ebff:fe01:203"; the first longest run of zeros at an end or in the middle is left out. */
export function formatId6(eui: string): string {
  const [a, b, c, d] = Array.from({ length: GROUPS }, (_, i) =>
    Number.parseInt(eui.slice(4 * i, 4 * i + 4), 16).toString(16),
  );
  if (a === "0" && b === "0") return c === "0" ? `::${d}` : `::${c}:${d}`;
  if (c === "0" && d === "0") return b === "0" ? `${a}::` : `${a}:${b}::`;
  return b === "0" && c === "0" ? `${a}::${d}` : `${a}:${b}:${c}:${d}`;
}

/** "01-02-03-04-05-06-07-08". */
export function formatEui(eui: string): string {
  return eui.toUpperCase().replace(/(..)(?!$)/g, "$1-");
}

function ofText(text: string): string | undefined {
  if (/^[0-9a-f]{16}$/i.test(text)) return text;
  if (/^[0-9a-f]{2}([-:][0-9a-f]{2}){7}$/i.test(text)) return text.replace(/[-:]/g, "");
  const parts = text.split("::");
  const groups = parts.map((part) => (part === "" ? [] : part.split(":")));
  const count = groups.flat().length;
  if (!groups.flat().every((group) => GROUP.test(group))) return undefined;
  const isWhole = parts.length === 1 ? count === GROUPS : parts.length === 2 && count < GROUPS;
  if (!isWhole) return undefined;
  const [head, tail = []] = groups;
  return [...head, ...Array<string>(GROUPS - count).fill("0"), ...tail]
    .map((group) => group.padStart(4, "0"))
    .join("");
}

function ofInteger(value: unknown): string | undefined {
  const integer = Number.isSafeInteger(value) ? BigInt(value as number) : value;
  if (typeof integer !== "bigint" || BigInt.asUintN(64, integer) !== integer) return undefined;
  return integer.toString(16).padStart(16, "0");
}
