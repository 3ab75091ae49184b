import assert from "node:assert/strict";
import { Host, PARTS, SLEEP, TX, world } from "./host.ts";

/** RegTcxo. */
const ADDRESSES = { sx1276: 0x4b, sx1272: 0x58 } as const;
/** Synthesizer and a ramp of 40 us. */
const START_US = 100;

for (const part of PARTS) {
  const tcxoRegister = ADDRESSES[part];

  /** Microseconds from TX in sleep to the begin of the preamble, and what was found. */
  function start(tcxo: { startUpUs: number } | undefined, regTcxo: number) {
    const shared = world();
    const host = new Host("tx", shared, part, tcxo).configure();
    shared.clock.advanceTo(1_000_000_000);
    host.write(0x01, SLEEP);
    host.write(tcxoRegister, regTcxo);
    host.write(0x01, TX);
    shared.clock.advanceTo(3_000_000_000);
    return { us: (host.event("tx-start").atNs - 1_000_000_000) / 1000, findings: host.findings };
  }

  describe(`${part.toUpperCase()} oscillator`, () => {
    it("is a crystal, which starts in 250 us", () => {
      assert.deepEqual(start(undefined, 0x09), { us: 250 + START_US, findings: [] });
    });

    it("is a TCXO that takes its time", () => {
      assert.deepEqual(start({ startUpUs: 5000 }, 0x19), { us: 5000 + START_US, findings: [] });
    });

    it("is a TCXO that always runs: the chip takes no less than with a crystal", () => {
      assert.deepEqual(start({ startUpUs: 0 }, 0x19), { us: 250 + START_US, findings: [] });
    });

    it("is a TCXO at the input of the crystal, as LoRaMac-node leaves it", () => {
      assert.deepEqual(start({ startUpUs: 5000 }, 0x09).findings, []);
    });

    it("does not swing where the chip waits for a TCXO that is not there", () => {
      const [finding] = start(undefined, 0x19).findings;
      assert.match(finding, /RegTcxo is 0x19: the chip waits for a TCXO, but the board has a crystal/);
    });
  });
}
