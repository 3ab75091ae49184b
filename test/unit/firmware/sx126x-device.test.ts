/** The whole device under Node on an SX126x: the same firmware with another driver behind "#radio". */
import assert from "node:assert/strict";
import type { createRadio } from "../../../hil/emulator/chips/index.ts";
import { Bench } from "./support/bench.ts";
import { DEV_ADDR, Network } from "./support/network.ts";

const SECOND_NS = 1e9;

type Radio = Parameters<typeof createRadio>[0];

/** Boards, and what they make of the driver's constants. */
const BOARDS: ReadonlyArray<readonly [string, Radio, Readonly<Record<string, boolean | number>>]> = [
  [
    "an SX1262 with a crystal and its switch on DIO2",
    { chip: "sx1262", rfSwitch: "DIO2", regulator: "DCDC" },
    {},
  ],
  [
    "an SX1262 with a TCXO",
    { chip: "sx1262", rfSwitch: "DIO2", regulator: "DCDC", tcxo: { millivolts: 1700, startUpUs: 5000 } },
    { TCXO_VOLTAGE: 1, TCXO_START_UP_US: 5000 },
  ],
  [
    "an SX1261 without either",
    { chip: "sx1261", rfSwitch: "none", regulator: "LDO" },
    { HIGH_POWER: false, RF_SWITCH_ON_DIO2: false, DC_DC: false },
  ],
];

describe("firmware: device with an SX126x", () => {
  for (const [title, radio, config] of BOARDS) {
    describe(title, () => {
      for (const lorawan11 of [false, true]) {
        it(`joins in RX1 and sends uplinks, LoRaWAN ${lorawan11 ? "1.1" : "1.0.4"}`, () => {
          const bench = new Bench(radio);
          const network = new Network(bench, { lorawan11 });
          bench.run(200 * SECOND_NS, { config: { ...config, LORAWAN_1_1: lorawan11 } });
          assert.deepEqual(bench.lines.slice(1, 4), ["joining 0 DR5", `joined ${DEV_ADDR}`, "uplink 0"]);
          assert.deepEqual(network.plain, ["0000ff00", "0001ff00", "0002ff00", "0003ff00"]);
          const powers = bench.events.flatMap((event) => (event.type === "tx-start" ? [event.powerDbm] : []));
          assert.deepEqual(new Set(powers), new Set([14]));
          assert.deepEqual(bench.findings, []);
        });
      }

      it("joins in RX2 at SF12, opening both windows in time", () => {
        const bench = new Bench(radio);
        new Network(bench, { lorawan11: true, rx2: true });
        bench.run(20 * SECOND_NS, { config: { ...config, LORAWAN_1_1: true } });
        assert.ok(bench.lines.includes(`joined ${DEV_ADDR}`));
        const [rx1, rx2] = bench.windows;
        assert.deepEqual([rx1.sf, rx2.sf, rx2.frequencyHz], [7, 12, 869_525_000]);
        for (const [{ afterUs }, delayS] of [
          [rx1, 5],
          [rx2, 6],
        ] as const) {
          const earlyUs = delayS * 1e6 - afterUs;
          assert.ok(earlyUs >= 0 && earlyUs <= 2000, `opened ${earlyUs} us early`);
        }
        assert.deepEqual(bench.findings, []);
      });

      it("prints a downlink", () => {
        const bench = new Bench(radio);
        const network = new Network(bench, { lorawan11: false });
        network.onData = (uplink) => {
          if (network.received.length !== 1) return;
          bench.send(uplink, 1, network.downlink({ port: 10, payload: Buffer.from("0102ff", "hex") }));
        };
        bench.run(60 * SECOND_NS, { config: { ...config, LORAWAN_1_1: false } });
        assert.ok(
          bench.lines.some((line) => line.endsWith("0102FF")),
          bench.lines.join("\n"),
        );
        assert.deepEqual(bench.findings, []);
      });
    });
  }

  for (const startUpUs of [20_000, 40_000, 100_000]) {
    it(`joins and receives with a TCXO that takes ${startUpUs / 1000} ms`, () => {
      const tcxo = { millivolts: 1700, startUpUs };
      const bench = new Bench({ chip: "sx1262", rfSwitch: "DIO2", regulator: "DCDC", tcxo });
      const network = new Network(bench, { lorawan11: true });
      const config = { TCXO_VOLTAGE: 1, TCXO_START_UP_US: startUpUs, LORAWAN_1_1: true };
      bench.run(100 * SECOND_NS, { config });
      assert.deepEqual(bench.lines.slice(1, 4), ["joining 0 DR5", `joined ${DEV_ADDR}`, "uplink 0"]);
      assert.deepEqual(network.plain, ["0000ff00", "0001ff00"]);
      assert.deepEqual(bench.findings, []);
    });
  }

  it("says so when no chip answers, and starts when one does", () => {
    const bench = new Bench({ chip: "sx1262" });
    new Network(bench, { lorawan11: false });
    bench.run(200 * SECOND_NS, { config: { LORAWAN_1_1: false }, muteUntilNs: 30 * SECOND_NS });
    assert.ok(bench.lines.includes(`joined ${DEV_ADDR}`), bench.lines.join("\n"));
  });
});
