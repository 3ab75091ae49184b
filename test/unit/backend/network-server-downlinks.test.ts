import assert from "node:assert/strict";
import { XmitDataLink } from "../../../hil/backend/xmit-data.ts";
import type { LoraPacketDevice } from "./support/device.ts";
import { AS_NAME, Identities } from "./support/identities.ts";
import { AS_ID, NET_ID, TestNetwork } from "./support/network.ts";

describe("Network Server: downlinks from the Application Server", () => {
  let identities: Identities;
  let network: TestNetwork;
  let device: LoraPacketDevice;
  let sessionKeyId: string | undefined;

  before(async () => {
    identities = await Identities.create();
  });
  beforeEach(async () => {
    network = await TestNetwork.start(identities);
    device = await network.newDevice("1.0.4");
    await network.join(device);
    await network.exchange(device, { fPort: 1, payload: "00" });
    sessionKeyId = network.networkServer.session(device.devEui)?.appSKey.sessionKeyId;
  });
  afterEach(async () => {
    await network.close();
    identities.closeAgents();
  });

  /** Speaks to the Network Server as the Application Server does, or as somebody else. */
  async function link(asId = AS_ID, name = AS_NAME, netId = NET_ID): Promise<XmitDataLink> {
    const { url } = network.networkServerPeer;
    const agent = await identities.agent(name);
    return new XmitDataLink(asId, { id: netId, url, agent, clientName: "", timeoutMs: 2000 }, () => 0);
  }
  const downlink = (metaData: Record<string, unknown> = {}) => ({
    frmPayload: Buffer.of(1, 2, 3),
    DLMetaData: { DevEUI: device.devEui, FPort: 1, FCntDown: 0, ...metaData },
    SessionKeyID: sessionKeyId,
  });
  const queued = () => network.networkServer.session(device.devEui)?.queue.length;

  it("queues what the Application Server sends", async () => {
    await (await link()).send(downlink());
    assert.equal(queued(), 1);
    assert.deepEqual(network.event("downlink-queued").detail, {
      devAddr: device.devAddr,
      fPort: 1,
      fCntDown: 0,
    });
  });

  for (const [what, identity, reason] of [
    ["another client", [AS_ID, "_as-client.other.example"], /UnknownSender \(TLS proved _as-client.other/],
    ["another AS-ID", ["as.other.example"], /UnknownSender \(SenderID as.other.example/],
    ["a message for another network", [AS_ID, AS_NAME, "000014"], /UnkownReceiver \(ReceiverID 000014/],
  ] as const)
    it(`refuses ${what}`, async () => {
      await assert.rejects((await link(...identity)).send(downlink()), reason);
      assert.equal(queued(), 0);
      assert.equal(network.event("downlink-refused").ok, false);
    });

  for (const [what, metaData, reason] of [
    ["FPort 0", { FPort: 0 }, /InvalidFPort/],
    ["no FPort", { FPort: undefined }, /InvalidFPort/],
    ["no DevEUI", { DevEUI: undefined }, /MalformedRequest/],
    ["no FCntDown", { FCntDown: undefined }, /MalformedRequest/],
    ["a device without a session", { DevEUI: "FF".repeat(8) }, /UnknownDevEUI/],
  ] as const)
    it(`refuses ${what}`, async () => {
      await assert.rejects((await link()).send(downlink(metaData)), reason);
      assert.equal(queued(), 0);
    });

  it("refuses an uplink, which is not for it", async () => {
    const uplink = { frmPayload: Buffer.of(1), ULMetaData: { RecvTime: "2026-01-01T00:00:00Z" } };
    await assert.rejects((await link()).send(uplink), /MalformedRequest \(a downlink has FRMPayload/);
  });

  it("takes a frame once that comes again because its answer was lost", async () => {
    const application = await link();
    for (const FCntDown of [0, 1, 0, 1]) await application.send(downlink({ FCntDown }));
    assert.equal(queued(), 2);
    assert.equal(network.steps("network-server").filter((step) => step === "downlink-queued").length, 2);
  });

  it("refuses counter values that are used or already in the queue", async () => {
    const application = await link();
    await application.send(downlink({ FCntDown: 2 }));
    await assert.rejects(application.send(downlink({ FCntDown: 1 })), /XmitFailed .* the next one is 3/);
    for (const other of [downlink({ FCntDown: 2, FPort: 2 }), downlink({ FCntDown: 2, Confirmed: true })])
      await assert.rejects(application.send(other), /XmitFailed .* the next one is 3/);
    const otherData = { ...downlink({ FCntDown: 2 }), frmPayload: Buffer.of(1, 2, 4) };
    await assert.rejects(application.send(otherData), /XmitFailed .* the next one is 3/);
    assert.equal((await network.exchange(device, { fPort: 1, payload: "00" }))?.fCnt, 2);
    await assert.rejects(application.send(downlink({ FCntDown: 2 })), /XmitFailed .* the next one is 3/);
  });

  it("refuses a counter value that the device could not tell from its 16 low bits", async () => {
    const application = await link();
    await assert.rejects(application.send(downlink({ FCntDown: 0xffff })), /XmitFailed .* ahead of 0/);
    await application.send(downlink({ FCntDown: 0xfffe }));
    assert.equal(queued(), 1);
  });

  it("refuses a frame that is encrypted for another session", async () => {
    sessionKeyId = "FFFF";
    await assert.rejects((await link()).send(downlink()), /XmitFailed .*current session/);
  });

  it("drops the queue of a session that ends, and says how much", async () => {
    await (await link()).send(downlink());
    await network.join(device);
    await network.exchange(device, { fPort: 1, payload: "00" });
    assert.equal(network.event("session-activated").detail.droppedDownlinks, 1);
    assert.equal(queued(), 0);
  });

  it("passes over a frame that the data rate cannot carry, to the next that it can", async () => {
    const application = await link();
    await application.send({ ...downlink({ FCntDown: 0 }), frmPayload: Buffer.alloc(60) });
    await application.send(downlink({ FCntDown: 1 }));
    const frame = device.uplink({ fPort: 1, payload: "00", confirmed: true }, 0, 0);
    await network.hear(frame, { datr: "SF12BW125" });
    await network.pass(4000);
    assert.match(network.event("downlink-dropped").reason ?? "", /60 octets exceed 51 at DR0/);
    assert.equal(network.event("downlink-scheduled").detail.fCntDown, 1);
    assert.equal(queued(), 0);
  });
});
