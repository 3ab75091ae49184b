/** Tables of MAC commands, and what stands in them. */
import assert from "node:assert/strict";
import { MacSession, type MacState, VERSIONS, type Version } from "./mac-session.ts";

/** Commands in hexadecimal, what the next uplink answers, and what has changed by then. */
export type Case = readonly [title: string, commands: string, answers: string, changes?: Partial<MacState>];

export const DEFAULT_CHANNELS = {
  0: "8681000/8681000 DR0-5",
  1: "8683000/8683000 DR0-5",
  2: "8685000/8685000 DR0-5",
} as const;
export const withChannel = (index: number, channel: string) => ({ ...DEFAULT_CHANNELS, [index]: channel });

/** Of a frequency in units of 100 Hz, the three octets. */
export function freq(frequency: number): string {
  const octets = Buffer.alloc(3);
  octets.writeUIntLE(frequency, 0, 3);
  return octets.toString("hex");
}
export const octet = (value: number) => value.toString(16).padStart(2, "0");

/** The cases of a table, each in each version and in each of the places where commands may be. */
export function table(cases: readonly Case[], versions: readonly Version[] = VERSIONS, config = {}): void {
  for (const version of versions) {
    for (const [title, commands, answers, changes = {}] of cases) {
      it(`${title} (${version})`, () => {
        for (const place of ["fOpts", "port 0"]) {
          if (place === "fOpts" && commands.length > 30) continue;
          const it = new MacSession(version, config);
          const before = it.state();
          it.send(place === "fOpts" ? { fOpts: commands } : { port: 0, payload: commands });
          assert.deepEqual(it.state(), { ...before, ...changes }, place);
          assert.equal(it.answers(), answers, place);
          assert.equal(it.answers(), "", "said once");
        }
      });
    }
  }
}
