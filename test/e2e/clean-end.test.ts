/** How runs end where something goes wrong in the midst of them: with what it was, and with nothing left behind. */
import assert from "node:assert/strict";
import { openRig } from "../../hil/rig/index.ts";
import { Leftovers } from "../support/leftovers.ts";

const CHOICE = { board: "pro-mini-rfm95", lorawan: "1.1" } as const;

describe("a run that is cut short", () => {
  let leftovers: Leftovers;
  beforeEach(() => {
    leftovers = new Leftovers();
  });
  afterEach(() => leftovers.close());

  it("says that the serial port is gone, and frees all else", async () => {
    const rig = await openRig({ ...CHOICE, time: "real", port: "pty" });
    try {
      const device = await rig.device();
      device.powerOn();
      await device.prints(/^boot /, { within: "1 min" });
      const socat = leftovers.processes.find(({ command }) => command.startsWith("socat"));
      process.kill(socat!.pid, "SIGKILL");
      await assert.rejects(
        device.joined(),
        /^Error: waiting for device to join: .*joinery-pty-.* is gone: is the board still plugged in\?/,
      );
    } finally {
      await rig.close();
    }
    await leftovers.assertNone();
  });

  it("ends a wait that outlives its rig", async () => {
    const rig = await openRig(CHOICE);
    const waiting = assert.rejects(rig.pass("10000 d"), /the run has been closed/);
    setTimeout(() => void rig.close(), 50);
    await waiting;
    await rig.close();
    await leftovers.assertNone();
  });
});
