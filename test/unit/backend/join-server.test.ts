import assert from "node:assert/strict";
import { Agent, createServer } from "node:https";
import type { ServerEvent } from "../../../hil/backend/events.ts";
import { postMessage } from "../../../hil/backend/http.ts";
import {
  type AppSKeyAns,
  decodeMessage,
  type HomeNSAns,
  type JoinAns,
  type JoinReq,
  requireSuccess,
  resultCodes,
  unwrapKeyEnvelope,
} from "../../../hil/backend/interfaces/index.ts";
import {
  type DeviceRegistration,
  JoinServer,
  type JoinServerOptions,
} from "../../../hil/backend/join-server/index.ts";
import { JoinStorage } from "../../../hil/backend/storage/index.ts";
import {
  buildJoinRequest,
  deriveJoinServerKeys,
  deriveSessionKeys10,
  deriveSessionKeys11,
  JoinReqType,
  openJoinAccept,
  verifyJoinAcceptMic,
} from "../../../hil/lorawan/index.ts";
import { createAuthority } from "../../../hil/trust/pki/index.ts";
import { hex, octets, vectorGroup } from "../lorawan/vectors.ts";

const NWK_KEY = octets("11111111111111112222222222222222");
const APP_KEY = octets("33333333333333334444444444444444");
const JOIN_EUI = "00005E100000002F";
const DEV_EUI = "0011223344556677";
const NS = { senderId: "000013", clientName: "_ns-client.ns.net-a.example" };
const AS = { senderId: "as.net-a.example", clientName: "_as-client.as.net-a.example" };
const NS_KEK = { label: "ns-a", key: Buffer.alloc(16, 0xa1) };
const AS_KEK = { label: "as-a", key: Buffer.alloc(32, 0xa2) };

const device11: DeviceRegistration = {
  devEui: DEV_EUI,
  joinEui: JOIN_EUI,
  macVersion: "1.1",
  nwkKey: NWK_KEY,
  appKey: APP_KEY,
  homeNetId: NS.senderId,
  asId: AS.senderId,
};
const device104: DeviceRegistration = { ...device11, macVersion: "1.0.4" };

interface JoinChanges extends Partial<Record<keyof JoinReq, unknown>> {
  devNonce?: number;
  key?: Uint8Array;
  /** Fields of the frame, where they differ from the message's. */
  frame?: { joinEui?: string; devEui?: string };
}

/** A JoinReq as a Network Server would send it for `device`. */
function joinReq(device: DeviceRegistration, changes: JoinChanges = {}): Record<string, unknown> {
  const { devNonce = 0, key, frame, ...members } = changes;
  const lorawan11 = device.macVersion === "1.1";
  const signingKey = key ?? (lorawan11 ? NWK_KEY : APP_KEY);
  const request = { joinEui: JOIN_EUI, devEui: DEV_EUI, devNonce, ...frame };
  return {
    ProtocolVersion: "1.0",
    SenderID: NS.senderId,
    ReceiverID: JOIN_EUI,
    TransactionID: 1,
    MessageType: "JoinReq",
    MACVersion: lorawan11 ? "1.1" : "1.0.4",
    PHYPayload: hex(buildJoinRequest(request, signingKey)),
    DevEUI: DEV_EUI,
    DevAddr: "26012345",
    DLSettings: lorawan11 ? "83" : "03",
    RxDelay: 1,
    ...members,
  };
}

