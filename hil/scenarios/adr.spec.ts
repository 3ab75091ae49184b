/** The network sets a device's data rate (LinkADRReq). */
import assert from "node:assert/strict";
import { type FixtureDevice, openRig, type Rig } from "../rig/index.ts";

/** Every region has it, and allows it under any dwell time. */
const DATA_RATE = 3;

describe("adr", () => {
  let rig: Rig;
  let device: FixtureDevice;
  before(async () => {
    rig = await openRig();
    device = await rig.device();
    device.powerOn();
    await device.joined({ within: "2 min" });
    await device.uplink({ within: "1 h" });
  });
  after(() => rig?.close());

  it("the device accepts the data rate that the network sets", () =>
    device.setDataRate(DATA_RATE, { within: "3 h" }));

  it("it uses that data rate", async () => {
    await device.uplink({ within: "1 h" });
    assert.equal(rig.dataRateOf(device.sent.at(-1)!), DATA_RATE);
  });
});
