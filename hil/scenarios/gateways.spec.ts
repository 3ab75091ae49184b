/** Two gateways hear a device: the one that hears it best answers, and where that is gone the other carries on. */
import assert from "node:assert/strict";
import { type FixtureDevice, openRig, type Rig } from "../rig/index.ts";

/** Metres from the device: some -92 and -117 dBm at 14 dBm, which every data rate can do with. */
const [NEAR_M, FAR_M] = [100, 1200];

describe("gateways", () => {
  let rig: Rig;
  let device: FixtureDevice;
  before(async () => {
    rig = await openRig({ gateways: [{ position: [NEAR_M, 0] }, { position: [-FAR_M, 0] }] });
    device = await rig.device({ position: [0, 0] });
    device.powerOn();
  });
  after(() => rig?.close());

  /** EUI of the gateway that has sent last. */
  const sender = () => rig.transmissions.findLast(({ from }) => from !== device.name)?.from;

  async function downlink(octet: number): Promise<void> {
    device.send(10, Uint8Array.of(octet));
    const { payload } = await device.downlink({ fPort: 10, within: "2 h" });
    assert.deepEqual([...payload], [octet]);
  }

  it("the near one answers the join-request that both have heard", async () => {
    await device.joined({ within: "2 min" });
    assert.equal(sender(), rig.gateways[0].eui);
  });

  it("an uplink comes once, though both have heard it", async () => {
    const { fCnt } = await device.uplink({ within: "1 h" });
    const gateways = rig.serverEvents.findLast(({ step }) => step === "uplink-deduplicated")?.detail.gateways;
    assert.deepEqual([fCnt, gateways], [0, 2]);
  });

  it("the near one sends what there is for the device", async () => {
    await downlink(1);
    assert.equal(sender(), rig.gateways[0].eui);
  });

  it("the far one does, where the near one is gone", async () => {
    await rig.gateways[0].stop();
    await downlink(2);
    assert.equal(sender(), rig.gateways[1].eui);
  });

  it("and the near one again, once it has come back", async () => {
    await rig.gateways[0].start();
    await downlink(3);
    assert.equal(sender(), rig.gateways[0].eui);
  });
});
