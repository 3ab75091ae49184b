import assert from "node:assert/strict";
import type { ServerEvent } from "../../../hil/backend/events.ts";
import { decodeMessage, type RejoinAns, unwrapKeyEnvelope } from "../../../hil/backend/interfaces/index.ts";
import { type DeviceRegistration, JoinServer } from "../../../hil/backend/join-server/index.ts";
import { JoinStorage } from "../../../hil/backend/storage/index.ts";
import { buildRejoinRequest, deriveJoinServerKeys, type RejoinRequest } from "../../../hil/lorawan/index.ts";
import { hex, octets, vectorGroup } from "../lorawan/vectors.ts";

const JOIN_EUI = "00005E100000002F";
const DEV_EUI = "0011223344556677";
const NS = { senderId: "000013", clientName: "_ns-client.ns.net-a.example" };
const NWK_KEY = octets("11111111111111112222222222222222");
const JS_INT_KEY = deriveJoinServerKeys({ nwkKey: NWK_KEY, devEui: DEV_EUI }).jsIntKey;

const device: DeviceRegistration = {
  devEui: DEV_EUI,
  joinEui: JOIN_EUI,
  macVersion: "1.1",
  nwkKey: NWK_KEY,
  appKey: octets("33333333333333334444444444444444"),
  homeNetId: NS.senderId,
};

const type1 = (rjCount1: number, changes: Partial<Extract<RejoinRequest, { type: 1 }>> = {}) =>
  buildRejoinRequest({ type: 1, joinEui: JOIN_EUI, devEui: DEV_EUI, rjCount1, ...changes }, JS_INT_KEY);
/** Its MIC is for the Network Server, which has the key. */
const type0 = (rjCount0: number, type: 0 | 2 = 0) =>
  buildRejoinRequest({ type, netId: NS.senderId, devEui: DEV_EUI, rjCount0 }, Buffer.alloc(16, 5));

function rejoinReq(phyPayload: Uint8Array, members: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    ProtocolVersion: "1.0",
    SenderID: NS.senderId,
    ReceiverID: JOIN_EUI,
    TransactionID: 1,
    MessageType: "RejoinReq",
    MACVersion: "1.1",
    PHYPayload: hex(phyPayload),
    DevEUI: DEV_EUI,
    DevAddr: "26012345",
    DLSettings: "83",
    RxDelay: 1,
    ...members,
  };
}

