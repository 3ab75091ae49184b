/** Listen before talk with what LoRaWAN 1.1 and class C add: what has not gone out has changed nothing. */
import assert from "node:assert/strict";
import type * as ClassCModule from "../../../firmware/lorawan/class-c.ts";
import type * as DeviceClassModule from "../../../firmware/lorawan/device-class.ts";
import { DEFAULT_PATH_LOSS_DB } from "../../../hil/air/link-budget.ts";
import { regionFigures } from "../../../toolchain/regions/index.ts";
import { Bench } from "./support/bench.ts";
import { hook } from "./support/hooks.ts";
import { jam } from "./support/jammer.ts";
import { Network } from "./support/network.ts";

const SECOND_NS = 1e9;
const CONFIG = { LISTEN_BEFORE_TALK: true, LORAWAN_1_1: true, PERIOD_S: 20 };

/** From now on all channels of EU868 are in use, for as many seconds. */
function jamAll(bench: Bench, durationS: number): void {
  const fromNs = bench.clock.nowNs();
  for (const { freq_hz } of regionFigures("EU868").default_channels!)
    jam(bench.air, freq_hz, {
      fromNs,
      untilNs: fromNs + durationS * SECOND_NS,
      powerDbm: -60 + DEFAULT_PATH_LOSS_DB,
    });
}

/** A device of 1.1 whose network confirms its keys. */
function start(): { bench: Bench; network: Network } {
  const bench = new Bench();
  const network = new Network(bench, { lorawan11: true, cfList: false });
  network.onData = (uplink) => {
    if (network.received.length === 1)
      bench.send(uplink, 1, network.downlink({ commands: Buffer.from("0b01", "hex") }));
  };
  return { bench, network };
}

describe("firmware: listen before talk with class C of 1.1", () => {
  it("changes the class when DeviceModeInd goes out, and not when it is put off", () => {
    const { bench, network } = start();
    const seen: { atS: number; isOn: boolean }[] = [];
    let samples = 0;
    hook(bench, (board) => ({
      sample: () => {
        samples++;
        if (samples !== 3) return 1;
        const { classC } = board.module<typeof ClassCModule>("lorawan/class-c.ts");
        assert.equal(classC.isOn, true);
        board.module<typeof DeviceClassModule>("lorawan/device-class.ts").switchClass(0);
        jamAll(bench, 60);
        const startNs = bench.clock.nowNs();
        for (const atS of [1, 30, 59])
          bench.clock.at(startNs + atS * SECOND_NS, () => seen.push({ atS, isOn: classC.isOn }));
        return 1;
      },
    }));
    bench.run(200 * SECOND_NS, { config: { ...CONFIG, CLASS_C: true } });
    assert.deepEqual(seen, [
      { atS: 1, isOn: true },
      { atS: 30, isOn: true },
      { atS: 59, isOn: true },
    ]);
    const { classC } = bench.board!.module<typeof ClassCModule>("lorawan/class-c.ts");
    assert.equal(classC.isOn, false);
    const counts = network.received.map(({ fCnt16 }) => fCnt16);
    assert.deepEqual(
      counts,
      counts.map((_, index) => index),
    );
    assert.ok(counts.length >= 5);
    assert.deepEqual(bench.findings, []);
  });
});

describe("firmware: listen before talk with rejoin-requests", () => {
  for (const type of [0, 1] as const) {
    it(`keeps one of type ${type} and its number for when it may, and sends uplinks as before`, () => {
      const { bench, network } = start();
      const config = { ...CONFIG, REJOIN: true, REJOIN_1_UPLINKS: type === 1 ? 2 : 0 };
      let jammedNs = 0;
      network.onData = (uplink) => {
        const { length } = network.received;
        // ForceRejoinReq of type 0, or type 1 as the device pleases, once the keys are confirmed.
        const forced = type === 0 && length === 2 ? "0e0500" : "";
        const frame = network.downlink({ commands: Buffer.from(`0b01${forced}`, "hex") });
        // RX2 is on none of the channels.
        bench.send(uplink, 2, frame, { frequencyHz: 869_525_000, sf: 12 });
        if (length !== 2) return;
        jammedNs = bench.clock.nowNs();
        jamAll(bench, 100);
      };
      bench.run(400 * SECOND_NS, { config });
      assert.deepEqual(bench.findings, []);
      const { request, uplink } = network.rejoins[0];
      assert.equal(request.type, type);
      assert.ok(uplink.transmission.startNs > jammedNs + 100 * SECOND_NS);
      // RJcount1 counts with DevNonce, of which the join took the first.
      assert.equal(request.type === 1 ? request.rjCount1 : request.rjCount0, type);
      assert.ok(bench.lines.filter((line) => line.startsWith("rejoining")).length <= network.rejoins.length);
      assert.ok(network.received.length >= 5, `${network.received.length} uplinks`);
    });
  }
});
