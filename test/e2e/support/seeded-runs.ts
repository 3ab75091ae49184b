/**
 * Runs that are to be the same again. As a program of its own it writes what comes of each, as one JSON text, while a worker
 * keeps a processor busy.
 */
import { writeSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { type FixtureDevice, openRig, runJoin } from "../../../hil/rig/index.ts";
import { repeatable } from "./repeatable.ts";

const BOARD = { board: "pro-mini-rfm95", seed: 11 } as const;

/** By what each is of. */
export const SEEDED_RUNS = {
  "LoRaWAN 1.1 over Semtech UDP": () => runJoin({ ...BOARD, lorawan: "1.1" }),
  "LoRaWAN 1.0.4 over Basics Station": () => runJoin({ ...BOARD, lorawan: "1.0.4", gateway: "station" }),
  "a signature that is bogus": () => runJoin({ ...BOARD, lorawan: "1.1", fault: "bogus-dnssec" }),
  "a join-request that is replayed": () => runJoin({ ...BOARD, lorawan: "1.0.4", fault: "replayed-join" }),
  "a spec with two devices": twoDevices,
} as const;

/** Two boards on one rig, and something done to what they send. */
async function twoDevices() {
  const rig = await openRig({ ...BOARD, lorawan: "1.1", config: { PERIOD_S: 10 } });
  try {
    const devices = [await rig.device(), await rig.device({ lorawan: "1.0.4" })];
    for (const device of devices) device.powerOn();
    for (const device of devices) await device.joined({ within: "1 min" });
    rig.air.drop({ direction: "up", from: "device-2", count: 1 });
    for (const device of devices) device.send(10, Uint8Array.of(1, 2, 3));
    const hasHeard = ({ consoleLines }: FixtureDevice) =>
      consoleLines.some((line) => /^downlink /.test(line));
    await rig.until("both downlinks", () => devices.every(hasHeard), { within: "5 min" });
    const { timeline, transmissions, serverEvents, nowS } = rig;
    return { timeline, transmissions, serverEvents, nowS, uplinks: devices.map(({ uplinks }) => uplinks) };
  } finally {
    await rig.close();
  }
}

if (process.argv[1] === import.meta.filename) {
  const load = new Worker("for (;;);", { eval: true });
  const told: Record<string, unknown> = {};
  for (const [name, run] of Object.entries(SEEDED_RUNS)) told[name] = await run();
  await load.terminate();
  const text = Buffer.from(JSON.stringify(repeatable(told)));
  for (let written = 0; written < text.length; ) written += writeSync(1, text, written);
}