describe("Join Server: rejoin-requests", () => {
  let storage: JoinStorage;
  let events: ServerEvent[];
  let nowMs: number;
  let server: JoinServer;

  beforeEach(async () => {
    storage = await JoinStorage.open({ path: ":memory:", kek: Buffer.alloc(16, 9) });
    events = [];
    nowMs = 1_000_000;
    server = new JoinServer({
      joinEuis: [JOIN_EUI, "0807060504030201"],
      storage,
      peers: [NS, { senderId: "010203", clientName: "ns.of.vectors" }],
      onEvent: (event) => events.push(event),
      nowMs: () => nowMs,
    });
    await server.registerDevice(device);
  });
  afterEach(() => storage.close());

  async function ask(request: unknown, by = NS.clientName): Promise<RejoinAns> {
    const answer = await server.handle(request, by);
    assert.deepEqual(decodeMessage(JSON.parse(JSON.stringify(answer))), answer);
    return answer as RejoinAns;
  }
  const lastJoinNonce = async () =>
    (await server.readDevice({ devEui: DEV_EUI, joinEui: JOIN_EUI }))?.lastJoinNonce;

  for (const { name, request, rootKeys, joinNonce, answer: expected } of vectorGroup("rejoinFlowsComputed"))
    it(`answers ${name} octet by octet`, async () => {
      await server.registerDevice({
        ...device,
        devEui: request.DevEUI,
        joinEui: request.ReceiverID,
        nwkKey: octets(rootKeys.nwkKey),
        appKey: octets(rootKeys.appKey),
        homeNetId: request.SenderID,
        lastJoinNonce: Number.parseInt(joinNonce, 16) - 1,
      });
      const answer = await ask(request, "ns.of.vectors");
      assert.equal(answer.MessageType, "RejoinAns");
      assert.equal(answer.Result.ResultCode, "Success", answer.Result.Description);
      assert.equal(answer.PHYPayload?.toLowerCase(), expected.PHYPayload);
      for (const key of ["FNwkSIntKey", "SNwkSIntKey", "NwkSEncKey"] as const) {
        const envelope = answer[key];
        assert.ok(envelope);
        assert.equal(hex(unwrapKeyEnvelope(envelope, [])), expected.keys[key]);
      }
    });

  it("of each type are answered with the next JoinNonce", async () => {
    for (const [i, frame] of [type0(0), type0(0, 2), type1(0)].entries()) {
      assert.equal((await ask(rejoinReq(frame))).Result.ResultCode, "Success");
      assert.equal(await lastJoinNonce(), i + 1);
      assert.equal(events.at(-1)?.step, "rejoin-answered");
    }
  });

  it("that come again at once get the same answer", async () => {
    for (const frame of [type0(3), type1(3)]) {
      const first = await ask(rejoinReq(frame));
      nowMs += 2_000;
      assert.deepEqual(await ask(rejoinReq(frame)), first);
      assert.equal(events.at(-1)?.step, "rejoin-answer-repeated");
    }
    assert.equal(await lastJoinNonce(), 2);
  });

  for (const rjCount1 of [5, 4, 0])
    it(`of type 1 with RJcount1 ${rjCount1} are replays after 5`, async () => {
      await ask(rejoinReq(type1(5)));
      nowMs += 60_000;
      const answer = await ask(rejoinReq(type1(rjCount1)));
      assert.equal(answer.Result.ResultCode, "JoinReqFailed");
      assert.match(
        answer.Result.Description ?? "",
        /RJcount1 \d of .* is not above the last one accepted, 5/,
      );
      assert.equal(await lastJoinNonce(), 1);
    });

  const REFUSED: readonly (readonly [string, Record<string, unknown>, string, RegExp])[] = [
    [
      "whose MIC is of another key",
      rejoinReq(Buffer.from(type1(0)).fill(0, 20)),
      "MICFailed",
      /not made with the JSIntKey/,
    ],
    ["that are join-requests", rejoinReq(Buffer.alloc(23)), "MalformedRequest", /not a rejoin-request/],
    ["that are cut short", rejoinReq(type0(0).subarray(0, 18)), "MalformedRequest", /19 octets, not 18/],
    [
      "of another device",
      rejoinReq(type0(0), { DevEUI: "0011223344556678" }),
      "MalformedRequest",
      /from DevEUI/,
    ],
    [
      "of type 1 for another Join Server",
      rejoinReq(type1(0, { joinEui: "0807060504030201" })),
      "MalformedRequest",
      /for JoinEUI 0807060504030201/,
    ],
    [
      "of LoRaWAN 1.0",
      rejoinReq(type0(0), { MACVersion: "1.0.4", DLSettings: "03" }),
      "JoinReqFailed",
      /rejoin-requests are of LoRaWAN 1.1/,
    ],
    [
      "of a device that is not registered",
      rejoinReq(type0(0), { ReceiverID: "0807060504030201" }),
      "UnknownDevEUI",
      /not registered/,
    ],
  ];
  for (const [title, request, resultCode, reason] of REFUSED)
    it(`${title} are refused, and nothing changes`, async () => {
      const answer = await ask(request);
      assert.equal(answer.Result.ResultCode, resultCode, answer.Result.Description);
      assert.match(answer.Result.Description ?? "", reason);
      assert.equal(events.at(-1)?.step, "rejoin-refused");
      assert.equal(await lastJoinNonce(), 0);
    });

  it("of a 1.0.4 device are refused", async () => {
    const devEui = "0011223344556699";
    await server.registerDevice({ ...device, devEui, macVersion: "1.0.4" });
    const frame = buildRejoinRequest({ type: 0, netId: NS.senderId, devEui, rjCount0: 0 }, Buffer.alloc(16));
    const answer = await ask(rejoinReq(frame, { DevEUI: devEui }));
    assert.equal(answer.Result.ResultCode, "JoinReqFailed");
  });
});
