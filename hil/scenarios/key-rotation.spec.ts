/** A new join gives new session keys, and nothing of the old session is taken any more; under 1.1 a rejoin, too. */
import assert from "node:assert/strict";
import { type FixtureDevice, openRig, type Rig } from "../rig/index.ts";

const RX2_DELAY_S = 2;
const OLD_PAYLOAD = Uint8Array.of(0x0d);

describe("key-rotation", () => {
  let rig: Rig;
  let device: FixtureDevice;
  before(async () => {
    rig = await openRig({ config: { REJOIN: true } });
    device = await rig.device();
    device.powerOn();
    await device.joined({ within: "2 min" });
    await device.uplink({ within: "1 h" });
  });
  after(() => rig?.close());

  const appSKey = () => Buffer.from(device.readVariable("lorawan/session.ts:appSKey"));
  /** Has the keys renewed, and shows that the old ones are done with. */
  async function renewBy(renew: () => Promise<unknown>): Promise<void> {
    const old = { ...device.uplinks.at(-1)!, key: appSKey() };
    // Frames of the old session that their receivers have not heard: the counters would allow them.
    const lostDown = rig.air.drop({ direction: "down", kind: "data" });
    device.send(10, OLD_PAYLOAD);
    await rig.until("a downlink to be lost", () => lostDown.met.length > 0, { within: "2 h" });
    lostDown.end();
    const lostUp = rig.air.drop({ direction: "up", kind: "data" });
    await rig.until("an uplink to be lost", () => lostUp.met.length > 0, { within: "1 h" });
    lostUp.end();
    await renew();
    const { fCnt, devAddr } = await device.uplink({ within: "1 h" });
    const { endNs } = device.sent.at(-1)!;
    const downlinks = device.consoleLines.filter((line) => line.startsWith("downlink 10: ")).length;
    await rig.transmit(lostDown.met[0].payload, { atS: endNs / 1e9 + RX2_DELAY_S });
    rig.air.repeat(lostUp.met[0]);
    await rig.pass("3 s");
    assert.equal(fCnt, 0);
    assert.notEqual(devAddr, old.devAddr);
    assert.ok(!appSKey().equals(old.key), "the AppSKey is another one");
    assert.deepEqual(device.unequalKeys(), []);
    // AppSKeyReq: the Join Server gives the same key as in the envelope.
    await device.requestAppSKey({ within: "1 min" });
    assert.equal(
      device.uplinks.at(-1)!.devAddr,
      devAddr,
      "the Network Server takes no uplink of the old session",
    );
    const heard = device.consoleLines.filter((line) => line.startsWith("downlink 10: ")).length;
    assert.equal(heard, downlinks, "the device takes no downlink of the old session");
  }

  it("by a join", () =>
    renewBy(async () => {
      device.reset();
      await device.joined({ within: "10 min" });
    }));

  it("again: under 1.1 by a rejoin that the network demands, under 1.0.4 by another join", () =>
    renewBy(async () => {
      if (device.lorawan === "1.1") {
        rig.networkServer.request(device.identity.devEui, Uint8Array.of(0x0e, 0x03, 0));
        await device.prints(/^joined /, { within: "3 h" });
      } else {
        device.reset();
        await device.joined({ within: "10 min" });
      }
    }));

  it("and data go both ways by the new keys", async () => {
    device.send(10, Uint8Array.of(1, 2));
    const { payload } = await device.downlink({ fPort: 10, within: "2 h" });
    assert.deepEqual([...payload], [1, 2]);
  });
});
