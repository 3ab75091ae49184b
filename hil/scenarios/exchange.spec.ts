/** A device joins, and data go both ways. */
import assert from "node:assert/strict";
import { type FixtureDevice, openRig, type Rig } from "../rig/index.ts";

const PAYLOAD = Uint8Array.of(1, 2, 0xff, 0);

describe("exchange", () => {
  let rig: Rig;
  let device: FixtureDevice;
  before(async () => {
    rig = await openRig();
    device = await rig.device();
  });
  after(() => rig?.close());

  it("the device joins", async () => {
    device.powerOn();
    await device.joined({ within: "2 min" });
  });

  it("its Application Server decrypts what it sends", async () => {
    const { fCnt } = await device.uplink({ within: "1 h" });
    assert.equal(fCnt, 0);
  });

  it("it receives what its Application Server sends", async () => {
    device.send(10, PAYLOAD);
    const { payload } = await device.downlink({ fPort: 10, within: "2 h" });
    assert.deepEqual([...payload], [...PAYLOAD]);
  });

  it("a frame that is lost is missed, and the next one is not", async function () {
    if (rig.isReal) this.skip();
    const { fCnt } = device.uplinks.at(-1)!;
    const { met } = rig.air.drop({ direction: "up", from: device.name, count: 1 });
    assert.equal((await device.uplink({ within: "2 h" })).fCnt, fCnt + 1 + met.length);
    assert.equal(met.length, 1);
  });
});
