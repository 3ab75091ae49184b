/** Boards whose crystals are off: within what the board may have nothing is missed, and far beyond it is. */
import assert from "node:assert/strict";
import { type FixtureDevice, openRig, type Rig } from "../../hil/rig/index.ts";

const CHOICE = { board: "pro-mini-rfm95", lorawan: "1.1", config: { PERIOD_S: 10 } } as const;
/** `clockErrorPpm` of its board.json. */
const TOLERATED_PPM = 30;
const SF7 = 5;
const SF12 = 0;

describe("a board whose crystal is off", () => {
  let rig: Rig;
  before(async () => {
    rig = await openRig(CHOICE);
  });
  after(() => rig?.close());

  const hears = async (device: FixtureDevice, octet: number) => {
    device.send(10, Uint8Array.of(octet));
    const { payload } = await device.downlink({ fPort: 10, within: "3 min" });
    assert.deepEqual([...payload], [octet]);
  };

  for (const crystalPpm of [TOLERATED_PPM, -TOLERATED_PPM]) {
    it(`by ${crystalPpm} ppm, hears RX1 and RX2 at SF7 and SF12`, async () => {
      const device = await rig.device({ crystalPpm, radioCrystalPpm: crystalPpm / 2 });
      device.powerOn();
      await device.joined({ within: "10 s" });
      await device.uplink();
      for (const dataRate of [SF7, SF12]) {
        await device.setDataRate(dataRate, { within: "3 min" });
        await hears(device, dataRate);
      }
      // RX2 is left to the join-accept, six seconds after the uplink.
      rig.joinServer.delay("5300 ms");
      device.reset();
      await device.joined({ within: "20 s" });
      const accept = rig.transmissions.findLast(({ from }) => from === rig.gateway.eui);
      assert.equal(accept?.frequencyHz, 869_525_000);
      rig.joinServer.delay("0 ms");
      device.powerOff();
    });
  }

  it("by 10000 ppm, hears no join-accept at SF7", async () => {
    const device = await rig.device({ crystalPpm: 10_000 });
    device.powerOn();
    await device.prints(/^join failed$/, { within: "20 s" });
    device.powerOff();
  });
});
