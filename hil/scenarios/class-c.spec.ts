/** A device of class C hears what is sent to it at any time. */
import assert from "node:assert/strict";
import { type FixtureDevice, openRig, type Rig } from "../rig/index.ts";

const PAYLOADS = [Uint8Array.of(1), Uint8Array.of(2, 3)];

describe("class-c", () => {
  let rig: Rig;
  let device: FixtureDevice;
  before(async () => {
    rig = await openRig({ deviceClass: "C", config: { CLASS_C: true } });
    device = await rig.device();
    device.powerOn();
    await device.joined({ within: "2 min" });
    // One of LoRaWAN 1.1 tells its class with its uplinks.
    await device.uplink({ within: "1 h" });
    await rig.pass("4 s");
  });
  after(() => rig?.close());

  for (const payload of PAYLOADS) {
    it(`a downlink of ${payload.length} octets arrives with no uplink before it`, async () => {
      const sent = device.sent.length;
      device.send(10, payload);
      const downlink = await device.downlink({ fPort: 10, within: "5 s" });
      assert.deepEqual([...downlink.payload], [...payload]);
      assert.equal(device.sent.length, sent);
    });
  }

  it("a confirmed one is acknowledged, though no uplink is due", async () => {
    const acknowledged = () => rig.serverEvents.some(({ step }) => step === "downlink-acknowledged");
    device.send(10, Uint8Array.of(4), { confirmed: true });
    await device.downlink({ fPort: 10, within: "5 s" });
    await rig.until("the ACK", acknowledged, { within: "12 s" });
  });
});
