/** Commands on the console of a board that the rig knows by a serial port alone. */
import assert from "node:assert/strict";
import { type FixtureDevice, openRig, type Rig } from "../../hil/rig/index.ts";

describe("a device that its console has send", () => {
  let rig: Rig;
  let device: FixtureDevice;
  before(async () => {
    rig = await openRig({
      board: "pro-mini-rfm95",
      lorawan: "1.1",
      region: "US915",
      config: { CONSOLE_COMMANDS: true },
    });
    device = await rig.device();
    device.powerOn();
    await device.joined({ within: "10 min" });
    await device.uplink({ within: "1 h" });
  });
  after(() => rig?.close());

  it("takes as much as its data rate carries", async () => {
    await device.setDataRate(0, { within: "3 h" });
    await assert.rejects(device.sendUplink(77, new Uint8Array(12)), /the data rate does not carry it/);
    await device.sendUplink(77, new Uint8Array(11));
    const { payload } = await device.uplink({ fPort: 77, within: "1 h" });
    assert.equal(payload.length, 11);
  });

  it("sends nothing of that in the session after", async () => {
    await device.uplink({ within: "1 h" });
    await device.sendUplink(88, Uint8Array.of(1));
    await device.joinNow();
    await device.joined({ within: "1 h" });
    const next = await device.uplink({ within: "1 h" });
    assert.notEqual(next.fPort, 88);
  });
});

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
