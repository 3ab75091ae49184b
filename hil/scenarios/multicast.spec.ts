/** A group (TS005) is heard while its session of class C lasts, by a device whose clock the network has set (TS003). */
import assert from "node:assert/strict";
import {
  buildMulticast,
  classCSessionReq,
  type FixtureDevice,
  groupOf,
  groupSetupReq,
  openRig,
  type Rig,
} from "../rig/index.ts";

const MULTICAST_PORT = 200;
const CLOCK_SYNC_PORT = 202;
/** Of GPS time, at the run's zero. */
const GPS_AT_ZERO_S = 1_450_000_000;
const MC_KEY = Buffer.from("0102030405060708090a0b0c0d0e0f10", "hex");
const MC_ADDR = "2600AA01";
const RANGE = { min: 5, max: 20 };
/** Until the session begins: time for its answer, and for a clock that is off by whole seconds. */
const AHEAD_S = 40;
/** The session lasts for 2^4 seconds. */
const TIME_OUT = 4;

describe("multicast", () => {
  const group = groupOf(MC_KEY, MC_ADDR);
  let rig: Rig;
  let device: FixtureDevice;
  let beginS: number;
  before(async () => {
    rig = await openRig({
      deviceClass: "C",
      config: { CLASS_C: true, MULTICAST_SETUP: true, CLOCK_SYNC: true },
    });
    device = await rig.device();
    device.powerOn();
    await device.joined({ within: "2 min" });
  });
  after(() => rig?.close());

  const heard = () => device.consoleLines.flatMap((line) => /^downlink 10: (\w+)$/.exec(line)?.[1] ?? []);
  async function nextOf(fPort: number): Promise<Buffer> {
    return Buffer.from((await device.uplink({ fPort, within: "1 h" })).payload);
  }
  /** Another channel than RX2's. */
  const channel = () => ({ frequencyHz: rig.plan.channels[1].rx1Hz, dataRate: rig.plan.rx2.dataRate + 2 });
  const transmit = (payload: string, fCnt: number, fields = {}) =>
    rig.transmit(buildMulticast(group, { port: 10, payload, fCnt, ...fields }), channel());

  it("the device asks for the time, and is told", async () => {
    const request = await nextOf(CLOCK_SYNC_PORT);
    const answer = Buffer.alloc(6);
    answer[0] = 1;
    answer.writeInt32LE(GPS_AT_ZERO_S + Math.round(rig.nowS) - request.readUInt32LE(1), 1);
    device.send(CLOCK_SYNC_PORT, answer);
    // The answer to DeviceTimeReq and the class itself go in the same windows.
    await device.uplink({ within: "1 h" });
  });

  it("it takes a group, and a session of it", async () => {
    const { nwkKey, appKey } = device.identity;
    const lorawan11 = device.lorawan === "1.1";
    device.send(
      MULTICAST_PORT,
      groupSetupReq(MC_KEY, MC_ADDR, RANGE, { rootKey: lorawan11 ? appKey : nwkKey, lorawan11 }),
    );
    assert.equal((await nextOf(MULTICAST_PORT)).toString("hex"), "0200");
    beginS = Math.round(rig.nowS) + AHEAD_S;
    const { frequencyHz, dataRate } = channel();
    device.send(
      MULTICAST_PORT,
      classCSessionReq({
        time: GPS_AT_ZERO_S + beginS,
        timeOut: TIME_OUT,
        frequency: frequencyHz / 100,
        dataRate,
      }),
    );
    assert.match((await nextOf(MULTICAST_PORT)).toString("hex"), /^0400\w{2}0000$/);
  });

  it("it does not hear the group on the session's channel before the session", async () => {
    await rig.pass(`${beginS - 5 - rig.nowS} s`);
    await transmit("A0", 5);
    assert.deepEqual(heard(), []);
  });

  it("it hears the group while the session lasts, but for what is wrong", async () => {
    await rig.pass(`${beginS + 3 - rig.nowS} s`);
    await transmit("A1", 6);
    await transmit("EE", 7, { breakMic: true });
    await transmit("EE", 6);
    await transmit("EE", RANGE.max);
    await transmit("A2", 8);
    await rig.pass("1 s");
    assert.ok(rig.nowS < beginS + 2 ** TIME_OUT, "in time");
    assert.deepEqual(heard(), ["A1", "A2"]);
  });

  it("it does not when the session is over", async () => {
    await rig.pass(`${beginS + 2 ** TIME_OUT + 3 - rig.nowS} s`);
    await transmit("A3", 9);
    await rig.pass("1 s");
    assert.deepEqual(heard(), ["A1", "A2"]);
  });
});
