/** What Wireshark's dissectors read in a capture file. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The fields of each frame by name, as `tshark -T json` gives them: text, or deeper fields. */
export interface DissectedFrame {
  readonly [field: string]: string | DissectedFrame;
}

/** The layers of each frame of a capture file; `options` are more of tshark's. */
export function dissect(capture: Uint8Array, options: readonly string[] = []): DissectedFrame[] {
  const folder = mkdtempSync(join(tmpdir(), "joinery-capture-"));
  try {
    const file = join(folder, "air.pcap");
    writeFileSync(file, capture);
    const { stdout, stderr, status, error } = spawnSync("tshark", ["-r", file, "-T", "json", ...options], {
      encoding: "utf8",
      maxBuffer: 1 << 26,
    });
    assert.equal(error, undefined, "tshark is needed: apt-get install tshark");
    assert.equal(status, 0, stderr);
    return JSON.parse(stdout).map((frame: { _source: { layers: DissectedFrame } }) => frame._source.layers);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A field of a frame by the names of the way to it, or of its last one alone. */
export function field(frame: DissectedFrame, name: string): string | undefined {
  for (const [key, value] of Object.entries(frame)) {
    if (key === name && typeof value === "string") return value;
    const deeper = typeof value === "string" ? undefined : field(value, name);
    if (deeper !== undefined) return deeper;
  }
  return undefined;
}
