/** Tables of what a driver may do wrong, and the finding that tells of it. */
import assert from "node:assert/strict";
import { gfskPair, type Host, pair, pass } from "./host.ts";

export type Misuse = readonly [
  what: string,
  /** `pass` lets microseconds go by. */
  how: (host: Host, pass: (us: number) => void) => void,
  finding: RegExp,
];

/** The misuses by a chip that is set up for LoRa, or for GFSK, and stands by. */
export function findsMisuses(modem: "lora" | "gfsk", misuses: readonly Misuse[]): void {
  for (const [what, how, finding] of misuses) {
    it(what, () => {
      const { tx, ...shared } = modem === "lora" ? pair() : gfskPair();
      assert.deepEqual(tx.findings, []);
      how(tx, (us) => pass(shared, us));
      assert.match(tx.findings.join("\n"), finding);
    });
  }
}
