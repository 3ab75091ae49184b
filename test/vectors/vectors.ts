/** The known-answer vectors of test/data/vectors.json, by group. */
import { readFileSync } from "node:fs";

export interface Vector {
  readonly name: string;
  readonly [field: string]: unknown;
}

const { groups } = JSON.parse(readFileSync(new URL("../data/vectors.json", import.meta.url), "utf8")) as {
  groups: Record<string, Vector[]>;
};

const asked = new Set<string>();

/** The vectors of a group, at least one. */
export function vectors<T>(group: string): readonly (T & { readonly name: string })[] {
  asked.add(group);
  const found = groups[group];
  if (!found?.length) throw new Error(`test/data/vectors.json has no group "${group}"`);
  return found as unknown as readonly (T & { readonly name: string })[];
}

/** A vector of the group "device". */
export function deviceVector<T>(name: string): { input: T; expected: string } {
  const found = vectors<{ input: T; expected: string }>("device").find((v) => v.name.startsWith(name));
  if (!found) throw new Error(`group "device" has no vector "${name}"`);
  asked.add(`device: ${found.name}`);
  return found;
}

/** The groups that nobody has asked for yet, and the vectors of the group "device": "device: ping offset". */
export function unasked(): string[] {
  const all = [...Object.keys(groups), ...groups.device.map(({ name }) => `device: ${name}`)];
  return all.filter((name) => !asked.has(name));
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
