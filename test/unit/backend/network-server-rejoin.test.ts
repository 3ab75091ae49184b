import assert from "node:assert/strict";
import {
  buildRejoinRequest,
  deriveJoinServerKeys,
  JoinReqType,
  openJoinAccept,
  type RejoinRequest,
  verifyJoinAcceptMic,
} from "../../../hil/lorawan/index.ts";
import type { LoraPacketDevice } from "./support/device.ts";
import { Identities } from "./support/identities.ts";
import { phyPayloadOf, TestNetwork } from "./support/network.ts";

const NET_ID = "000013";
const JOIN_TYPES = [JoinReqType.rejoin0, JoinReqType.rejoin1, JoinReqType.rejoin2];

describe("Network Server: rejoin-requests", () => {
  let identities: Identities;
  let network: TestNetwork;
  let device: LoraPacketDevice;

  before(async () => {
    identities = await Identities.create();
  });
  beforeEach(async () => {
    network = await TestNetwork.start(identities);
    device = await network.newDevice("1.1");
    await network.join(device);
    await network.exchange(device, { fPort: 1, payload: "00" });
  });
  afterEach(async () => {
    await network.close();
    identities.closeAgents();
  });

  const jsKeys = () => deriveJoinServerKeys({ nwkKey: device.nwkKey, devEui: device.devEui });
  /** A rejoin-request of the device, as it should be but for what is given. */
  const rejoin = (
    type: 0 | 1 | 2,
    count: number,
    { netId = NET_ID, key = undefined as Buffer | undefined } = {},
  ) => {
    const { devEui, joinEui } = device;
    const request: RejoinRequest =
      type === 1 ? { type, joinEui, devEui, rjCount1: count } : { type, netId, devEui, rjCount0: count };
    return buildRejoinRequest(request, key ?? (type === 1 ? jsKeys().jsIntKey : device.keys!.sNwkSIntKey));
  };
  const hear = async (phyPayload: Uint8Array): Promise<void> => {
    await network.hear(phyPayload);
    await network.pass(8000);
  };
  const session = () => network.networkServer.session(device.devEui);

  for (const type of JOIN_TYPES)
    it(`of type ${type} are answered by the Join Server, five seconds later; the old session goes on until the new one is used`, async () => {
      const before = session();
      const tmst = await network.hear(rejoin(type, 4));
      await network.pass(8000);
      const txpk = network.takeDownlink();
      assert.equal(txpk.tmst, tmst + 5_000_000);
      const accept = openJoinAccept(phyPayloadOf(txpk), jsKeys().jsEncKey);
      const answered = { joinReqType: type, joinEui: device.joinEui, devNonce: 4 };
      assert.equal(verifyJoinAcceptMic(accept, jsKeys().jsIntKey, answered), true);
      assert.equal(network.event("rejoin-answered").detail.devAddr, accept.devAddr);
      assert.notEqual(accept.devAddr, device.devAddr);
      assert.equal(session(), before);
      await network.exchange(device, { fPort: 1, payload: "01" });
      assert.equal(network.applicationServer.uplinks.at(-1)?.devAddr, device.devAddr);
    });

  it("of type 2 keep what the device has agreed to in the session, those of type 0 begin anew", async () => {
    network.networkServer.request(device.devEui, Buffer.from("0503d2ad840803", "hex"));
    await network.exchange(device, { fPort: 1, payload: "00" });
    await network.exchange(device, { fPort: 1, payload: "00", fOpts: "050708" });
    for (const [type, rxDelay, rx2DataRate] of [
      [2, 3, 3],
      [0, 1, 0],
    ] as const) {
      await hear(rejoin(type, type === 2 ? 0 : 1));
      const accept = openJoinAccept(phyPayloadOf(network.takeDownlink()), jsKeys().jsEncKey);
      assert.deepEqual([accept.rxDelay, accept.dlSettings.rx2DataRate], [rxDelay, rx2DataRate]);
    }
  });

  it("settle the ForceRejoinReq that asked for them", async () => {
    network.networkServer.request(device.devEui, Buffer.from("0e2500", "hex"));
    await network.exchange(device, { fPort: 1, payload: "00" });
    await hear(rejoin(2, 0));
    assert.equal(network.event("mac-requests-answered").detail.requests, "ForceRejoinReq");
  });

  const wrong = Buffer.alloc(16, 7);
  for (const [title, frame, reason] of [
    ["with another MIC", () => rejoin(0, 0, { key: wrong }), /MICFailed/],
    ["of type 2 with another MIC", () => rejoin(2, 0, { key: wrong }), /MICFailed/],
    ["of type 1 with another MIC", () => rejoin(1, 0, { key: wrong }), /Join Server: .*MIC/],
    ["for another network", () => rejoin(0, 0, { netId: "000014" }), /for NetID 000014, not for 000013/],
  ] as const)
    it(`${title} are refused`, async () => {
      await hear(frame());
      assert.match(network.event("rejoin-refused").reason ?? "", reason);
      assert.equal(network.gateways[0].downlinks.length, 0);
    });

  it("whose RJcount0 does not grow are replays", async () => {
    await hear(rejoin(0, 5));
    network.takeDownlink();
    for (const [type, count] of [
      [0, 5],
      [2, 5],
      [0, 4],
    ] as const) {
      await hear(rejoin(type, count));
      assert.match(network.event("rejoin-refused").reason ?? "", /is not above 5/);
      assert.equal(network.gateways[0].downlinks.length, 0);
    }
  });

  it("of type 0 without a session are refused, and of 1.0 devices all", async () => {
    const stranger = await network.newDevice("1.0.4", "70B3D57ED0000002");
    for (const type of [0, 1] as const) {
      const { devEui, joinEui } = stranger;
      const request: RejoinRequest =
        type === 1 ? { type, joinEui, devEui, rjCount1: 0 } : { type, netId: NET_ID, devEui, rjCount0: 0 };
      await hear(buildRejoinRequest(request, wrong));
      assert.match(
        network.event("rejoin-refused").reason ?? "",
        type === 1 ? /rejoin-requests are of LoRaWAN 1.1/ : /has no session here/,
      );
    }
  });
});
