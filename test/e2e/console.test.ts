/** Commands on the console of a board that the rig knows by a serial port alone. */
import assert from "node:assert/strict";
import { type FixtureDevice, openRig, type Rig } from "../../hil/rig/index.ts";

describe("a board at a serial port that takes commands", () => {
  let rig: Rig;
  let device: FixtureDevice;
  before(async () => {
    rig = await openRig({
      ...{ board: "pro-mini-rfm95", lorawan: "1.1", time: "real", port: "pty" },
      config: { CONSOLE_COMMANDS: true },
    });
    device = await rig.device();
    device.powerOn();
    await device.prints(/^boot /, { within: "1 min" });
  });
  after(() => rig?.close());

  it("says who it is", async () => {
    const { devEui, lorawan } = await device.id();
    assert.deepEqual([devEui, lorawan], [device.identity.devEui, "1.1"]);
  });

  it("sends and joins only when it can, and says so", async () => {
    assert.equal((await device.state()).devAddr, undefined);
    await assert.rejects(
      device.sendUplink(1, Uint8Array.of(1)),
      /device refuses !send 1 01: it has not joined/,
    );
    await device.joined({ within: "1 min" });
    await device.sendUplink(77, Uint8Array.of(1, 2, 0xff));
    const { payload } = await device.uplink({ fPort: 77, within: "2 min" });
    assert.deepEqual([...payload], [1, 2, 0xff]);
  });
});
