import assert from "node:assert/strict";
import { inspect } from "node:util";
import { LoraPacketDevice } from "./support/device.ts";
import { Identities } from "./support/identities.ts";
import { NET_ID, type NetworkOptions, phyPayloadOf, TestNetwork } from "./support/network.ts";

const hex = (octets: Uint8Array | undefined) => Buffer.from(octets ?? []).toString("hex");

describe("Network Server: join", () => {
  let identities: Identities;
  let network: TestNetwork;

  before(async () => {
    identities = await Identities.create();
  });
  afterEach(async () => {
    await network.close();
    identities.closeAgents();
  });

  const start = async (options?: NetworkOptions): Promise<void> => {
    network = await TestNetwork.start(identities, options);
  };

  for (const macVersion of ["1.0.4", "1.1"] as const)
    it(`activates a ${macVersion} device: same keys on device, Network and Application Server`, async () => {
      await start();
      const device = await network.newDevice(macVersion);
      const tmst = await network.hear(device.joinRequest());
      await network.pass(8000);
      const txpk = network.takeDownlink();
      assert.deepEqual(
        { ...txpk, data: "", size: 0 },
        {
          imme: false,
          tmst: tmst + 5_000_000,
          tmms: undefined,
          freq: 868.1,
          rfch: 0,
          powe: 14,
          modu: "LORA",
          datr: "SF7BW125",
          codr: "4/5",
          ipol: true,
          ncrc: true,
          prea: undefined,
          data: "",
          size: 0,
        },
      );
      device.accept(phyPayloadOf(txpk));
      await network.exchange(device, { fPort: 2, payload: "01020304" });
      const session = network.networkServer.session(device.devEui);
      assert.equal(session?.devAddr, device.devAddr);
      assert.equal(hex(session?.fNwkSIntKey), hex(device.keys?.fNwkSIntKey));
      assert.equal(hex(session?.sNwkSIntKey), hex(device.keys?.sNwkSIntKey));
      assert.equal(hex(session?.nwkSEncKey), hex(device.keys?.nwkSEncKey));
      assert.equal(hex(network.applicationServer.session(device.devEui)?.appSKey), hex(device.keys?.appSKey));
    });

  it("asks the Join Server as TS002 wants it, with the channels 867.1 to 867.9 MHz", async () => {
    await start();
    const device = await network.newDevice("1.1");
    await network.join(device);
    const { TransactionID, PHYPayload, ...request } = network.joinRequests[0] as Record<string, unknown>;
    assert.equal(typeof TransactionID, "number");
    assert.equal((PHYPayload as string).length, 46);
    assert.deepEqual(request, {
      MessageType: "JoinReq",
      ProtocolVersion: "1.0",
      SenderID: NET_ID,
      ReceiverID: device.joinEui,
      MACVersion: "1.1",
      DevEUI: device.devEui,
      DevAddr: device.devAddr,
      DLSettings: "80",
      RxDelay: 1,
      CFList: "184F84E85684B85E84886684586E8400",
    });
  });

  it("asks once for a join-request that two gateways heard, and answers through the better one", async () => {
    await start();
    const device = await network.newDevice("1.0.4");
    const phyPayload = device.joinRequest();
    await network.hear(phyPayload, { gateway: 1, lsnr: -3 });
    await network.pass(100);
    const tmst = await network.hear(phyPayload, { gateway: 0, lsnr: 5 });
    await network.pass(8000);
    assert.equal(network.joinRequests.length, 1);
    assert.equal(network.event("uplink-deduplicated").detail.gateways, 2);
    assert.equal(network.gateways[1].downlinks.length, 0);
    assert.equal(network.takeDownlink().tmst, tmst + 5_000_000);
  });

  it("asks once too when a gateway with a slow link is later than the window", async () => {
    await start();
    const device = await network.newDevice("1.1");
    const request = device.joinRequest();
    await network.hear(request);
    await network.pass(400);
    await network.hear(request, { gateway: 1 });
    await network.pass(8000);
    assert.equal(network.joinRequests.length, 1);
    assert.match(network.event("uplink-late").reason ?? "", /00000000000000B2 .*400 ms after the first/);
    device.accept(phyPayloadOf(network.takeDownlink()));
  });

  it("counts the gateway's microseconds modulo 2^32", async () => {
    await start();
    const device = await network.newDevice("1.1");
    await network.hear(device.joinRequest(), { tmst: 0xffff_ff00 });
    await network.pass(8000);
    assert.equal(network.takeDownlink().tmst, 0xffff_ff00 + 5_000_000 - 2 ** 32);
  });

  it("is busy while the Join Server works, and not while it waits for a timer", async () => {
    await start();
    const device = await network.newDevice("1.1");
    let answerNow = (): void => {};
    const released = new Promise<void>((resolve) => {
      answerNow = resolve;
    });
    network.joinServerBehaviour = async (answer) => {
      await released;
      return answer();
    };
    await network.hear(device.joinRequest());
    assert.equal(network.networkServer.busy, false);
    network.clock.advanceTo(network.clock.nowNs() + 200e6);
    assert.equal(network.networkServer.busy, true);
    answerNow();
    await network.networkServer.idle();
    assert.equal(network.networkServer.busy, false);
    device.accept(phyPayloadOf(network.takeDownlink()));
  });

  for (const [lateMs, window] of [
    [4800, "RX1"],
    [4950, "RX2"],
    [5800, "RX2"],
  ] as const)
    it(`answers in ${window} when the Join Server takes ${lateMs} ms`, async () => {
      await start();
      const device = await network.newDevice("1.1");
      network.joinServerBehaviour = async (answer) => {
        network.clock.advanceTo(lateMs * 1e6);
        return answer();
      };
      const tmst = await network.hear(device.joinRequest());
      await network.pass(200);
      const txpk = network.takeDownlink();
      const rx1 = { tmst: tmst + 5_000_000, freq: 868.1, datr: "SF7BW125", powe: 14 };
      const rx2 = { tmst: tmst + 6_000_000, freq: 869.525, datr: "SF12BW125", powe: 27 };
      const { freq, datr, powe } = txpk;
      assert.deepEqual({ tmst: txpk.tmst, freq, datr, powe }, window === "RX1" ? rx1 : rx2);
      assert.equal(network.event("join-accept-scheduled").detail.window, window);
    });

  it("says so when the Join Server's answer comes after both windows", async () => {
    await start();
    const device = await network.newDevice("1.1");
    network.joinServerBehaviour = async (answer) => {
      network.clock.advanceTo(6_000e6);
      return answer();
    };
    await network.hear(device.joinRequest());
    await network.pass(200);
    assert.equal(network.gateways[0].downlinks.length, 0);
    assert.match(network.event("join-refused").reason ?? "", /could not be sent in RX1 or RX2/);
    assert.match(network.event("window-missed").reason ?? "", /RX2: too late: 0 ms before the window/);
  });

  for (const error of ["TOO_LATE", "COLLISION_PACKET"] as const)
    it(`tries RX2 when the gateway answers ${error}`, async () => {
      await start();
      const device = await network.newDevice("1.0.4");
      network.gateways[0].answers.push(error);
      await network.hear(device.joinRequest());
      await network.pass(8000);
      assert.deepEqual(
        network.gateways[0].downlinks.map(({ freq }) => freq),
        [868.1, 869.525],
      );
      assert.match(network.event("window-missed").reason ?? "", new RegExp(`RX1: .*${error}`));
      assert.equal(network.event("join-accept-scheduled").detail.window, "RX2");
    });

  it("tells that a gateway refused both windows", async () => {
    await start();
    const device = await network.newDevice("1.0.4");
    network.gateways[0].answers.push("TX_FREQ", "TX_FREQ");
    await network.hear(device.joinRequest());
    await network.pass(8000);
    assert.match(network.event("join-refused").reason ?? "", /could not be sent/);
  });

  it("tells that a gateway did not say whether it sends", async () => {
    await start();
    const device = await network.newDevice("1.0.4");
    network.gateways[0].answers.push("silence");
    await network.hear(device.joinRequest());
    await network.pass(8000);
    assert.equal(network.gateways[0].downlinks.length, 1);
    assert.match(network.event("join-refused").reason ?? "", /the gateway has not said whether it sends/);
  });

  describe("when the Join Server does not answer as it should", () => {
    type Tamper = (answer: Record<string, unknown>) => Record<string, unknown>;
    const wrongKey = { KEKLabel: "ns-kek", AESKey: "00".repeat(24) };
    const cases: readonly [string, Tamper, RegExp][] = [
      ["another TransactionID", (a) => ({ ...a, TransactionID: 1 }), /TransactionID: found 1, expected/],
      ["another MessageType", (a) => ({ ...a, MessageType: "HomeNSAns" }), /MessageType|HNetID/],
      ["another JoinEUI as sender", (a) => ({ ...a, SenderID: "00".repeat(8) }), /is from 0{16} to 000013/],
      ["another network as receiver", (a) => ({ ...a, ReceiverID: "000014" }), /to 000014/],
      ["a key that does not unwrap", (a) => ({ ...a, FNwkSIntKey: wrongKey }), /FNwkSIntKey .*ns-kek/],
      [
        "a key under an unknown label",
        (a) => ({ ...a, NwkSEncKey: { ...wrongKey, KEKLabel: "other" } }),
        /NwkSEncKey .*"other"/,
      ],
      [
        "1.0 keys for a 1.1 device",
        ({ FNwkSIntKey, SNwkSIntKey, NwkSEncKey, ...a }) => ({ ...a, NwkSKey: FNwkSIntKey }),
        /has no FNwkSIntKey/,
      ],
      ["a PHYPayload of 16 octets", (a) => ({ ...a, PHYPayload: "20".repeat(16) }), /not a join-accept/],
      ["a data frame as PHYPayload", (a) => ({ ...a, PHYPayload: "60".repeat(17) }), /not a join-accept/],
      [
        "a refusal",
        (a) => ({ ...a, Result: { ResultCode: "MICFailed", Description: "wrong key" } }),
        /JoinAns: MICFailed \(wrong key\)/,
      ],
    ];
    for (const [what, tamper, reason] of cases)
      it(`refuses ${what}`, async () => {
        await start();
        const device = await network.newDevice("1.1");
        network.joinServerBehaviour = async (answer) => tamper((await answer()) as Record<string, unknown>);
        await network.hear(device.joinRequest());
        await network.pass(8000);
        const refused = network.event("join-refused");
        assert.equal(refused.devEui, device.devEui);
        assert.match(refused.reason ?? "", reason);
        assert.equal(network.networkServer.session(device.devEui), undefined);
        assert.equal(network.gateways[0].downlinks.length, 0);
      });

    it("goes on when the Join Server is down, and joins when it is back", async () => {
      await start();
      const device = await network.newDevice("1.1");
      const joined = await network.newDevice("1.0.4", "70B3D57ED0000002");
      await network.join(joined);
      const { joinServerPort } = network;
      network.joinServerPort = 1;
      await network.hear(device.joinRequest());
      await network.pass(8000);
      assert.match(
        network.event("join-refused").reason ?? "",
        /Join Server: .*connection failed.*ECONNREFUSED/,
      );
      await network.exchange(joined, { fPort: 1, payload: "aa" });
      assert.equal(network.applicationServer.uplinks.length, 1);
      network.joinServerPort = joinServerPort;
      await network.join(device);
    });

    it("gives up on a Join Server that does not answer", async () => {
      await start({ joinServerTimeoutMs: 50 });
      const device = await network.newDevice("1.1");
      network.joinServerBehaviour = () => new Promise(() => {});
      await network.hear(device.joinRequest());
      await network.pass(8000);
      assert.match(network.event("join-refused").reason ?? "", /no answer within 50 ms/);
    });

    it("tells why the Join Server was not found", async () => {
      await start({ discover: () => Promise.reject(new Error("NAPTR bogus")) });
      const device = await network.newDevice("1.1");
      await network.hear(device.joinRequest());
      await network.pass(8000);
      const reason = "Join Server of JoinEUI 00005E100000002F not found: NAPTR bogus";
      assert.equal(network.event("join-refused").reason, reason);
    });
  });

  it("does not carry a replayed join-request any further than the Join Server", async () => {
    await start();
    const device = await network.newDevice("1.1");
    const phyPayload = device.joinRequest();
    await network.hear(phyPayload);
    await network.pass(8000);
    device.accept(phyPayloadOf(network.takeDownlink()));
    await network.exchange(device, { fPort: 1, payload: "01" });
    await network.hear(phyPayload);
    await network.pass(8000);
    assert.match(network.event("join-refused").reason ?? "", /DevNonce 0 .* is not above the last one/);
    await network.exchange(device, { fPort: 1, payload: "02" });
    assert.equal(network.applicationServer.uplinks.length, 2);
  });

  it("refuses devices that only one of the two servers knows", async () => {
    await start();
    const unknownHere = new LoraPacketDevice("1.1", "70B3D57ED0000003");
    await network.register(unknownHere, ["join-server"]);
    await network.hear(unknownHere.joinRequest());
    await network.pass(8000);
    assert.match(network.event("join-refused").reason ?? "", /no device profile for DevEUI 70B3D57ED0000003/);
    assert.equal(network.joinRequests.length, 0);

    const unknownThere = new LoraPacketDevice("1.1", "70B3D57ED0000004");
    await network.register(unknownThere, ["network-server"]);
    await network.hear(unknownThere.joinRequest());
    await network.pass(8000);
    assert.match(network.event("join-refused").reason ?? "", /UnknownDevEUI/);
  });

  it("shows no key in events or in a printed session", async () => {
    await start();
    const device = await network.newDevice("1.1");
    await network.join(device);
    await network.exchange(device, { fPort: 2, payload: "01020304" });
    const shown = [
      JSON.stringify(network.events),
      inspect(network.networkServer.session(device.devEui), { depth: 9, showHidden: true }),
      inspect(network.applicationServer.session(device.devEui), { depth: 9, showHidden: true }),
    ].join("\n");
    for (const key of Object.values(device.keys ?? {})) {
      assert.equal(shown.toLowerCase().includes(hex(key)), false);
      assert.equal(shown.includes(inspect(key).slice(8, 40)), false);
    }
  });

  it("shows no AppSKey either that a Join Server sends in clear", async () => {
    await start();
    const device = await network.newDevice("1.1");
    const clear = hex(Buffer.alloc(16, 0xc1)).toUpperCase();
    network.joinServerBehaviour = async (answer) => ({ ...(await answer()), AppSKey: { AESKey: clear } });
    await network.join(device);
    await network.exchange(device, { fPort: 2, payload: "01020304" });
    const sessions = [network.networkServer, network.applicationServer].map((server) =>
      server.session(device.devEui),
    );
    assert.equal(hex(network.applicationServer.session(device.devEui)?.appSKey), clear.toLowerCase());
    const shown = [
      JSON.stringify([network.events, sessions]),
      ...sessions.map((session) => inspect(session, { depth: 9, showHidden: true })),
    ].join("\n");
    assert.equal(shown.includes(clear), false);
    assert.equal(network.event("join-answered").detail.appSKeyWrapped, false);
  });
});
