/** The known-answer vectors of test/data/vectors.json, by group. */
import { readFileSync } from "node:fs";

export interface Vector {
  readonly name: string;
  readonly [field: string]: unknown;
}

const { groups } = JSON.parse(readFileSync(new URL("../data/vectors.json", import.meta.url), "utf8")) as {
  groups: Record<string, Vector[]>;
};

/** The vectors of a group, at least one. */
export function vectors<T>(group: string): readonly (T & { readonly name: string })[] {
  const found = groups[group];
  if (!found?.length) throw new Error(`test/data/vectors.json has no group "${group}"`);
  return found as unknown as readonly (T & { readonly name: string })[];
}

/** A vector of the group "device". */
export function deviceVector<T>(name: string): { input: T; expected: string } {
  const found = vectors<{ input: T; expected: string }>("device").find((v) => v.name.startsWith(name));
  if (!found) throw new Error(`group "device" has no vector "${name}"`);
  return found;
}

/** The octets of a hexadecimal string. */
export function octets(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, "hex"));
}

/** The octets of a hexadecimal string in the order of the air: the last one first. */
export function airOrder(hex: string): Uint8Array {
  return octets(hex).reverse();
}

/** Octets as the vectors write them. */
export function hex(data: Uint8Array): string {
  return Buffer.from(data).toString("hex");
}
