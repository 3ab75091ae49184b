import assert from "node:assert/strict";
import { type ListeningServer, listenForMessages, postMessage } from "../../../hil/backend/http.ts";
import { NetworkServer } from "../../../hil/backend/index.ts";
import { LoraPacketDevice } from "./support/device.ts";
import { Identities, NS_NAME } from "./support/identities.ts";
import { NET_ID, phyPayloadOf } from "./support/network.ts";
import { VISITED_NET_ID, VISITED_NS_NAME, VisitedNetwork } from "./support/visited-network.ts";

const upperHex = (octets: Uint8Array) => Buffer.from(octets).toString("hex").toUpperCase();

describe("Network Server: passive roaming", () => {
  let identities: Identities;
  let visited: VisitedNetwork;

  before(async () => {
    identities = await Identities.create();
  });
  afterEach(async () => {
    await visited.close();
    identities.closeAgents();
  });

  const start = async (options?: Parameters<typeof VisitedNetwork.start>[1]): Promise<void> => {
    visited = await VisitedNetwork.start(identities, options);
  };

  /** A device that has joined at home and been heard there. */
  async function joinedAtHome(macVersion: "1.0.4" | "1.1" = "1.0.4"): Promise<LoraPacketDevice> {
    const { home } = visited;
    const device = await home.newDevice(macVersion);
    await home.join(device);
    device.fCntUp = 3;
    await home.exchange(device, { fPort: 1, payload: "00" });
    return device;
  }

  const payloads = () =>
    visited.home.events
      .filter(({ step }) => step === "uplink-decrypted")
      .map(({ detail }) => detail.payload ?? detail.octets);

  for (const macVersion of ["1.0.4", "1.1"] as const) {
    it(`brings uplinks of a ${macVersion} device home, and its downlinks back in RX1`, async () => {
      await start();
      const { home } = visited;
      const device = await joinedAtHome(macVersion);
      const tmst = await visited.hear(device.uplink({ fPort: 2, payload: "a1", confirmed: true }, 5, 0));
      await home.pass(4000);
      const [txpk, ...more] = visited.takeDownlinks();
      assert.deepEqual(more, [], home.failures());
      assert.deepEqual(
        { tmst: txpk.tmst, freq: txpk.freq, datr: txpk.datr, powe: txpk.powe },
        { tmst: tmst + 1_000_000, freq: 868.1, datr: "SF7BW125", powe: 14 },
      );
      assert.equal(device.read(phyPayloadOf(txpk)).ack, true);
      assert.equal(payloads().length, 2);
      assert.deepEqual(visited.steps, {
        visited: ["uplink-handed-on", "partners-downlink-scheduled"],
        home: ["roaming-started"],
      });
    });

    it(`joins a ${macVersion} device by way of the visited network`, async () => {
      await start();
      const { home } = visited;
      const device = await home.newDevice(macVersion);
      const tmst = await visited.hear(device.joinRequest());
      await home.pass(8000);
      const [txpk] = visited.takeDownlinks();
      assert.ok(txpk, `${visited.failures}; ${home.failures()}`);
      assert.equal(txpk.tmst, tmst + 5_000_000);
      device.accept(phyPayloadOf(txpk));
      await visited.hear(device.uplink({ fPort: 3, payload: "0102" }, 5, 0));
      await home.pass(4000);
      assert.equal(payloads().length, 1);
      assert.equal(home.networkServer.session(device.devEui)?.fCntUp, 0);
    });
  }

  it("asks anew for each frame where the home network grants no Lifetime", async () => {
    await start();
    const device = await joinedAtHome();
    for (let frame = 0; frame < 2; frame++) {
      await visited.hear(device.uplink({ fPort: 2, payload: "a1" }, 5, 0));
      await visited.home.pass(4000);
    }
    assert.deepEqual(visited.steps.home, ["roaming-started", "roaming-started"]);
  });

  it("keeps the device for the Lifetime, and asks anew when that is over", async () => {
    await start({ lifetimeSeconds: 60 });
    const { home } = visited;
    const device = await joinedAtHome();
    const uplink = async () => {
      await visited.hear(device.uplink({ fPort: 2, payload: "a1" }, 5, 0));
      await home.pass(4000);
    };
    await uplink();
    await uplink();
    assert.deepEqual(visited.steps, {
      visited: ["roaming-started", "uplink-handed-on"],
      home: ["roaming-started"],
    });
    await home.pass(60_000);
    await uplink();
    assert.deepEqual(visited.steps.home, ["roaming-started", "roaming-started"]);
    assert.equal(payloads().length, 4);
  });

  it("ends roaming when the device is heard at home alone", async () => {
    await start({ lifetimeSeconds: 3600 });
    const { home } = visited;
    const device = await joinedAtHome();
    await visited.hear(device.uplink({ fPort: 2, payload: "a1" }, 5, 0));
    await home.pass(4000);
    await home.exchange(device, { fPort: 2, payload: "a2" });
    assert.deepEqual(visited.steps, {
      visited: ["roaming-started", "roaming-ended"],
      home: ["roaming-started", "roaming-ended"],
    });
  });

  it("takes one frame that both networks hear once, and answers by the gateway that hears it better", async () => {
    await start();
    const { home } = visited;
    const device = await joinedAtHome();
    const frame = device.uplink({ fPort: 2, payload: "a1", confirmed: true }, 5, 0);
    await home.hear(frame, { lsnr: -3 });
    await visited.hear(frame);
    await home.pass(4000);
    assert.equal(home.gateways[0].downlinks.length, 0);
    assert.equal(visited.takeDownlinks().length, 1);
    assert.equal(payloads().length, 2);
    assert.equal(home.event("uplink-deduplicated").detail.gateways, 2);
  });

  it("defers a frame that its own gateways have brought already", async () => {
    await start();
    const { home } = visited;
    const device = await joinedAtHome();
    const frame = device.uplink({ fPort: 2, payload: "a1" }, 5, 0);
    await home.hear(frame);
    await home.pass(400);
    await visited.hear(frame);
    await home.pass(4000);
    assert.deepEqual(visited.steps, { visited: ["roaming-deferred"], home: ["roaming-deferred"] });
    assert.equal(payloads().length, 2);
  });

  it("leaves a join-request to its own gateways where they have heard it first", async () => {
    await start();
    const { home } = visited;
    const device = await home.newDevice("1.0.4");
    const request = device.joinRequest();
    await home.hear(request);
    await home.pass(100);
    await visited.hear(request);
    await home.pass(8000);
    assert.deepEqual(visited.takeDownlinks(), []);
    assert.deepEqual(visited.steps, {
      visited: ["roaming-deferred"],
      home: ["roaming-deferred"],
    });
    device.accept(phyPayloadOf(home.takeDownlink()));
    assert.equal(home.joinRequests.length, 1);
  });

  it("loses the frames of partners that do not answer, and goes on", async () => {
    await start({ lifetimeSeconds: 60 });
    const { home } = visited;
    const device = await joinedAtHome();
    await home.stop("network-server");
    await visited.hear(device.uplink({ fPort: 2, payload: "a1" }, 5, 0));
    await home.pass(4000);
    assert.match(
      visited.failures.join(),
      /^hand-over-refused: Network Server of NetID 000013: .*ECONNREFUSED/,
    );
  });

  it("cannot answer by a partner that is gone: the home network says so, and its FCntDown goes on", async () => {
    await start();
    const { home } = visited;
    const device = await joinedAtHome();
    await visited.hear(device.uplink({ fPort: 2, payload: "a1", confirmed: true }, 5, 0));
    await home.pass(400);
    await visited.stop();
    await home.pass(4000);
    assert.match(home.event("window-missed").reason ?? "", /Network Server of NetID 600C01: .*ECONNREFUSED/);
    const answer = await home.exchange(device, { fPort: 2, payload: "a2", confirmed: true });
    assert.equal(answer?.ack, true);
  });

  it("does not send a join-accept whose windows are over when the home network answers", async () => {
    await start();
    const { home } = visited;
    const device = await home.newDevice("1.0.4");
    home.joinServerBehaviour = async (answer, request) => {
      if ((request as { MessageType: string }).MessageType === "JoinReq")
        home.clock.advanceTo(home.clock.nowNs() + 7e9);
      return answer();
    };
    await visited.hear(device.joinRequest());
    await home.pass(8000);
    assert.deepEqual(visited.takeDownlinks(), []);
    assert.match(visited.failures.join(), /hand-over-refused: NetID 000013: JoinReqFailed/);
  });

  const strangers: [string, { isPartner?: boolean }, (device: LoraPacketDevice) => Buffer, RegExp][] = [
    [
      "a device of a NetID that nobody has agreed with",
      {},
      (device) => {
        device.devAddr = "48000001"; // NwkID 0x24 of type 0
        return device.uplink({ fPort: 1, payload: "00" }, 5, 0);
      },
      /no roaming agreement covers the DevAddr 48000001/,
    ],
    [
      "a home network that has not agreed",
      { isPartner: false },
      (device) => device.uplink({ fPort: 1, payload: "00" }, 5, 0),
      /NetID 000013: NoRoamingAgreement \(there is no roaming agreement with NetID 600C01\)/,
    ],
    [
      "a join-request of a device that the Join Server does not know",
      {},
      () => new LoraPacketDevice("1.0.4", "70B3D57ED00000FF").joinRequest(),
      /the home network of DevEUI 70B3D57ED00000FF is not known: HomeNSAns: UnknownDevEUI/,
    ],
    ["what is no LoRaWAN frame", {}, () => Buffer.of(0x41, 2, 3), /Major 1 is not LoRaWAN R1/],
    [
      "a downlink, sent like an uplink,",
      {},
      (device) => Buffer.concat([Buffer.of(0x60), device.uplink({ fPort: 1 }, 5, 0).subarray(1)]),
      /a downlink frame, sent like an uplink/,
    ],
  ];
  for (const [what, options, frame, reason] of strangers)
    it(`is told why ${what} is not served`, async () => {
      await start(options);
      const device = await joinedAtHome();
      await visited.hear(frame(device));
      await visited.home.pass(4000);
      assert.match(visited.failures.join(), reason);
      assert.deepEqual(visited.takeDownlinks(), []);
    });

  describe("messages of partners", () => {
    let device: LoraPacketDevice;

    /** Sends a message as the visited network does, but for what is said; gives the answer. */
    async function send(
      message: object,
      { name = VISITED_NS_NAME, url = visited.home.networkServerPeer.url } = {},
    ): Promise<{ ResultCode: string; Description?: string }> {
      const agent = await identities.agent(name);
      const header = {
        MessageType: "PRStartReq",
        ProtocolVersion: "1.0",
        SenderID: VISITED_NET_ID,
        ReceiverID: NET_ID,
        TransactionID: 7,
      };
      const whole = { ...header, ...message } as never;
      const { Result } = await postMessage<"PRStartReq">(agent, url, whole, { timeoutMs: 2000 });
      return Result;
    }

    const UL = {
      RecvTime: "2026-01-01T00:00:10Z",
      DataRate: 5,
      ULFreq: 868.1,
      RFRegion: "EU868",
      FNSULToken: "AB",
    };
    const uplink = () => device.uplink({ fPort: 2, payload: "a1" }, 5, 0);
    const changed = (phyPayload: Buffer, at: number) => {
      phyPayload[at] ^= 1;
      return phyPayload;
    };
    const startOf = (phyPayload: Buffer, metaData: object = {}) => ({
      PHYPayload: upperHex(phyPayload),
      ULMetaData: { ...UL, ...metaData },
    });

    const toHome: [string, () => object, string, RegExp, { name: string }?][] = [
      [
        "an unknown NetID",
        () => ({ ...startOf(uplink()), SenderID: "600C99" }),
        "NoRoamingAgreement",
        /600C99/,
      ],
      [
        "the home network itself",
        () => ({ ...startOf(uplink()), SenderID: NET_ID }),
        "NoRoamingAgreement",
        /000013/,
      ],
      [
        "another's client name",
        () => startOf(uplink()),
        "UnknownSender",
        /_ns\.other/,
        { name: "_ns.other.example" },
      ],
      [
        "another receiver",
        () => ({ ...startOf(uplink()), ReceiverID: "000014" }),
        "UnkownReceiver",
        /000014/,
      ],
      ["a forged MIC", () => startOf(changed(uplink(), 12)), "MICFailed", /no session of DevAddr/],
      [
        "a DevAddr of nobody",
        () => startOf(changed(uplink(), 1)),
        "UnknownDevAddr",
        /no session has the DevAddr/,
      ],
      ["an old frame", () => startOf(device.uplink({ fPort: 2, fCnt: 2 }, 5, 0)), "Other", /a replay/],
      ["half a frame", () => startOf(uplink().subarray(0, 9)), "FrameSizeError", /octets/],
      ["a downlink", () => startOf(changed(uplink(), 0).fill(0x60, 0, 1)), "Other", /downlink/],
      ["a rejoin-request", () => startOf(Buffer.alloc(19, 0xc0)), "Other", /FType 6 do not roam/],
      ["another region", () => startOf(uplink(), { RFRegion: "US915" }), "Other", /RFRegion US915/],
      ["a data rate that is none", () => startOf(uplink(), { DataRate: 15 }), "Other", /DR15/],
      ["no frequency", () => startOf(uplink(), { ULFreq: undefined }), "Other", /lacks DataRate or ULFreq/],
      [
        "an uplink of a device that does not roam",
        () => ({ ...startOf(uplink()), MessageType: "XmitDataReq" }),
        "UnknownDevEUI",
        /does not roam in NetID 600C01/,
      ],
      [
        "the end of what has not begun",
        () => ({ MessageType: "PRStopReq", DevEUI: device.devEui }),
        "UnknownDevEUI",
        /does not roam/,
      ],
      [
        "a join-request of a stranger",
        () => startOf(new LoraPacketDevice("1.0.4", "70B3D57ED00000FF").joinRequest()),
        "UnknownDevEUI",
        /no device profile/,
      ],
      ["a forged join-request", () => startOf(changed(device.joinRequest(), 20)), "MICFailed", /Join Server/],
    ];
    for (const [what, message, code, description, from] of toHome)
      it(`refuses ${what}: ${code}, and nothing changes`, async () => {
        await start({ lifetimeSeconds: 60 });
        device = await joinedAtHome();
        device.fCntUp = 5;
        const before = visited.home.networkServer.session(device.devEui)?.fCntUp;
        const result = await send(message(), from);
        await visited.home.pass(4000);
        assert.equal(result.ResultCode, code, result.Description);
        assert.match(result.Description ?? "", description);
        assert.equal(visited.home.networkServer.session(device.devEui)?.fCntUp, before);
        assert.equal(payloads().length, 1);
        assert.ok(!visited.steps.home.includes("roaming-ended"));
      });

    it("takes no message of another kind", async () => {
      await start();
      const message = {
        MessageType: "HomeNSReq",
        ReceiverID: "00005E100000002F",
        DevEUI: "70B3D57ED0000001",
      };
      assert.equal((await send(message)).ResultCode, "MalformedRequest");
      assert.match(visited.home.event("partner-refused").reason ?? "", /HomeNSReq is not taken/);
    });

    it("counts a repeated XmitDataReq once", async () => {
      await start({ lifetimeSeconds: 60 });
      device = await joinedAtHome();
      await send(startOf(uplink()));
      await visited.home.pass(4000);
      const again = { ...startOf(uplink()), MessageType: "XmitDataReq" };
      for (let copy = 0; copy < 3; copy++) assert.equal((await send(again)).ResultCode, "Success");
      await visited.home.pass(10_000);
      assert.equal((await send(again)).ResultCode, "Success");
      await visited.home.pass(4000);
      assert.equal(payloads().length, 3);
    });

    const DL = { DevEUI: "70B3D57ED0000001", RXDelay1: 1, DLFreq1: 868.1, DataRate1: 5, ClassMode: "A" };
    const FRAME = "60010000000000000000000000";
    const toVisited: [string, object, object, RegExp][] = [
      ["behind no uplink", {}, { FNSULToken: "0102030405060708" }, /FNSULToken are over, or it is none/],
      ["without a token", {}, {}, /FNSULToken are over, or it is none/],
      ["that is an uplink", { PHYPayload: "40010000000000000000000000" }, {}, /no downlink/],
      ["for a device of Class C that does not roam there", {}, { ClassMode: "C" }, /does not roam here/],
    ];
    for (const [what, message, metaData, reason] of toVisited)
      it(`does not send a downlink ${what}`, async () => {
        await start();
        const request = { MessageType: "XmitDataReq", SenderID: NET_ID, ReceiverID: VISITED_NET_ID };
        const result = await send(
          { ...request, PHYPayload: FRAME, ...message, DLMetaData: { ...DL, ...metaData } },
          { name: NS_NAME, url: visited.url },
        );
        assert.equal(result.ResultCode, "XmitFailed");
        assert.match(result.Description ?? "", reason);
        assert.deepEqual(visited.takeDownlinks(), []);
      });
  });

  describe("a home network that is another's", () => {
    let home: ListeningServer;
    /** What it was asked. */
    let asked: Record<string, unknown>[];
    let answer: object;
    const DEV_ADDR = "26012345";
    const DEV_EUI = "70B3D57ED0000001";
    const FRAME = "60452301260000000001020304";

    beforeEach(async () => {
      await start();
      asked = [];
      answer = { Result: { ResultCode: "Success" }, Lifetime: 60, DevEUI: DEV_EUI };
      const handler = async (message: unknown) => {
        const request = message as Record<string, unknown>;
        asked.push(request);
        const { SenderID, ReceiverID, TransactionID, MessageType } = request;
        return {
          ...{ ProtocolVersion: "1.0", SenderID: ReceiverID, ReceiverID: SenderID, TransactionID },
          MessageType: String(MessageType).replace("Req", "Ans"),
          ...answer,
        };
      };
      home = await listenForMessages(identities.listenOptions(), handler, (fault) =>
        assert.fail(String(fault)),
      );
      visited.findsHomeAt(home.port);
    });
    afterEach(() => home.close());

    /** Its device is heard; gives the token and the gateway's time. */
    async function hear(): Promise<{ token: string; tmst: number }> {
      const device = new LoraPacketDevice("1.0.4");
      Object.assign(device, { devAddr: DEV_ADDR, keys: KEYS });
      const tmst = await visited.hear(device.uplink({ fPort: 1, payload: "00", fCnt: asked.length }, 5, 0));
      await visited.home.pass(300);
      const { FNSULToken } = (asked.at(-1)?.ULMetaData ?? {}) as { FNSULToken: string };
      return { token: FNSULToken, tmst };
    }

    const KEYS = Object.fromEntries(
      ["fNwkSIntKey", "sNwkSIntKey", "nwkSEncKey", "appSKey"].map((name) => [name, Buffer.alloc(16, 1)]),
    );

    async function send(token: string | undefined, metaData: object = {}): Promise<string> {
      const DLMetaData = {
        ...{ DevEUI: DEV_EUI, FNSULToken: token, ClassMode: "A" as const, RXDelay1: 1 },
        ...{ DLFreq1: 868.1, DataRate1: 5, DLFreq2: 869.525, DataRate2: 0 },
        ...metaData,
      };
      const message = {
        MessageType: "XmitDataReq",
        ProtocolVersion: "1.0",
        SenderID: NET_ID,
        ReceiverID: VISITED_NET_ID,
        ...{ TransactionID: 9, PHYPayload: FRAME, DLMetaData },
      } as const;
      const agent = await identities.agent(NS_NAME);
      const { Result } = await postMessage<"XmitDataReq">(agent, visited.url, message, { timeoutMs: 2000 });
      return `${Result.ResultCode} ${Result.Description ?? ""}`.trim();
    }

    it("is told all that TS002 has of an uplink", async () => {
      await hear();
      const { ULMetaData, PHYPayload, TransactionID, ...header } = asked[0];
      assert.deepEqual(header, {
        MessageType: "PRStartReq",
        ProtocolVersion: "1.0",
        SenderID: VISITED_NET_ID,
        ReceiverID: NET_ID,
      });
      assert.match(String(PHYPayload), /^4045230126/);
      const { FNSULToken, ...told } = ULMetaData as Record<string, unknown>;
      assert.match(String(FNSULToken), /^[0-9A-F]{16}$/);
      assert.deepEqual(told, {
        ...{ DevAddr: DEV_ADDR, DataRate: 5, ULFreq: 868.1, RFRegion: "EU868", GWCnt: 1 },
        RecvTime: "2026-01-01T00:00:00.000Z",
        GWInfo: [{ ID: "00000000000000C3", RFRegion: "EU868", RSSI: -60, SNR: 7, DLAllowed: true }],
      });
    });

    it("sends one frame behind an uplink, and no copy of it", async () => {
      const { token, tmst } = await hear();
      assert.equal(await send(token), "Success");
      assert.match(await send(token), /^XmitFailed a frame goes out behind that FNSULToken already/);
      const [txpk, ...more] = visited.takeDownlinks();
      assert.deepEqual(
        [txpk.tmst, txpk.freq, txpk.datr, more.length],
        [tmst + 1_000_000, 868.1, "SF7BW125", 0],
      );
    });

    it("sends in RX2 where RX1 is over, and then no more", async () => {
      const { token, tmst } = await hear();
      await visited.home.pass(1000);
      assert.equal(await send(token), "Success");
      const [txpk] = visited.takeDownlinks();
      assert.deepEqual([txpk.tmst, txpk.freq, txpk.datr], [tmst + 2_000_000, 869.525, "SF12BW125"]);
      const other = await hear();
      await visited.home.pass(3000);
      assert.match(await send(other.token), /^XmitFailed no gateway can send the frame in its windows/);
      await visited.home.pass(20_000);
      assert.match(await send(other.token), /^XmitFailed the windows behind that FNSULToken are over/);
    });

    it("sends to a device of Class C at any time while it roams", async () => {
      await hear();
      await visited.home.pass(5000);
      const channel = { ClassMode: "C", DLFreq1: undefined, DataRate1: undefined };
      assert.equal(await send(undefined, channel), "Success");
      assert.equal(visited.takeDownlinks()[0].imme, true);
      await visited.home.pass(60_000);
      assert.match(await send(undefined, channel), /^XmitFailed DevEUI 70B3D57ED0000001 does not roam here/);
    });

    const impossible: [string, object, RegExp][] = [
      ["in a ping slot", { ClassMode: "B" }, /ping slots are not served/],
      ["on a frequency of another region", { DLFreq1: 923.3 }, /923300000 Hz is not within EU863/],
      ["at a data rate that is none", { DataRate1: 14 }, /RX1: DR14 is no data rate/],
      [
        "on no frequency",
        { DLFreq1: undefined, DLFreq2: undefined, DataRate1: undefined, DataRate2: undefined },
        /neither/,
      ],
    ];
    for (const [where, metaData, reason] of impossible)
      it(`cannot have a frame sent ${where}`, async () => {
        const { token } = await hear();
        const result = await send(token, metaData);
        assert.match(result, /^XmitFailed/);
        assert.match(result, reason);
        assert.deepEqual(visited.takeDownlinks(), []);
      });

    const nonsense: [string, object, RegExp][] = [
      ["without Lifetime", { Lifetime: undefined }, /Lifetime: found nothing/],
      ["for another network", { ReceiverID: "600C99" }, /from 000013 to 600C99, not the two that talk/],
      ["as another network", { SenderID: "000014" }, /from 000014 to 600C01, not the two that talk/],
      [
        "with a refusal",
        { Result: { ResultCode: "DevRoamingDisallowed" } },
        /NetID 000013: DevRoamingDisallowed/,
      ],
      ["something else", { MessageType: "HomeNSAns" }, /not the answer to this request/],
    ];
    for (const [how, changed, reason] of nonsense)
      it(`is not believed where it answers ${how}`, async () => {
        answer = { ...answer, ...changed };
        await hear();
        assert.match(visited.failures.join(), reason);
        assert.match(await send(undefined, { ClassMode: "C" }), /does not roam here/);
      });

    it("must send a join-accept and say when", async () => {
      const device = await visited.home.newDevice("1.0.4");
      await visited.hear(device.joinRequest());
      await visited.home.pass(8000);
      assert.match(visited.failures.join(), /NetID 000013 answers without a join-accept/);
    });

    it("is not asked for as long as it has deferred a device", async () => {
      answer = { Result: { ResultCode: "Deferred" }, Lifetime: 60 };
      await hear();
      await hear();
      assert.equal(asked.length, 1);
      await visited.home.pass(60_000);
      await hear();
      assert.equal(asked.length, 2);
    });
  });

  it("does not roam by NetIDs that private networks share", async () => {
    await start();
    const roaming = { partners: [{ netId: "000001", clientName: "ns" }] };
    const given = { netId: NET_ID, gatewayServer: { onUplink: () => {} }, random: () => 0, roaming };
    assert.throws(() => new NetworkServer(given as never), /NetID 000001 is shared by all private networks/);
  });
});
