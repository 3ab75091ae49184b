/** Class B in the Network Server: PingSlotInfoReq, BeaconTimingReq, and downlinks in ping slots. */
import assert from "node:assert/strict";
import { pingSlotsMs } from "../../../hil/lorawan/index.ts";
import type { LoraPacketDevice } from "./support/device.ts";
import { Identities } from "./support/identities.ts";
import { phyPayloadOf, TestNetwork } from "./support/network.ts";

/** GPS time at the clock's zero, 2026-01-01 in UTC. */
const GPS_ZERO_MS = Date.UTC(2026, 0, 1) - Date.UTC(1980, 0, 6) + 18_000;
const PERIODICITY = 2;

describe("Network Server: class B", () => {
  let identities: Identities;
  let network: TestNetwork;
  let device: LoraPacketDevice;

  before(async () => {
    identities = await Identities.create();
  });
  beforeEach(async () => {
    network = await TestNetwork.start(identities);
    device = await network.newDevice("1.0.4");
    await network.join(device);
  });
  afterEach(async () => {
    await network.close();
    identities.closeAgents();
  });

  const gpsMs = () => GPS_ZERO_MS + network.clock.nowNs() / 1e6;
  const queue = (payload: string) =>
    network.applicationServer.queueDownlink(device.devEui, {
      fPort: 9,
      payload: Buffer.from(payload, "hex"),
    });
  const enter = async () => {
    const answer = await network.exchange(device, {
      fOpts: `10${PERIODICITY.toString(16).padStart(2, "0")}`,
    });
    assert.equal(answer?.fOpts, "10");
    await network.exchange(device, { fPort: 1, payload: "00", classB: true });
  };
  /** The slot that a txpk is for: its beacon's time and its number among the device's. */
  const slotOf = (tmms: number | undefined) => {
    const beaconMs = Math.floor(tmms! / 128_000) * 128_000;
    return pingSlotsMs(beaconMs / 1000, device.devAddr, PERIODICITY).indexOf(tmms! - beaconMs);
  };

  it("sends a downlink in the next ping slot, without waiting for an uplink", async () => {
    await enter();
    await queue("cafe");
    const queuedMs = gpsMs();
    await network.pass(6000);
    const txpk = network.takeDownlink();
    assert.equal(txpk.tmst, undefined);
    assert.ok(slotOf(txpk.tmms) >= 0, `${txpk.tmms} is no slot of the device`);
    assert.ok(txpk.tmms! >= queuedMs && txpk.tmms! <= queuedMs + 6000);
    assert.deepEqual([txpk.freq, txpk.datr, txpk.ipol], [869.525, "SF9BW125", true]);
    assert.equal(device.read(phyPayloadOf(txpk)).payload, "cafe");
  });

  it("sends one frame a slot, and says when there are more", async () => {
    await enter();
    await queue("01");
    await queue("02");
    await network.pass(12_000);
    const [first, second] = network.gateways[0].downlinks.splice(0);
    assert.equal(device.read(phyPayloadOf(first)).fPending, true);
    assert.equal(device.read(phyPayloadOf(second)).fPending, false);
    assert.ok(slotOf(first.tmms) >= 0 && slotOf(second.tmms) >= 0);
    assert.ok(second.tmms! > first.tmms!);
  });

  it("keeps a frame that is too long for the slots' data rate for RX1, and what is behind it until then", async () => {
    await enter();
    const long = "55".repeat(120);
    await queue(long);
    await queue("01");
    await network.pass(20_000);
    assert.equal(network.gateways[0].downlinks.length, 0);
    assert.equal(network.steps("network-server").includes("downlink-dropped"), false);
    const answer = await network.exchange(device, { fPort: 1, payload: "00", classB: true });
    assert.equal(answer?.payload, long);
    await network.pass(6000);
    const txpk = network.takeDownlink();
    assert.ok(slotOf(txpk.tmms) >= 0);
    assert.equal(device.read(phyPayloadOf(txpk)).payload, "01");
  });

  it("keeps MAC commands for class A", async () => {
    await enter();
    network.networkServer.request(device.devEui, Uint8Array.of(0x06));
    await queue("cafe");
    await network.pass(6000);
    assert.equal(device.read(phyPayloadOf(network.takeDownlink())).fOpts, "");
    assert.equal((await network.exchange(device, { fPort: 1, payload: "00", classB: true }))?.fOpts, "06");
  });

  it("goes by the channel that the device has agreed to", async () => {
    await enter();
    network.networkServer.request(device.devEui, Buffer.from("1128a38402", "hex"));
    await network.exchange(device, { fPort: 1, payload: "00", classB: true });
    await network.exchange(device, { fOpts: "1103", classB: true });
    // What that was answered with took a counter: the Application Server learns of it with the next uplink.
    await network.exchange(device, { fPort: 1, payload: "00", classB: true });
    await queue("cafe");
    await network.pass(6000);
    const { freq, datr } = network.takeDownlink();
    assert.deepEqual([freq, datr], [869.252, "SF10BW125"]);
  });

  it("sends nothing but behind uplinks before the ClassB bit, and after it", async () => {
    await network.exchange(device, { fOpts: "1002" });
    await queue("01");
    await network.pass(130_000);
    assert.equal(network.gateways[0].downlinks.length, 0);
    assert.equal((await network.exchange(device, { fPort: 1, payload: "00", classB: true }))?.payload, "01");
    assert.equal(await network.exchange(device, { fPort: 1, payload: "00" }), undefined);
    await queue("02");
    await network.pass(130_000);
    assert.equal(network.gateways[0].downlinks.length, 0);
  });

  it("answers BeaconTimingReq", async () => {
    await network.hear(device.uplink({ fOpts: "12" }, 5, 0));
    const untilBeaconMs = 128_000 - (gpsMs() % 128_000);
    await network.pass(4000);
    const { fOpts } = device.read(phyPayloadOf(network.takeDownlink()));
    const [cid, low, high, channel] = Buffer.from(fOpts, "hex");
    assert.deepEqual([cid, channel], [0x12, 0]);
    const toldMs = (low + 256 * high) * 30;
    assert.ok(toldMs <= untilBeaconMs && toldMs > untilBeaconMs - 30, `${toldMs} of ${untilBeaconMs} ms`);
  });
});
