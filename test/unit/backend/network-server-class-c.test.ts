/**
 * Devices of Class C: when the Network Server sends without an uplink before it, at which parameters, and when it
 * waits.
 */
import assert from "node:assert/strict";
import type { LoraTxpk } from "../../../hil/gateway/index.ts";
import type { LoraPacketDevice } from "./support/device.ts";
import { Identities } from "./support/identities.ts";
import { phyPayloadOf, TestNetwork } from "./support/network.ts";

describe("Network Server: devices of Class C", () => {
  let identities: Identities;
  let network: TestNetwork;
  let device: LoraPacketDevice;

  before(async () => {
    identities = await Identities.create();
  });
  beforeEach(async () => {
    network = await TestNetwork.start(identities);
  });
  afterEach(async () => {
    await network.close();
    identities.closeAgents();
  });

  /** A device with a session, four seconds after its first uplink. */
  async function join(
    macVersion: "1.0.4" | "1.1",
    deviceClass: "A" | "C" | undefined,
    fOpts = "",
  ): Promise<void> {
    device = await network.newDevice(macVersion);
    const { devEui } = device;
    network.networkServer.registerDevice({ devEui, macVersion, deviceClass });
    await network.join(device);
    await network.exchange(device, { fPort: 1, payload: "00", fOpts });
  }

  const queue = (payload: string, confirmed = false) =>
    network.applicationServer.queueDownlink(device.devEui, {
      fPort: 10,
      payload: Buffer.from(payload, "hex"),
      confirmed,
    });
  const sent = () => network.gateways[0].downlinks.map((txpk) => device.read(phyPayloadOf(txpk)).payload);

  it("get a frame at once, at RX2's parameters", async () => {
    await join("1.0.4", "C");
    await queue("0102");
    await network.pass(10);
    const txpk: LoraTxpk = network.takeDownlink();
    const { imme, tmst, freq, datr, ipol } = txpk;
    assert.deepEqual(
      { imme, tmst, freq, datr, ipol },
      { imme: true, tmst: undefined, freq: 869.525, datr: "SF12BW125", ipol: true },
    );
    assert.equal(device.read(phyPayloadOf(txpk)).payload, "0102");
    assert.equal(network.event("downlink-scheduled").detail.window, "RXC");
  });

  it("get frame after frame", async () => {
    await join("1.0.4", "C");
    for (const payload of ["01", "02", "03"]) await queue(payload);
    await network.pass(10);
    assert.deepEqual(sent(), ["01", "02", "03"]);
  });

  it("get a frame that is too long for RX2's data rate behind their next uplink, and the rest then", async () => {
    await join("1.0.4", "C");
    const long = "55".repeat(60);
    await queue(long);
    await queue("01");
    await network.pass(10_000);
    assert.deepEqual(sent(), []);
    assert.equal(network.steps("network-server").includes("downlink-dropped"), false);
    await network.hear(device.uplink({ fPort: 1, payload: "00" }, 5, 0));
    await network.pass(4000);
    assert.deepEqual(sent(), [long, "01"]);
  });

  for (const [macVersion, deviceClass] of [
    ["1.0.4", undefined],
    ["1.0.4", "A"],
    ["1.1", "C"],
  ] as const) {
    it(`are not those of Class A: ${macVersion}, ${deviceClass ?? "no class"} in the profile`, async () => {
      await join(macVersion, deviceClass);
      await queue("01");
      await network.pass(60_000);
      assert.deepEqual(sent(), []);
      assert.equal((await network.exchange(device, { fPort: 1, payload: "00" }))?.payload, "01");
    });
  }

  it("get what comes in time for RX1 there, and not twice", async () => {
    await join("1.0.4", "C");
    await network.hear(device.uplink({ fPort: 1, payload: "00" }, 5, 0));
    await queue("01");
    await network.pass(5000);
    const txpk = network.takeDownlink();
    assert.equal(txpk.imme, false);
    assert.equal(network.event("downlink-scheduled").detail.window, "RX1");
  });

  it("get in RX2 what comes between that decision and RX2, and what comes after it behind its window", async () => {
    await join("1.0.4", "C");
    await network.hear(device.uplink({ fPort: 1, payload: "00" }, 5, 0));
    await network.pass(900);
    await queue("01");
    await network.pass(20);
    assert.equal(network.event("downlink-scheduled").detail.window, "RX2");
    assert.equal(network.takeDownlink().imme, false);
    await queue("02");
    await network.pass(1000);
    assert.deepEqual(sent(), []);
    await network.pass(1000);
    assert.equal(network.takeDownlink().imme, true);
  });

  it("get a confirmed frame, and the next one once they have answered or eight seconds have passed", async () => {
    await join("1.0.4", "C");
    for (const payload of ["01", "02", "03"]) await queue(payload, true);
    await network.pass(10);
    assert.deepEqual(sent(), ["01"]);
    await network.hear(device.uplink({ ack: true }, 5, 0));
    await network.pass(250);
    assert.equal(network.event("downlink-acknowledged").detail.fCntDown, 0);
    // In RX1 of the answer.
    await network.pass(550);
    assert.deepEqual(sent(), ["01", "02"]);
    await network.pass(7800);
    assert.deepEqual(sent(), ["01", "02"]);
    await network.pass(300);
    assert.deepEqual(sent(), ["01", "02", "03"]);
  });

  it("get MAC commands in windows of Class A only, and nothing while they may be changing RX2", async () => {
    await join("1.0.4", "C");
    network.networkServer.request(device.devEui, Buffer.from("0503d2ad84", "hex"));
    await queue("01");
    await network.pass(10);
    assert.deepEqual(device.read(phyPayloadOf(network.takeDownlink())).fOpts, "");
    await network.exchange(device, { fPort: 1, payload: "00" });
    await queue("02");
    await network.pass(60_000);
    assert.deepEqual(sent(), []);
    await network.hear(device.uplink({ fPort: 1, payload: "00", fOpts: "0507" }, 5, 0));
    await network.pass(4000);
    await queue("03");
    await network.pass(10);
    const [inWindow, after] = network.gateways[0].downlinks;
    assert.equal(device.read(phyPayloadOf(inWindow)).payload, "02");
    assert.equal(after.datr, "SF9BW125");
  });

  describe("of LoRaWAN 1.1", () => {
    it("say by DeviceModeInd what they are, and are answered", async () => {
      await join("1.1", undefined);
      const answer = await network.exchange(device, { fPort: 1, payload: "00", fOpts: "2002" });
      assert.equal(answer?.fOpts, "2002");
      await queue("01");
      await network.pass(10);
      assert.deepEqual(sent(), ["01"]);
      network.gateways[0].downlinks.length = 0;
      const back = await network.exchange(device, { fPort: 1, payload: "00", fOpts: "2000" });
      assert.equal(back?.fOpts, "2000");
      await queue("02");
      await network.pass(10_000);
      assert.deepEqual(sent(), []);
    });
  });
});
