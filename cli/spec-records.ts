/** What a spec's process has left of the rigs that it has opened. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { RigRecord } from "../hil/rig/index.ts";

/** In the order in which they were opened, as far as they have come. */
export function readRigs(folder: string): RigRecord[] {
  return files(folder, ".json").map((path) => JSON.parse(readFileSync(path, "utf8")) as RigRecord);
}

/** What was on the air of each. */
export function readCaptures(folder: string): Uint8Array[] {
  return files(folder, ".capture").map((path) => readFileSync(path));
}

function files(folder: string, end: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(end))
    .sort()
    .map((name) => join(folder, name));
}
