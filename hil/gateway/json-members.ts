/** Reads members of JSON objects with a check of their type; errors name the member. Unknown members are left alone. */
import { PacketError } from "./packet-error.ts";

const MAX_U32 = 0xffff_ffff;
/** More of a foreign value is not shown. */
const SHOWN_CHARACTERS = 60;

export class JsonMembers {
  readonly #object: Record<string, unknown>;
  readonly #path: string;

  constructor(value: unknown, path: string) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new PacketError(path, `expected an object, got ${typeName(value)}`);
    }
    this.#object = value as Record<string, unknown>;
    this.#path = path;
  }

  has(member: string): boolean {
    return Object.hasOwn(this.#object, member);
  }

  /** The member's value whatever it is; it must exist. */
  value(member: string): unknown {
    if (!this.has(member)) throw this.error(member, "is missing");
    return this.#object[member];
  }

  number(member: string): number {
    return this.#number(member, "a number", () => true);
  }

  integer(member: string): number {
    return this.#number(member, "an integer", Number.isInteger);
  }

  unsigned(member: string): number {
    return this.#number(member, "an unsigned 32-bit integer", isU32);
  }

  /** An integer from `least` to `most`. */
  integerIn(member: string, least: number, most: number): number {
    return this.#number(
      member,
      `an integer from ${least} to ${most}`,
      (value) => Number.isInteger(value) && value >= least && value <= most,
    );
  }

  /** A signed integer of 64 bits, as `parseWideJson` reads it. */
  int64(member: string): bigint {
    const value = this.value(member);
    const integer = Number.isInteger(value) ? BigInt(value as number) : value;
    if (typeof integer !== "bigint" || BigInt.asIntN(64, integer) !== integer)
      throw this.error(member, `expected a 64-bit integer, got ${shown(value)}`);
    return integer;
  }

  /** An even number of hexadecimal digits, of either case. */
  hex(member: string): Buffer {
    return Buffer.from(this.matching(member, /^([0-9A-Fa-f]{2})*$/, "0a1B"), "hex");
  }

  array(member: string): readonly unknown[] {
    const value = this.value(member);
    if (!Array.isArray(value)) throw this.error(member, `expected an array, got ${typeName(value)}`);
    return value;
  }

  object(member: string): JsonMembers {
    return new JsonMembers(this.value(member), `${this.#path}.${member}`);
  }

  string(member: string): string {
    const value = this.value(member);
    if (typeof value !== "string") throw this.error(member, `expected a string, got ${typeName(value)}`);
    return value;
  }

  boolean(member: string): boolean {
    const value = this.value(member);
    if (typeof value !== "boolean")
      throw this.error(member, `expected true or false, got ${typeName(value)}`);
    return value;
  }

  /** One of `values`. */
  oneOf<T extends string | number>(member: string, values: readonly T[]): T {
    const value = this.value(member);
    const found = values.find((candidate) => candidate === value);
    if (found === undefined) {
      throw this.error(
        member,
        `expected ${values.map((candidate) => JSON.stringify(candidate)).join(", ")}, got ${shown(value)}`,
      );
    }
    return found;
  }

  /** A string of a form that `example` shows. */
  matching(member: string, pattern: RegExp, example: string): string {
    const value = this.string(member);
    if (!pattern.test(value)) {
      throw this.error(member, `expected something like "${example}", got ${shown(value)}`);
    }
    return value;
  }

  optional<T>(member: string, read: (member: string) => T): T | undefined {
    return this.has(member) ? read(member) : undefined;
  }

  error(member: string, problem: string): PacketError {
    return new PacketError(`${this.#path}.${member}`, problem);
  }

  #number(member: string, what: string, test: (value: number) => boolean): number {
    const value = this.value(member);
    if (typeof value !== "number" || !Number.isFinite(value) || !test(value)) {
      throw this.error(
        member,
        `expected ${what}, got ${typeof value === "number" ? value : typeName(value)}`,
      );
    }
    return value;
  }
}

function isU32(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= MAX_U32;
}

function shown(value: unknown): string {
  const text = typeof value === "bigint" ? String(value) : (JSON.stringify(value) ?? typeName(value));
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}...` : text;
}

function typeName(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "an array" : typeof value;
}
