/** What class B takes of a day: beacons and ping slots, which the network of the measurement leads the device into. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NetworkPlan } from "../../../hil/lorawan/index.ts";
import { measureDay } from "../../../hil/rig/energy-run.ts";
import { buildImage } from "../../../toolchain/image/index.ts";
import { loadProcessorBoard } from "../../support/processor-board.ts";

const PERIOD_S = 256;
/** A slot each 2^4 s, in which nobody sends: six symbols of SF9, and what the clock may err. */
const SLOTS = PERIOD_S / 16;
const SLOT_S = [0.025, 0.06] as const;
/** SF9, 17 octets, and the window before it. */
const BEACONS = PERIOD_S / 128;
const BEACON_S = 0.16;

it("the energy of a device of class B has its beacons and ping slots, and its light sleep", async () => {
  const outDir = mkdtempSync(join(tmpdir(), "joinery-energy-"));
  try {
    const config = { CLASS_B: true, PING_PERIODICITY: 4, PERIOD_S };
    const image = await buildImage({ board: loadProcessorBoard("pro-mini-rfm95"), config, outDir });
    const options = { lorawan: "1.1", region: "EU868", classB: true } as const;
    const { scenario, period } = await measureDay(5, image, new NetworkPlan("EU868"), options);
    assert.equal(scenario.deviceClass, "B");
    assert.equal(Math.round(scenario.periodS), PERIOD_S);
    const [least, most] = SLOT_S.map((slotS) => SLOTS * slotS + BEACONS * BEACON_S);
    const { receive } = period.radio;
    assert.ok(receive > least && receive < most, `${receive} s, not from ${least} to ${most}`);
    assert.ok(period.processor.deep < 1, `${period.processor.deep} s`);
  } finally {
    rmSync(outDir, { recursive: true });
  }
});
