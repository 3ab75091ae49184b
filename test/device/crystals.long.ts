/** Class B on boards whose crystals are off by what they may be: beacons and ping slots are met all the same. */
import assert from "node:assert/strict";
import { type FixtureDevice, openRig, type Rig } from "../../hil/rig/index.ts";

/** `clockErrorPpm` of the board's board.json. */
const TOLERATED_PPM = 50;

describe("class B on a board whose crystal is off", () => {
  let rig: Rig;
  before(async () => {
    rig = await openRig({
      ...{ board: "nucleo-l073rz-sx1262", lorawan: "1.0.4", beacons: true },
      config: { CLASS_B: true, PING_PERIODICITY: 2, PERIOD_S: 60 },
    });
  });
  after(() => rig?.close());

  const isInClassB = ({ identity }: FixtureDevice) =>
    rig.networkServer.session(identity.devEui)?.classB.periodicity !== undefined;

  for (const crystalPpm of [TOLERATED_PPM, -TOLERATED_PPM]) {
    it(`by ${crystalPpm} ppm, hears beacons and ping slots`, async () => {
      const device = await rig.device({ crystalPpm });
      device.powerOn();
      await device.joined({ within: "2 min" });
      await rig.until("class B", () => isInClassB(device), { within: "15 min" });
      await device.uplink();
      await rig.pass("6 s");
      const beacons = device.radioEvents.filter(
        (event) => event.type === "rx-done" && event.payload.length === 17,
      );
      const sent = device.sent.length;
      device.send(10, Uint8Array.of(1));
      await device.downlink({ within: "30 s" });
      assert.equal(device.sent.length, sent, "no uplink came before it");
      assert.ok(beacons.length > 0);
      device.powerOff();
    });
  }
});
