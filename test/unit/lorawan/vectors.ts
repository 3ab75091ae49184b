/** Known-answer vectors: one group of test/data/vectors.json, and hexadecimal as octets. */
import { readFileSync } from "node:fs";

const file = new URL("../../data/vectors.json", import.meta.url);
const groups = JSON.parse(readFileSync(file, "utf8")).groups;

/** The cases of a group, none of which a test may skip unnoticed. */
// biome-ignore lint/suspicious/noExplicitAny: each group has its own shape, given in the file itself
export function vectorGroup(name: string): any[] {
  const cases = groups[name];
  if (!Array.isArray(cases) || cases.length === 0) throw new Error(`vectors.json has no group "${name}"`);
  return cases;
}

/** One case of the group "device", by its name. */
// biome-ignore lint/suspicious/noExplicitAny: as above
export function deviceVector(name: string): any {
  const found = vectorGroup("device").find((vector) => vector.name.startsWith(name));
  if (!found) throw new Error(`vectors.json has no device case "${name}"`);
  return found;
}

export const octets = (hex: string): Buffer => Buffer.from(hex, "hex");
export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
