/** A device that is reset joins anew, with a DevNonce that it has never used. */
import assert from "node:assert/strict";
import { type FixtureDevice, openRig, type Rig } from "../rig/index.ts";

describe("reset", () => {
  let rig: Rig;
  let device: FixtureDevice;
  before(async () => {
    rig = await openRig();
    device = await rig.device();
    device.powerOn();
  });
  after(() => rig?.close());

  const devNonces = () =>
    device.consoleLines.flatMap((line) => /^joining (\d+) /.exec(line)?.[1] ?? []).map(Number);

  function assertRising(nonces: readonly number[]): void {
    assert.deepEqual(
      [...new Set(nonces)].sort((a, b) => a - b),
      nonces,
    );
  }

  it("after its join", async () => {
    await device.joined({ within: "2 min" });
    device.reset();
    await device.joined({ within: "2 min" });
    assertRising(devNonces());
  });

  it("while it waits for the join-accept", async () => {
    device.reset();
    await device.prints(/^joining /, { within: "1 min" });
    await rig.pass("2 s");
    device.reset();
    await device.joined({ within: "2 min" });
    assertRising(devNonces());
  });

  it("and goes on to send", async () => {
    const { fCnt } = await device.uplink({ within: "1 h" });
    if (!rig.isReal) assert.equal(fCnt, 0);
  });
});