describe("Join Server", () => {
  let storage: JoinStorage;
  let events: ServerEvent[];
  let nowMs: number;
  let server: JoinServer;

  const withPeers = (
    peers: JoinServerOptions["peers"],
    options: Partial<JoinServerOptions> = {},
  ): JoinServer =>
    new JoinServer({
      joinEuis: [JOIN_EUI, "00005E1000000030", "0807060504030201", "D84BCF5B9FAF1803"],
      storage,
      peers,
      onEvent: (event) => events.push(event),
      nowMs: () => nowMs,
      ...options,
    });

  beforeEach(async () => {
    storage = await JoinStorage.open({ path: ":memory:", kek: Buffer.alloc(16, 9) });
    events = [];
    nowMs = 1_000_000;
    server = withPeers([
      { ...NS, kek: NS_KEK },
      { ...AS, kek: AS_KEK },
    ]);
  });

  afterEach(() => storage.close());

  const state = () => server.readDevice({ devEui: DEV_EUI, joinEui: JOIN_EUI });

  /** The answer, which must be one that a peer can read. */
  async function ask(request: unknown, by = NS.clientName): Promise<JoinAns> {
    const answer = await server.handle(request, by);
    assert.deepEqual(decodeMessage(JSON.parse(JSON.stringify(answer))), answer);
    return answer as JoinAns;
  }

  const keyIn = (
    answer: JoinAns,
    name: "NwkSKey" | "FNwkSIntKey" | "SNwkSIntKey" | "NwkSEncKey" | "AppSKey",
  ) => {
    const envelope = answer[name];
    assert.ok(envelope, `${name} is in the answer`);
    return hex(unwrapKeyEnvelope(envelope, [NS_KEK, AS_KEK]));
  };

  describe("known flows", () => {
    for (const { name, request, rootKeys, joinNonce, answer: expected } of vectorGroup("backendFlows"))
      it(`answers ${name} octet by octet`, async () => {
        await server.registerDevice({
          devEui: request.DevEUI,
          joinEui: request.ReceiverID,
          macVersion: "1.1",
          nwkKey: octets(rootKeys.nwkKey),
          appKey: octets(rootKeys.appKey),
          homeNetId: request.SenderID,
          asId: AS.senderId,
          lastJoinNonce: Number.parseInt(joinNonce, 16) - 1,
        });
        server = withPeers([
          { ...NS, senderId: request.SenderID, kek: NS_KEK },
          { ...AS, kek: AS_KEK },
        ]);
        const answer = await ask(request);
        assert.equal(answer.MessageType, expected.MessageType);
        assert.equal(answer.TransactionID, request.TransactionID);
        assert.equal(answer.PHYPayload?.toLowerCase(), expected.PHYPayload);
        for (const [key, value] of Object.entries(expected.keys))
          assert.equal(keyIn(answer, key as "NwkSKey"), value, key);
        assert.equal(answer.NwkSKey === undefined, expected.keys.NwkSKey === undefined);
      });

    for (const { name, request, appKey, expectWithFirstJoinNonce1: keys } of vectorGroup("interopRequests"))
      it(`answers ${name}`, async () => {
        await server.registerDevice({
          devEui: request.DevEUI,
          joinEui: request.ReceiverID,
          macVersion: "1.0",
          appKey: octets(appKey),
          homeNetId: request.SenderID,
          asId: AS.senderId,
        });
        server = withPeers([
          { ...NS, senderId: request.SenderID },
          { ...AS, kek: AS_KEK },
        ]);
        const answer = await ask(request);
        assert.equal(keyIn(answer, "NwkSKey"), keys.NwkSKey);
        assert.equal(keyIn(answer, "AppSKey"), keys.AppSKey);
      });
  });

  describe("join", () => {
    it("of a 1.1 device gives an accept that only this device can open, and the 1.1 keys", async () => {
      await server.registerDevice(device11);
      const cfList = "184F84E85684B85E84886684586E8400";
      const answer = await ask(joinReq(device11, { devNonce: 5, CFList: cfList }));
      const accept = openJoinAccept(octets(answer.PHYPayload ?? ""), NWK_KEY);
      const { jsIntKey } = deriveJoinServerKeys({ nwkKey: NWK_KEY, devEui: DEV_EUI });
      const answered = { joinReqType: JoinReqType.joinRequest, joinEui: JOIN_EUI, devNonce: 5 };
      assert.ok(verifyJoinAcceptMic(accept, jsIntKey, answered));
      assert.equal(accept.joinNonce, 1);
      assert.equal(accept.netId, NS.senderId);
      assert.equal(accept.devAddr, "26012345");
      assert.deepEqual(accept.dlSettings, { optNeg: true, rx1DrOffset: 0, rx2DataRate: 3 });
      assert.equal(accept.rxDelay, 1);
      assert.equal(hex(accept.cfList ?? Buffer.alloc(0)).toUpperCase(), cfList);
      const keys = deriveSessionKeys11({
        nwkKey: NWK_KEY,
        appKey: APP_KEY,
        joinNonce: 1,
        joinEui: JOIN_EUI,
        devNonce: 5,
      });
      assert.equal(keyIn(answer, "FNwkSIntKey"), hex(keys.fNwkSIntKey));
      assert.equal(keyIn(answer, "SNwkSIntKey"), hex(keys.sNwkSIntKey));
      assert.equal(keyIn(answer, "NwkSEncKey"), hex(keys.nwkSEncKey));
      assert.equal(keyIn(answer, "AppSKey"), hex(keys.appSKey));
      assert.equal(answer.NwkSKey, undefined);
    });

    it("of a 1.0.4 device gives an accept and keys under the AppKey", async () => {
      await server.registerDevice(device104);
      const answer = await ask(joinReq(device104, { devNonce: 5 }));
      const accept = openJoinAccept(octets(answer.PHYPayload ?? ""), APP_KEY);
      assert.ok(verifyJoinAcceptMic(accept, APP_KEY));
      const keys = deriveSessionKeys10({ rootKey: APP_KEY, joinNonce: 1, netId: NS.senderId, devNonce: 5 });
      assert.equal(keyIn(answer, "NwkSKey"), hex(keys.nwkSEncKey));
      assert.equal(keyIn(answer, "AppSKey"), hex(keys.appSKey));
      assert.equal(answer.FNwkSIntKey, undefined);
    });

    it("of a 1.1 device through a 1.0 network uses the NwkKey for all", async () => {
      await server.registerDevice(device11);
      const answer = await ask(joinReq(device11, { MACVersion: "1.0.4", DLSettings: "00" }));
      const accept = openJoinAccept(octets(answer.PHYPayload ?? ""), NWK_KEY);
      assert.ok(verifyJoinAcceptMic(accept, NWK_KEY));
      const keys = deriveSessionKeys10({ rootKey: NWK_KEY, joinNonce: 1, netId: NS.senderId, devNonce: 0 });
      assert.equal(keyIn(answer, "NwkSKey"), hex(keys.nwkSEncKey));
      assert.equal(keyIn(answer, "AppSKey"), hex(keys.appSKey));
    });

    it("wraps the network keys for the Network Server and the AppSKey for the Application Server", async () => {
      await server.registerDevice(device11);
      const answer = await ask(joinReq(device11));
      for (const key of ["FNwkSIntKey", "SNwkSIntKey", "NwkSEncKey"] as const)
        assert.equal(answer[key]?.KEKLabel, NS_KEK.label);
      assert.equal(answer.AppSKey?.KEKLabel, AS_KEK.label);
    });

    for (const [what, registration, peers] of [
      [
        "the device has no Application Server",
        { ...device11, asId: undefined },
        [NS, { ...AS, kek: AS_KEK }],
      ],
      ["no KEK is shared with the Application Server", device11, [NS, AS]],
    ] as const)
      it(`keeps the AppSKey from the Network Server when ${what}`, async () => {
        server = withPeers(peers);
        await server.registerDevice(registration);
        const answer = await ask(joinReq(device11));
        assert.equal(answer.AppSKey, undefined);
        assert.equal(answer.FNwkSIntKey?.KEKLabel, undefined);
        assert.match(answer.SessionKeyID ?? "", /^[0-9A-F]{32}$/);
      });

    it("gives every session a SessionKeyID of its own", async () => {
      await server.registerDevice(device11);
      const ids = new Set<string | undefined>();
      for (let devNonce = 0; devNonce < 5; devNonce++)
        ids.add((await ask(joinReq(device11, { devNonce }))).SessionKeyID);
      assert.equal(ids.size, 5);
    });

    it("reports each step in order", async () => {
      await server.registerDevice(device11);
      await ask(joinReq(device11, { devNonce: 5 }));
      assert.deepEqual(
        events.map((event) => event.step),
        ["join-request-received", "sender-authorised", "mic-checked", "dev-nonce-accepted", "join-answered"],
      );
      for (const { server: by, ok, devEui } of events)
        assert.deepEqual([by, ok, devEui], ["join-server", true, DEV_EUI]);
      assert.deepEqual(events[3].detail, { devNonce: 5, joinNonce: 1, rule: "counter" });
    });

    it("reports no key, wrapped or not", async () => {
      await server.registerDevice(device11);
      const answer = await ask(joinReq(device11));
      await ask(joinReq(device11, { key: Buffer.alloc(16) }));
      await ask(joinReq(device11));
      const told = JSON.stringify(events).toUpperCase();
      const session = ["FNwkSIntKey", "SNwkSIntKey", "NwkSEncKey", "AppSKey"] as const;
      for (const key of [
        hex(NWK_KEY),
        hex(APP_KEY),
        ...session.map((name) => keyIn(answer, name)),
        ...session.map((name) => answer[name]?.AESKey ?? ""),
      ])
        assert.equal(told.includes(key.toUpperCase()), false);
    });
  });

  describe("repetition", () => {
    beforeEach(() => server.registerDevice(device11));

    it("within 10 s gets the same answer, octet by octet, under its own TransactionID", async () => {
      const first = await ask(joinReq(device11));
      const before = await state();
      nowMs += 9_999;
      const second = await ask(joinReq(device11, { TransactionID: 77 }));
      assert.equal(second.TransactionID, 77);
      assert.equal(JSON.stringify({ ...second, TransactionID: first.TransactionID }), JSON.stringify(first));
      assert.deepEqual(await state(), before);
      assert.equal(events.at(-1)?.step, "join-answer-repeated");
    });

    it("at the same time derives one session", async () => {
      const answers = await Promise.all([
        ask(joinReq(device11)),
        ask(joinReq(device11)),
        ask(joinReq(device11)),
      ]);
      assert.equal(new Set(answers.map((answer) => JSON.stringify(answer))).size, 1);
      const { lastJoinNonce, sessionKeyIds } = (await state()) ?? {};
      assert.deepEqual([lastJoinNonce, sessionKeyIds?.length], [1, 1]);
    });

    it("is recognised in another spelling", async () => {
      const first = await ask(joinReq(device11));
      const request = joinReq(device11);
      const answer = await ask({
        ...request,
        PHYPayload: `0x${String(request.PHYPayload).toUpperCase()}`,
        MACVersion: "1.1.0",
      });
      assert.equal(answer.PHYPayload, first.PHYPayload);
    });

    for (const [member, value] of [
      ["DevAddr", "26012346"],
      ["DLSettings", "80"],
      ["RxDelay", 2],
      ["CFList", "184F84E85684B85E84886684586E8400"],
    ] as const)
      it(`with another ${member} is a replay`, async () => {
        await ask(joinReq(device11));
        const before = await state();
        const answer = await ask(joinReq(device11, { [member]: value }));
        assert.equal(answer.Result.ResultCode, "JoinReqFailed");
        assert.deepEqual(await state(), before);
      });

    for (const [protocolVersion, code] of [
      ["1.0", "JoinReqFailed"],
      ["1.1", "FrameReplayed"],
    ] as const)
      it(`after 10 s is refused with ${code} under ${protocolVersion}, and changes nothing`, async () => {
        await ask(joinReq(device11, { devNonce: 3 }));
        const before = await state();
        nowMs += 10_000;
        const answer = await ask(joinReq(device11, { devNonce: 3, ProtocolVersion: protocolVersion }));
        assert.equal(answer.Result.ResultCode, code);
        assert.match(answer.Result.Description ?? "", /DevNonce 3 .* not above the last one accepted, 3/);
        assert.equal(answer.PHYPayload, undefined);
        assert.deepEqual(await state(), before);
      });
  });

  describe("refusal", () => {
    const withoutKeys = (answer: JoinAns): void => {
      for (const name of ["PHYPayload", "NwkSKey", "FNwkSIntKey", "AppSKey", "SessionKeyID"] as const)
        assert.equal(answer[name], undefined, name);
    };

    type Codes = [for1_0: string, for1_1: string];
    const same = (code: string): Codes => [code, code];
    const malformed: Codes = ["MalformedRequest", "MalformedMessage"];
    const cases: [
      what: string,
      device: DeviceRegistration,
      changes: JoinChanges,
      codes: Codes,
      check: string,
      reason: RegExp,
      by?: string,
    ][] = [
      [
        "a frame of 22 octets",
        device11,
        { PHYPayload: "00".repeat(22) },
        same("FrameSizeError"),
        "frame",
        /22 octets/,
      ],
      [
        "a data frame",
        device11,
        { PHYPayload: `40${"00".repeat(22)}` },
        malformed,
        "frame",
        /FType 2, not a join-request/,
      ],
      [
        "a frame of another Major version",
        device11,
        { PHYPayload: `01${"00".repeat(22)}` },
        malformed,
        "frame",
        /Major 1/,
      ],
      [
        "a frame from another device than the message says",
        device11,
        { frame: { devEui: "0011223344556678" } },
        malformed,
        "frame",
        /from DevEUI 0011223344556678/,
      ],
      [
        "an unknown sender",
        device11,
        { SenderID: "000099" },
        same("UnknownSender"),
        "sender",
        /SenderID 000099 is not known/,
      ],
      [
        "a TLS client that may not speak for the sender",
        device11,
        {},
        same("UnknownSender"),
        "sender",
        /_ns-client\.ns\.net-c\.example may not speak for SenderID 000013/,
        "_ns-client.ns.net-c.example",
      ],
      [
        "another JoinEUI as receiver",
        device11,
        { ReceiverID: "FFFFFFFFFFFFFFFF" },
        same("UnkownReceiver"),
        "receiver",
        /JoinEUI FFFFFFFFFFFFFFFF is not served/,
      ],
      [
        "a frame for a JoinEUI that is not served",
        device11,
        { frame: { joinEui: "FFFFFFFFFFFFFFFF" } },
        same("UnkownReceiver"),
        "receiver",
        /JoinEUI FFFFFFFFFFFFFFFF is not served/,
      ],
      [
        "a frame for another JoinEUI than the receiver",
        device11,
        { ReceiverID: "00005E1000000030" },
        malformed,
        "receiver",
        /the message for 00005E1000000030/,
      ],
      [
        "an unknown device",
        device11,
        { DevEUI: "0011223344556688", frame: { devEui: "0011223344556688" } },
        same("UnknownDevEUI"),
        "device",
        /DevEUI 0011223344556688 is not registered/,
      ],
      [
        "a known sender that is not the home network",
        { ...device11, homeNetId: "000024" },
        {},
        same("ActivationDisallowed"),
        "device",
        /NetID 000013 is not the home network/,
      ],
      [
        "MACVersion 1.1 without OptNeg",
        device11,
        { DLSettings: "03" },
        malformed,
        "version",
        /MACVersion 1\.1 and OptNeg 0/,
      ],
      [
        "MACVersion 1.0.4 with OptNeg",
        device11,
        { MACVersion: "1.0.4" },
        malformed,
        "version",
        /MACVersion 1\.0\.4 and OptNeg 1/,
      ],
      [
        "1.1 for a 1.0.4 device",
        device104,
        { MACVersion: "1.1", DLSettings: "83" },
        same("JoinReqFailed"),
        "version",
        /registered as 1\.0\.4/,
      ],
      [
        "a MIC under another key",
        device11,
        { key: Buffer.alloc(16) },
        same("MICFailed"),
        "mic",
        /not made with the NwkKey registered for DevEUI 0011223344556677/,
      ],
      [
        "a 1.0.4 device that signs with its NwkKey",
        device104,
        { key: NWK_KEY },
        same("MICFailed"),
        "mic",
        /not made with the AppKey/,
      ],
      [
        "a DevNonce that went back",
        { ...device11, lastDevNonce: 8 },
        { devNonce: 7 },
        ["JoinReqFailed", "FrameReplayed"],
        "dev-nonce",
        /DevNonce 7 .* accepted, 8/,
      ],
      [
        "a DevNonce used before by a 1.0.2 device",
        { ...device104, macVersion: "1.0.2" },
        { devNonce: 0, DevAddr: "26019999" },
        ["JoinReqFailed", "FrameReplayed"],
        "dev-nonce",
        /DevNonce 0 .* has been used/,
      ],
      [
        "a device whose JoinNonces are used up",
        { ...device11, lastJoinNonce: 0xffffff },
        {},
        same("JoinReqFailed"),
        "dev-nonce",
        /JoinNonces .* used up/,
      ],
    ];
    for (const [what, device, changes, codes, check, reason, by] of cases)
      for (const [i, protocolVersion] of (["1.0", "1.1"] as const).entries())
        it(`of ${what} under ${protocolVersion} is ${codes[i]}, and changes nothing`, async () => {
          await server.registerDevice(device);
          if (device.macVersion === "1.0.2") await ask(joinReq(device104));
          const before = await state();
          events = [];
          const answer = await ask(joinReq(device, { ...changes, ProtocolVersion: protocolVersion }), by);
          assert.equal(answer.Result.ResultCode, codes[i]);
          assert.ok((resultCodes[protocolVersion] as readonly string[]).includes(codes[i]));
          assert.match(answer.Result.Description ?? "", reason);
          assert.equal(answer.MessageType, "JoinAns");
          withoutKeys(answer);
          assert.deepEqual(await state(), before);
          const last = events.at(-1);
          assert.equal(last?.step, "join-refused");
          assert.equal(last?.ok, false);
          assert.equal(last?.detail.check, check);
          assert.equal(last?.detail.resultCode, codes[i]);
          assert.equal(last?.reason, answer.Result.Description);
        });

    it("of a changed frame leaves every DevNonce usable, whichever bit changed", async () => {
      await server.registerDevice(device11);
      const frame = octets(String(joinReq(device11, { devNonce: 3 }).PHYPayload));
      // Not the EUIs: then it is another device's frame.
      for (const bit of Array.from({ length: 6 * 8 }, (_, i) => 17 * 8 + i)) {
        const changed = Buffer.from(frame);
        changed[bit >> 3] ^= 1 << (bit & 7);
        const { Result } = await ask(joinReq(device11, { PHYPayload: hex(changed) }));
        assert.equal(Result.ResultCode, "MICFailed", `bit ${bit}`);
      }
      assert.equal((await state())?.lastDevNonce, undefined);
      assert.equal((await ask(joinReq(device11, { devNonce: 0 }))).Result.ResultCode, "Success");
    });

    it("of a wrong NSID is UnknownSender, a right one or none is served", async () => {
      server = withPeers([{ ...NS, nsId: "70b3d57ed0000001" }]);
      await server.registerDevice(device11);
      const as = (devNonce: number, SenderNSID?: string) =>
        ask(joinReq(device11, { devNonce, ProtocolVersion: "1.1", SenderNSID }));
      assert.equal((await as(0, "70B3D57ED0000002")).Result.ResultCode, "UnknownSender");
      assert.equal((await as(0, "70B3D57ED0000001")).Result.ResultCode, "Success");
      assert.equal((await as(1)).Result.ResultCode, "Success");
    });

    it("takes the TLS name in any case and with a final dot", async () => {
      await server.registerDevice(device11);
      const answer = await ask(joinReq(device11), "_NS-Client.ns.net-a.example.");
      assert.equal(answer.Result.ResultCode, "Success");
    });

    it("of a fault here is JoinReqFailed; the cause stays in the event", async () => {
      await server.registerDevice(device11);
      const broken = () => {
        throw new Error("no entropy left");
      };
      server = withPeers([NS], { randomBytes: broken });
      const answer = await ask(joinReq(device11));
      assert.equal(answer.Result.ResultCode, "JoinReqFailed");
      assert.doesNotMatch(JSON.stringify(answer), /entropy/);
      assert.match(events.at(-1)?.reason ?? "", /no entropy left/);
      assert.equal((await state())?.lastJoinNonce, 0);
    });
  });

  describe("what is no request", () => {
    const cases: [what: string, value: unknown, code: string, header: object, reason: RegExp][] = [
      ["no object", "JoinReq", "MalformedRequest", { ProtocolVersion: "1.0" }, /JSON object/],
      [
        "a request with faults",
        joinReq(device11, { DevAddr: "1", RxDelay: 99 }),
        "MalformedRequest",
        { MessageType: "JoinAns", TransactionID: 1, SenderID: JOIN_EUI, ReceiverID: NS.senderId },
        /DevAddr.*RxDelay/,
      ],
      [
        "a request with faults under 1.1",
        joinReq(device11, { ProtocolVersion: "1.1", DevAddr: "1" }),
        "MalformedMessage",
        { MessageType: "JoinAns" },
        /DevAddr/,
      ],
      [
        "a protocol version of the future",
        joinReq(device11, { ProtocolVersion: "2.0" }),
        "InvalidProtocolVersion",
        { ProtocolVersion: "1.0", MessageType: "JoinAns" },
        /1\.0, 1\.1/,
      ],
      [
        "a message type of nobody",
        joinReq(device11, { MessageType: "BakeReq" }),
        "MalformedRequest",
        { MessageType: "BakeAns" },
        /one of JoinReq/,
      ],
    ];
    for (const [what, value, code, header, reason] of cases)
      it(`like ${what} gets ${code} and as much of a header as can be told`, async () => {
        const answer = (await server.handle(value, NS.clientName)) as JoinAns;
        assert.equal(answer.Result.ResultCode, code);
        assert.match(answer.Result.Description ?? "", reason);
        for (const [member, expected] of Object.entries(header))
          assert.equal(answer[member as keyof JoinAns], expected, member);
        assert.equal(events.at(-1)?.step, "message-refused");
        assert.match(events.at(-1)?.reason ?? "", reason);
      });

    it("like an answer is not taken", async () => {
      await server.registerDevice(device11);
      const joinAns = await ask(joinReq(device11));
      const answer = (await server.handle(joinAns, NS.clientName)) as JoinAns;
      assert.equal(answer.Result.ResultCode, "MalformedRequest");
      assert.match(answer.Result.Description ?? "", /takes no JoinAns/);
    });
  });

  describe("AppSKeyReq", () => {
    const appSKeyReq = (SessionKeyID: string | undefined, changes = {}): object => ({
      ProtocolVersion: "1.0",
      SenderID: AS.senderId,
      ReceiverID: JOIN_EUI,
      TransactionID: 5,
      MessageType: "AppSKeyReq",
      DevEUI: DEV_EUI,
      SessionKeyID,
      ...changes,
    });
    const askAs = async (request: object, by = AS.clientName) =>
      (await ask(request, by)) as unknown as AppSKeyAns;
    let joined: JoinAns;

    beforeEach(async () => {
      await server.registerDevice(device11);
      joined = await ask(joinReq(device11));
    });

    it("gets the AppSKey of the session, wrapped for the Application Server", async () => {
      const answer = await askAs(appSKeyReq(joined.SessionKeyID));
      assert.equal(answer.Result.ResultCode, "Success");
      assert.equal(answer.AppSKey?.KEKLabel, AS_KEK.label);
      assert.deepEqual(answer.AppSKey, joined.AppSKey);
      assert.equal(answer.SessionKeyID, joined.SessionKeyID);
      assert.equal(events.at(-1)?.step, "app-s-key-answered");
    });

    it("gets the AppSKey of an older session too", async () => {
      const next = await ask(joinReq(device11, { devNonce: 1 }));
      assert.notDeepEqual(next.AppSKey, joined.AppSKey);
      assert.deepEqual((await askAs(appSKeyReq(joined.SessionKeyID))).AppSKey, joined.AppSKey);
    });

    it("gets it in clear inside TLS when no KEK is shared", async () => {
      server = withPeers([NS, AS]);
      const answer = await askAs(appSKeyReq(joined.SessionKeyID));
      assert.deepEqual(answer.AppSKey, { AESKey: keyIn(joined, "AppSKey").toUpperCase() });
    });

    const cases: [what: string, changes: object, code: string, reason: RegExp, by?: string][] = [
      ["of an unknown AS-ID", { SenderID: "as.other.example" }, "UnknownSender", /as\.other\.example/],
      [
        "of a TLS client that is not that Application Server",
        {},
        "UnknownSender",
        /may not speak/,
        NS.clientName,
      ],
      ["for an unknown device", { DevEUI: "0000000000000001" }, "UnknownDevEUI", /not registered/],
      [
        "for a JoinEUI that is not served",
        { ReceiverID: "FFFFFFFFFFFFFFFF" },
        "UnkownReceiver",
        /not served/,
      ],
      ["for a session that is not kept", { SessionKeyID: "ABCD" }, "Other", /no session ABCD/],
    ];
    for (const [what, changes, code, reason, by] of cases)
      it(`${what} is ${code}`, async () => {
        const answer = await askAs(appSKeyReq(joined.SessionKeyID, changes), by);
        assert.equal(answer.Result.ResultCode, code);
        assert.match(answer.Result.Description ?? "", reason);
        assert.equal(answer.AppSKey, undefined);
        assert.equal(events.at(-1)?.step, "app-s-key-refused");
      });

    it("of another Application Server than the device's is refused", async () => {
      const other = { senderId: "as.net-c.example", clientName: "_as-client.as.net-c.example" };
      server = withPeers([NS, AS, other]);
      const answer = await askAs(
        appSKeyReq(joined.SessionKeyID, { SenderID: other.senderId }),
        other.clientName,
      );
      assert.equal(answer.Result.ResultCode, "ActivationDisallowed");
      assert.equal(answer.AppSKey, undefined);
    });
  });

  describe("HomeNSReq", () => {
    const homeNsReq = (changes = {}): object => ({
      ProtocolVersion: "1.0",
      SenderID: NS.senderId,
      ReceiverID: JOIN_EUI,
      TransactionID: 5,
      MessageType: "HomeNSReq",
      DevEUI: DEV_EUI,
      ...changes,
    });
    const visited = { senderId: "000024", clientName: "_ns-client.ns.net-c.example" };
    const askNs = async (request: object, by: string) => (await ask(request, by)) as unknown as HomeNSAns;

    beforeEach(() => server.registerDevice(device11));

    it("of the home network itself gets its own NetID", async () => {
      assert.equal((await askNs(homeNsReq(), NS.clientName)).HNetID, NS.senderId);
    });

    it("of a network with a roaming agreement gets the home NetID", async () => {
      server = withPeers([NS, { ...visited, roaming: true }]);
      const answer = await askNs(homeNsReq({ SenderID: visited.senderId }), visited.clientName);
      assert.equal(answer.HNetID, NS.senderId);
    });

    it("of a network without one is NoRoamingAgreement", async () => {
      server = withPeers([NS, visited]);
      const answer = await askNs(homeNsReq({ SenderID: visited.senderId }), visited.clientName);
      assert.equal(answer.Result.ResultCode, "NoRoamingAgreement");
      assert.equal(answer.HNetID, undefined);
      assert.equal(events.at(-1)?.step, "home-ns-refused");
    });

    it("for an unknown device is UnknownDevEUI", async () => {
      const answer = await askNs(homeNsReq({ DevEUI: "0000000000000001" }), NS.clientName);
      assert.equal(answer.Result.ResultCode, "UnknownDevEUI");
    });
  });

  describe("listening", () => {
    const dated = { notBefore: new Date(Date.now() - 60_000), days: 1 };

    it("answers over TLS the client that TLS proved", async () => {
      const authority = await createAuthority({ organisation: "Test", ...dated });
      const credentials = await authority.issue({
        commonName: "Join Server",
        dnsNames: ["js.join-b.example"],
        profile: "server",
      });
      await server.registerDevice(device11);
      const listening = await server.listen({
        createServer: (listener) =>
          createServer({ key: credentials.privateKeyPem, cert: credentials.chainPem }, (request, response) =>
            listener(request, response, { name: NS.clientName }),
          ),
      });
      const agent = new Agent({ ca: credentials.rootPem, servername: "js.join-b.example" });
      const url = `https://${listening.host}:${listening.port}/`;
      const request = decodeMessage(joinReq(device11)) as JoinReq;
      try {
        const answer = await postMessage(agent, url, request, { timeoutMs: 2000 });
        assert.equal(requireSuccess(answer).SessionKeyID, (await state())?.sessionKeyIds[0]);
      } finally {
        agent.destroy();
        await listening.close();
      }
    });
  });

  describe("registration", () => {
    for (const [what, change, reason] of [
      ["a DevEUI of 15 digits", { devEui: "001122334455667" }, /DevEUI "001122334455667"/],
      ["a JoinEUI that is not served", { joinEui: "FFFFFFFFFFFFFFFF" }, /not served here/],
      ["a 1.1 device without NwkKey", { nwkKey: undefined }, /NwkKey has not been given/],
      ["an AppKey of 15 octets", { appKey: Buffer.alloc(15) }, /AppKey has 15 octets/],
      ["a NetID of two octets", { homeNetId: "0013" }, /home NetID "0013"/],
      ["a DevNonce of 17 bits", { lastDevNonce: 65536 }, /DevNonce 65536/],
      ["a JoinNonce of 25 bits", { lastJoinNonce: 0x1000000 }, /JoinNonce 16777216/],
    ] as const)
      it(`refuses ${what}`, async () => {
        await assert.rejects(server.registerDevice({ ...device11, ...change }), reason);
      });

    it("takes identifiers in lower case", async () => {
      await server.registerDevice({ ...device11, joinEui: JOIN_EUI.toLowerCase() });
      assert.equal((await state())?.joinEui, JOIN_EUI);
    });

    it("needs no NwkKey for a 1.0.4 device, and keeps none", async () => {
      await server.registerDevice(device104);
      const stored = await storage.findDevice({ devEui: DEV_EUI, joinEui: JOIN_EUI });
      assert.equal(stored?.nwkKey, undefined);
    });
  });
});
