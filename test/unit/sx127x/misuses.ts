/** Tables of what a driver may do wrong, and the finding that tells of it. */
import assert from "node:assert/strict";
import { Host, type Modem, type Part, pair, world } from "./host.ts";

export type Misuse = readonly [
  what: string,
  /** `pass` lets microseconds go by. */
  how: (host: Host, pass: (us: number) => void) => void,
  finding: RegExp,
];

/** Register writes, one after the other: an address and its octets. */
export function writes(...frames: ReadonlyArray<readonly [address: number, ...octets: number[]]>) {
  return (host: Host): void => {
    for (const [address, ...octets] of frames) host.write(address, ...octets);
  };
}

/** Settings of the LoRa modem, then a mode. */
export function enters(mode: number, changes: Partial<Modem>) {
  return (host: Host): void => host.modem(changes).write(0x01, mode);
}

/** The misuses by a chip that is set up for LoRa and stands by. */
export function loraMisuses(part: Part, misuses: readonly Misuse[]): void {
  for (const [what, how, finding] of misuses) {
    it(what, () => {
      const { tx, clock } = pair(part);
      assert.deepEqual(tx.findings, []);
      how(tx, (us) => clock.advanceTo(clock.nowNs() + us * 1000));
      assert.match(tx.findings.join("\n"), finding);
    });
  }
}

/** The misuses by a chip that is set up for the FSK of LoRaWAN and stands by; 10 ms pass after each. */
export function fskMisuses(part: Part, misuses: readonly Misuse[]): void {
  for (const [what, how, finding] of misuses) {
    it(what, () => {
      const shared = world();
      const { clock } = shared;
      const host = new Host("tx", shared, part).configureFsk();
      clock.advanceTo(1_000_000);
      assert.deepEqual(host.findings, []);
      const pass = (us: number) => clock.advanceTo(clock.nowNs() + us * 1000);
      how(host, pass);
      pass(10_000);
      assert.match(host.findings.join("\n"), finding);
    });
  }
}
