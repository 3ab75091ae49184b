/** TxCwReq of TS009-1.0.0, 5.14, in class C, whenever it comes: the wave, and what becomes of windows and counters. */
import assert from "node:assert/strict";
import { Bench } from "./support/bench.ts";
import { Network } from "./support/network.ts";

const SECOND_NS = 1e9;
/** 8 s, 863.1 MHz, 14 dBm. */
const TX_CW_REQ = Buffer.from("7d0800d8b2830e", "hex");
const RXC = { frequencyHz: 869_525_000, sf: 9 };

/** A device of class C that gets the command some seconds after its first uplink, and later one for the application. */
function run(radio: ConstructorParameters<typeof Bench>[0], atS: number): { bench: Bench; network: Network } {
  const bench = new Bench(radio);
  const network = new Network(bench, { lorawan11: false, rx2DataRate: 3, cfList: false });
  network.onData = (uplink) => {
    if (network.received.length !== 1) return;
    const later = (seconds: number, port: number, payload: Buffer) =>
      bench.clock.at(uplink.endNs + seconds * SECOND_NS - 1000, () =>
        bench.send(uplink, seconds, network.downlink({ port, payload }), RXC),
      );
    later(atS, 224, TX_CW_REQ);
    later(14, 10, Buffer.of(0xaa));
  };
  bench.run(75 * SECOND_NS, {
    config: { LORAWAN_1_1: false, CERTIFICATION: true, CLASS_C: true, PERIOD_S: 25 },
  });
  assert.deepEqual(bench.findings, []);
  return { bench, network };
}

for (const radio of [{ chip: "sx1276" }, { chip: "sx1262", rfSwitch: "DIO2", regulator: "DCDC" }] as const)
  describe(`firmware: continuous wave in class C of the ${radio.chip}`, () => {
    for (const [when, atS] of [
      ["before RX1", 0.2],
      ["between RX1 and RX2", 1.4],
      ["after the windows", 5],
    ] as const)
      it(`lasts as long as it is to, and the session goes on, asked for ${when}`, () => {
        const { bench, network } = run(radio, atS);
        const start = bench.events.findIndex(({ type }) => type === "carrier-start");
        const [began, ended] = bench.events.slice(start, start + 2);
        assert.ok(began?.type === "carrier-start" && ended?.type === "carrier-end");
        assert.deepEqual([Math.round(began.frequencyHz / 100), began.powerDbm], [8_631_000, 14]);
        assert.ok(Math.abs(ended.atNs - began.atNs - 8 * SECOND_NS) < SECOND_NS / 100);
        assert.deepEqual(
          network.received.map(({ fCnt16 }) => fCnt16),
          [0, 1, 2],
        );
        assert.ok(bench.lines.includes("downlink 10: AA"), bench.lines.join("\n"));
      });
  });
