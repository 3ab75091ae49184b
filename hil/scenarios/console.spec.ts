/** A device does what its console is told: identity, state, join now, send. @hal hal_console_read */
import assert from "node:assert/strict";
import { type FixtureDevice, openRig, type Rig } from "../rig/index.ts";

const PAYLOAD = Uint8Array.of(1, 2, 0xff);

describe("console", () => {
  let rig: Rig;
  let device: FixtureDevice;
  before(async () => {
    rig = await openRig({ config: { CONSOLE_COMMANDS: true } });
    device = await rig.device();
    device.powerOn();
    await device.prints(/^boot /, { within: "10 s" });
  });
  after(() => rig?.close());

  it("the device says who it is", async () => {
    const { devEui, joinEui } = await device.id();
    assert.deepEqual([devEui, joinEui], [device.identity.devEui, device.identity.joinEui]);
  });

  it("it tells its state before and after its join", async () => {
    assert.equal((await device.state()).devAddr, undefined);
    const devAddr = await device.joined({ within: "2 min" });
    assert.equal((await device.state()).devAddr, devAddr);
  });

  it("it sends what it is told to", async () => {
    await device.sendUplink(77, PAYLOAD);
    const { payload } = await device.uplink({ fPort: 77, within: "1 h" });
    assert.deepEqual([...payload], [...PAYLOAD]);
  });

  it("it joins anew at once", async () => {
    const { devAddr } = await device.state();
    await device.joinNow();
    assert.notEqual(await device.joined({ within: "2 min" }), devAddr);
  });

  it("it refuses what it cannot do, and goes on", async () => {
    await assert.rejects(device.sendUplink(224, PAYLOAD), /FPort or payload is none/);
    await assert.rejects(device.sendUplink(1, new Uint8Array(30)), /the line is too long/);
    assert.ok((await device.state()).devAddr);
  });
});
