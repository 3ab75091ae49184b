/**
 * The rig as specs use it: what its fixtures do to device, air and servers, and what they say where a wait is in vain.
 */
import assert from "node:assert/strict";
import { type FixtureDevice, openRig, type Rig } from "../../hil/rig/index.ts";

const CHOICE = { board: "pro-mini-rfm95", lorawan: "1.1" } as const;

describe("the fixtures of a spec", () => {
  let rig: Rig;
  let device: FixtureDevice;
  before(async () => {
    rig = await openRig(CHOICE);
    device = await rig.device();
  });
  after(() => rig?.close());

  const joins = () => device.consoleLines.filter((line) => line.startsWith("joining ")).length;

  it("make no device on a rig that is closed while they build", async () => {
    const closed = await openRig(CHOICE);
    const late = assert.rejects(closed.device(), /the run has been closed/);
    await closed.close();
    await late;
  });

  it("leave the device without power until they give it some", async () => {
    await rig.pass("10 s");
    assert.deepEqual(device.consoleLines, []);
    assert.equal(rig.nowS, 10);
  });

  it("say what was waited for, and what was seen last, where it does not come", async () => {
    rig.air.drop({ kind: "join-accept", count: 1 });
    device.powerOn();
    await assert.rejects(device.joined({ within: "8 s" }), ({ message }: Error) => {
      assert.match(message, /^waited 8 s for device to join\n/);
      assert.match(message, /the device's last words:\n[^:]* {2}10\.\d{3} s {2}boot LoRaWAN 1\.1\n/);
      assert.match(message, /the last on the air:\n *10\.\d{3} s {2}join-request of 23 octets/);
      assert.match(message, /the last refusals:\n {2}nothing$/);
      return true;
    });
  });

  it("wait for a join and give its DevAddr", async () => {
    const devAddr = await device.joined({ within: "1 min" });
    assert.match(devAddr, /^[0-9A-F]{8}$/);
    assert.equal(joins(), 2, "the first join-accept was lost");
    assert.equal(await device.joined({ within: "0 s" }), devAddr, "it has joined");
  });

  it("wait for uplinks, and send", async () => {
    const { fCnt, fPort } = await device.uplink({ within: "2 min" });
    device.send(10, Uint8Array.of(1, 0xff));
    const downlink = await device.downlink({ fPort: 10, within: "2 min" });
    assert.deepEqual([...downlink.payload], [1, 0xff]);
    assert.equal((await device.uplink({ fPort })).fCnt, fCnt + 1);
  });

  it("take a frame out of the air, or send it twice", async () => {
    const { met } = rig.air.drop({ direction: "up", count: 1 });
    const { fCnt } = device.uplinks.at(-1)!;
    await rig.until("an uplink to be lost", () => met.length === 1);
    rig.air.duplicate("1500 ms", { direction: "up", count: 1 });
    assert.equal((await device.uplink()).fCnt, fCnt + 2);
    const heard = device.uplinks.length;
    await rig.pass("20 s");
    assert.equal(device.uplinks.length, heard, "the copy is not taken for another uplink");
  });

  it("ask the device by MAC commands, and say what it answers", async () => {
    assert.match(await device.request("06"), /^ff[0-3][0-9a-f]$/);
    assert.equal(await device.request("050f184f84"), "05", "DR15");
    await assert.rejects(device.request("80"), { name: "RangeError", message: /must be MAC commands/ });
  });

  it("tell which session keys differ, by their names", async () => {
    assert.deepEqual(device.unequalKeys(), []);
    const fresh = await rig.device();
    fresh.powerOn();
    await fresh.joined({ within: "1 min" });
    assert.deepEqual(fresh.unequalKeys(), ["AppSKey, Application Server: the server has none"]);
    fresh.powerOff();
  });

  it("have the Application Server ask for the AppSKey, and say why it does not get it", async () => {
    await device.requestAppSKey();
    await rig.joinServer.stop();
    await assert.rejects(device.requestAppSKey(), /^ExchangeError: .*connection failed/);
    await rig.joinServer.start();
  });

  it("change the octets of a frame, repeat one, and send one as somebody else", async () => {
    const { length } = device.uplinks;
    const { met } = rig.air.alter((octets) => octets.fill(0, 1), { direction: "up", count: 1 });
    await rig.until("a frame to be changed", () => met.length === 1);
    await rig.pass("1 s");
    assert.equal(device.uplinks.length, length, "nobody takes it");
    rig.air.repeat(met[0]);
    await rig.until("the frame as it was", () => device.uplinks.length > length, { within: "5 s" });
    await rig.transmit(Uint8Array.of(0x60, 1, 2));
    const { frequencyHz, payload } = rig.transmissions.at(-1)!;
    assert.deepEqual([frequencyHz, ...payload], [rig.plan.rx2.frequencyHz, 0x60, 1, 2]);
  });

  it("restart the gateway", async () => {
    await rig.gateway.stop();
    const unheard = device.sent.length;
    await rig.until("an uplink that nobody hears", () => device.sent.length > unheard);
    const last = device.uplinks.at(-1)!.fCnt;
    await rig.gateway.start();
    assert.equal((await device.uplink()).fCnt, last + 2);
  });

  it("take the Join Server away, and bring it back with all that it knows", async () => {
    await rig.joinServer.stop();
    device.reset();
    await device.prints(/^join failed$/, { within: "1 min" });
    await rig.joinServer.restart();
    await device.joined({ within: "10 min" });
  });

  it("make the Join Server slow: behind RX1, the answer comes in RX2", async () => {
    const accepts = () => rig.transmissions.filter(({ payload }) => payload[0] === 0x20);
    const before = accepts().length;
    rig.joinServer.delay("5300 ms");
    device.reset();
    await device.joined({ within: "20 s" });
    const request = device.sent.at(-1)!;
    const [accept, ...others] = accepts().slice(before);
    assert.equal(others.length, 0);
    assert.equal(Math.round((accept.startNs - request.endNs) / 1e6), 6000);
    assert.equal(accept.frequencyHz, 869_525_000);
  });

  it("make it slower than RX2: the device asks again, and joins once it is fast", async () => {
    rig.joinServer.delay("7 s");
    device.reset();
    await device.prints(/^join failed$/, { within: "1 min" });
    rig.joinServer.delay("0 s");
    await device.joined({ within: "10 min" });
  });

  it("keep the store of a device without power", async () => {
    const nonces = () =>
      device.consoleLines.flatMap((line) => /^joining (\d+)/.exec(line)?.[1] ?? []).map(Number);
    const last = nonces().at(-1)!;
    device.powerOff();
    await rig.pass("1 h");
    device.powerOn();
    await device.joined({ within: "1 min" });
    assert.equal(nonces().at(-1), last + 1);
  });

  it("hold several devices", async () => {
    const other = await rig.device({ lorawan: "1.0.4" });
    other.powerOn();
    const devAddr = await other.joined({ within: "1 min" });
    assert.notEqual(other.identity.devEui, device.identity.devEui);
    const [mine, others] = await Promise.all([other.uplink(), devAddr]);
    assert.equal(mine.devAddr, others);
    assert.equal(mine.devEui, other.identity.devEui);
  });

  it("have no device at a serial port in lockstep", async () => {
    await assert.rejects(rig.device({ port: "pty" }), {
      name: "RigError",
      message: /has a time of its own: run in real time/,
    });
  });
});
