/** LoRa Basics Station: a virtual station and our server over real sockets, and what both do with bad input. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { WebSocket } from "ws";
import { Air, airtimeUs, type LoraTransmission, type Transmission } from "../../../hil/air/index.ts";
import { runLockstep, VirtualClock } from "../../../hil/clock/index.ts";
import {
  type FrameToSend,
  type HeardFrame,
  type SentFrame,
  StationGatewayServer,
  type StationGatewayServerOptions,
  stationForwarder,
  VirtualGateway,
} from "../../../hil/gateway/index.ts";
import { gpsMsOf, NetworkPlan, parseBeacon } from "../../../hil/lorawan/index.ts";

const EUI = "0000000000000A01";
const STARTED_AT = new Date("2026-01-01T00:00:00Z");
const PLAN = new NetworkPlan("EU868");
/** An unconfirmed uplink of DevAddr 02040608, which is of NetID 000001, on FPort 2. */
const DATA_UP = Buffer.from("4008060402800700020102aabbccdd", "hex");
const START_NS = 1_000_000_000;

function uplink(payload: Uint8Array, over: Partial<LoraTransmission> = {}): LoraTransmission {
  const shape = {
    bandwidthHz: 125_000,
    spreadingFactor: 7,
    codingRate: 1,
    preambleSymbols: 8,
    implicitHeader: false,
    crc: true,
    lowDataRateOptimize: false,
  };
  const startNs = over.startNs ?? START_NS;
  return {
    modulation: "lora",
    from: "node",
    frequencyHz: 868_300_000,
    iqInverted: false,
    syncWord: 0x34,
    powerDbm: 14,
    payload,
    startNs,
    endNs: startNs + airtimeUs({ ...shape, payloadBytes: payload.length }) * 1000,
    ...shape,
    ...over,
  };
}

const RX1 = {
  frequencyHz: 868_300_000,
  dataRate: { spreadingFactor: 7, bandwidthHz: 125_000 },
  powerDbm: 14,
};
const RX2 = {
  frequencyHz: 869_525_000,
  dataRate: { spreadingFactor: 12, bandwidthHz: 125_000 },
  powerDbm: 27,
};
const FRAME = { devEui: "0102030405060708", phyPayload: Buffer.from("600806040200000001020304", "hex") };

describe("Basics Station", () => {
  const cleanUp: (() => unknown)[] = [];

  afterEach(async () => {
    for (const close of cleanUp.splice(0).reverse()) await close();
  });

  async function serve(options: Partial<StationGatewayServerOptions> = {}) {
    const clock = new VirtualClock();
    const rejections: string[] = [];
    const heard: HeardFrame[] = [];
    const reported: SentFrame[] = [];
    const server = new StationGatewayServer({
      plan: PLAN,
      netId: "000001",
      clock,
      startedAt: STARTED_AT,
      access: { kind: "open" },
      onRejected: ({ from, reason }) => rejections.push(`${from.replace(/^127.*/, "")}${reason}`),
      ...options,
    });
    server.onUplink((frame) => heard.push(frame));
    server.onSent((frame) => reported.push(frame));
    const { host, port, scheme } = await server.listen();
    cleanUp.push(() => server.close());
    return { clock, server, heard, reported, rejections, uri: `${scheme}://${host}:${port}` };
  }

  async function set(options: { hasGps?: boolean; server?: Partial<StationGatewayServerOptions> } = {}) {
    const served = await serve(options.server);
    const { clock, server, uri } = served;
    const air = new Air({ clock, random: () => 0.5 });
    const warnings: string[] = [];
    const gateway = new VirtualGateway({
      clock,
      air,
      eui: EUI,
      ...(options.hasGps ? { gps: { zeroMs: gpsMsOf(STARTED_AT) } } : {}),
      forwarder: stationForwarder({ uri, answerTimeoutMs: 2000 }),
      onWarning: (message) => warnings.push(message),
    });
    await gateway.start();
    cleanUp.push(() => gateway.stop());
    const sent: Transmission[] = [];
    air.onTransmission((transmission) => {
      if (transmission.from === EUI) sent.push(transmission);
    });
    const run = (untilNs: number) =>
      runLockstep({
        clock,
        machines: [],
        participants: [gateway, server],
        done: () => false,
        limitNs: untilNs,
      });
    /** What the station does with a downlink that answers the uplink. */
    const answer = async (frame: Omit<FrameToSend, "devEui" | "phyPayload">, delayUs = 1_000_000) => {
      air.transmit(uplink(DATA_UP));
      await run(START_NS + 1e8);
      const timing = { after: served.heard[0].instant, delayUs };
      assert.equal(await server.sendDownlink(EUI, { ...FRAME, timing, ...frame }), "NONE");
    };
    return { ...served, air, gateway, warnings, sent, run, answer };
  }

  it("carries an uplink to the server octet by octet", async () => {
    const { air, heard, run, server } = await set();
    const transmission = uplink(DATA_UP);
    air.transmit(transmission);
    await run(2e9);
    assert.deepEqual(server.gatewayEuis, [EUI]);
    assert.equal(heard.length, 1);
    const { instant, ...frame } = heard[0];
    assert.deepEqual(
      { ...frame, phyPayload: Buffer.from(frame.phyPayload).toString("hex") },
      {
        gatewayEui: EUI,
        phyPayload: DATA_UP.toString("hex"),
        frequencyHz: 868_300_000,
        dataRate: { spreadingFactor: 7, bandwidthHz: 125_000 },
        rssiDbm: -86,
        snrDb: 12,
      },
    );
    const xtime = BigInt(instant.split(" ")[0]);
    assert.equal(Number(xtime & 0xffff_ffff_ffffn), transmission.endNs / 1000);
    assert.ok(xtime >> 48n > 0n && xtime >> 48n < 256n, "the session is in the bits above, and never 0");
  });

  for (const [what, octets] of [
    ["of another network", "4008060426800700020102aabbccdd"],
    ["that is a downlink", "6008060402800700020102aabbccdd"],
    ["that is a rejoin-request", "c0000100000807060504030201000011223344"],
    ["shorter than its header says", "40080604028f0700aabbccdd"],
  ] as const) {
    it(`keeps a frame ${what} to itself, as a real station does`, async () => {
      const { air, heard, run } = await set();
      air.transmit(uplink(Buffer.from(octets, "hex")));
      await run(2e9);
      assert.deepEqual(heard, []);
    });
  }

  it("keeps join-requests for other Join Servers to itself", async () => {
    const { air, heard, run } = await set({
      server: { joinEuis: [["00005E1000000000", "00005E10000000FF"]] },
    });
    const joinRequest = (joinEui: string) =>
      Buffer.from(
        `00${Buffer.from(joinEui, "hex").reverse().toString("hex")}${"01".repeat(10)}11223344`,
        "hex",
      );
    air.transmit(uplink(joinRequest("00005E1000000100")));
    air.transmit(uplink(joinRequest("00005E100000002F"), { startNs: 2 * START_NS }));
    await run(4e9);
    assert.deepEqual(
      heard.map(({ phyPayload }) => Buffer.from(phyPayload).toString("hex")),
      [joinRequest("00005E100000002F").toString("hex")],
    );
  });

  it("answers in RX1 to the microsecond, and says so when the frame is on the air", async () => {
    const { answer, run, sent, reported } = await set();
    await answer({ ...RX1, otherwise: RX2 });
    assert.deepEqual(reported, []);
    await run(10e9);
    assert.deepEqual(
      sent.map(({ startNs, frequencyHz, powerDbm }) => ({ startNs, frequencyHz, powerDbm })),
      [{ startNs: uplink(DATA_UP).endNs + 1e9, frequencyHz: 868_300_000, powerDbm: 14 }],
    );
    const { iqInverted, crc, payload, syncWord } = sent[0] as LoraTransmission;
    assert.deepEqual(
      { iqInverted, crc, syncWord, payload: Buffer.from(payload) },
      { iqInverted: true, crc: false, syncWord: 0x34, payload: FRAME.phyPayload },
    );
    assert.deepEqual(reported, [{ gatewayEui: EUI, devEui: FRAME.devEui, frequencyHz: 868_300_000 }]);
  });

  it("takes RX2, a second later, when something else is in the way of RX1", async () => {
    const { answer, run, sent, server, heard } = await set();
    await answer({ ...RX1, otherwise: RX2 });
    const timing = { after: heard[0].instant, delayUs: 1_000_000 };
    await server.sendDownlink(EUI, { ...FRAME, timing, ...RX1, otherwise: RX2 });
    await run(10e9);
    const { endNs } = uplink(DATA_UP);
    assert.deepEqual(
      sent.map(({ startNs, frequencyHz, powerDbm }) => [startNs - endNs, frequencyHz, powerDbm]),
      [
        [1e9, 868_300_000, 14],
        [2e9, 869_525_000, 25],
      ],
    );
  });

  it("waits longer than RxDelay can say", async () => {
    const { answer, run, sent } = await set();
    await answer(RX2, 16_000_000);
    await run(30e9);
    assert.deepEqual(
      sent.map(({ startNs }) => startNs - uplink(DATA_UP).endNs),
      [16e9],
    );
  });

  it("says nothing of a frame that comes too late, but for a warning of its own", async () => {
    const { answer, run, sent, reported, warnings } = await set();
    await answer({ ...RX1, frequencyHz: 902_300_000 });
    await run(10e9);
    assert.deepEqual([sent, reported], [[], []]);
    assert.match(warnings[0], /does not send the frame with diid 1 for 0102030405060708: TX_FREQ/);
  });

  it("sends to a device of class C at once, and again later where the air is taken by itself", async () => {
    const { server, run, sent } = await set();
    await run(5e9);
    for (let i = 0; i < 2; i++) await server.sendDownlink(EUI, { ...FRAME, ...RX1 });
    await run(8e9);
    assert.deepEqual(
      sent.map(({ startNs }) => startNs / 1e6),
      [5020, 5120],
    );
  });

  it("learns GPS time by its PPS and the server, then sends beacons and hits ping slots", async () => {
    const { server, run, sent, warnings } = await set({ hasGps: true });
    const gpsMs = gpsMsOf(STARTED_AT) + 4321;
    await server.sendDownlink(EUI, { ...FRAME, ...RX1, timing: { gpsMs } });
    await run(300e9);
    assert.deepEqual(warnings, []);
    const [ping, ...beacons] = sent as LoraTransmission[];
    assert.equal(ping.startNs, 4321e6);
    assert.equal(beacons.length, 2);
    for (const { payload, startNs, implicitHeader, frequencyHz } of beacons) {
      const { time } = parseBeacon(payload, PLAN.classB.beaconLayout);
      assert.equal(time % 128, 0);
      assert.equal(time * 1000, gpsMsOf(STARTED_AT) + startNs / 1e6);
      assert.deepEqual([implicitHeader, frequencyHz], [true, PLAN.beaconFrequencyHz(time)]);
    }
  });

  it("has no GPS time without PPS: a ping slot passes", async () => {
    const { server, run, sent, warnings } = await set();
    await server.sendDownlink(EUI, { ...FRAME, ...RX1, timing: { gpsMs: gpsMsOf(STARTED_AT) + 4321 } });
    await run(10e9);
    assert.deepEqual(sent, []);
    assert.match(warnings[0], /GPS_UNLOCKED/);
  });

  it("refuses a downlink for a gateway that is not connected, or has gone", async () => {
    const { server, gateway } = await set();
    await assert.rejects(server.sendDownlink("FFFFFFFFFFFFFFFF", { ...FRAME, ...RX1 }), /is not connected/);
    await gateway.stop();
    await until(() => server.gatewayEuis.length === 0);
    await assert.rejects(server.sendDownlink(EUI, { ...FRAME, ...RX1 }), /is not connected/);
  });

  it("ends a run when the server goes away", async () => {
    const { server, air, run } = await set();
    await server.close();
    air.transmit(uplink(DATA_UP));
    await assert.rejects(
      run(10e9),
      /gateway 0000000000000A01: ws:\/\/127\.0\.0\.1:\d+: the server has closed/,
    );
  });

  for (const region of ["US915", "AU915", "IN865", "AS923-1", "KR920"] as const) {
    it(`tells a station the channels of ${region} such that it hears all of them`, async () => {
      const plan = new NetworkPlan(region);
      const { air, heard, run } = await set({ server: { plan } });
      for (const [index, { uplinkHz, bandwidthHz, spreadingFactor = 7 }] of plan.channels.entries()) {
        const startNs = START_NS * (1 + index);
        air.transmit(uplink(DATA_UP, { frequencyHz: uplinkHz, bandwidthHz, spreadingFactor, startNs }));
      }
      await run(START_NS * (2 + plan.channels.length));
      assert.deepEqual(
        heard.map(({ frequencyHz, dataRate }) => [frequencyHz, dataRate.bandwidthHz]),
        plan.channels.map(({ uplinkHz, bandwidthHz }) => [uplinkHz, bandwidthHz]),
      );
    });
  }

  it("is no gateway for CN470, which has more channels than a station has demodulators", async () => {
    await assert.rejects(
      serve({ plan: new NetworkPlan("CN470") }),
      /a station has 8 concentrators at most, too few for these 162/,
    );
  });

  describe("bad input to the server", () => {
    const VERSION = { msgtype: "version", station: "2.0.6", protocol: 2 };
    const JREQ = {
      msgtype: "jreq",
      MHdr: 0,
      JoinEui: "00-00-5E-10-00-00-00-2F",
      DevEui: "01-02-03-04-05-06-07-08",
      DevNonce: 1,
      MIC: -1,
      DR: 5,
      Freq: 868_100_000,
      upinfo: { rctx: 0, xtime: 281_474_976_710_657, gpstime: 0, rssi: -50, snr: 7 },
    };
    const UPDF = {
      ...{ msgtype: "updf", MHdr: 64, DevAddr: 33_817_096, FCtrl: 0, FCnt: 1, FOpts: "", FPort: 1 },
      ...{ FRMPayload: "00", MIC: 1, DR: 5, Freq: 868_100_000, upinfo: JREQ.upinfo },
    };

    /** A hand-made station; `received` has what came back. */
    async function stranger(uri: string, path = `/station/${EUI}`) {
      const socket = new WebSocket(`${uri}${path}`);
      const received: string[] = [];
      socket.on("message", (data) => received.push(String(data)));
      cleanUp.push(() => socket.terminate());
      await once(socket, "open");
      const say = async (message: unknown) => {
        socket.send(
          typeof message === "string" || Buffer.isBuffer(message) ? message : JSON.stringify(message),
        );
        socket.ping();
        await once(socket, "pong");
      };
      return { socket, received, say };
    }

    const table: [what: string, message: unknown, rejection: RegExp][] = [
      ["no JSON", "{", /JSON: the message is no JSON text/],
      ["nothing", "", /JSON: the message is no JSON text/],
      ["an integer with leading zeros", '{"msgtype":00000000000000000001}', /no JSON text/],
      ["a list", [1], /message: expected an object, got an array/],
      ["binary", Buffer.from([1, 2]), /binary: there is no remote shell here/],
      ["no msgtype", {}, /msgtype: is missing/],
      ["a msgtype of a server", { msgtype: "dnmsg" }, /msgtype: is none that a server is sent/],
      ["a remote shell", { msgtype: "rmtsh" }, /rmtsh is refused/],
      ["a command", { msgtype: "runcmd", command: "reboot" }, /runcmd is refused/],
      ["another protocol", { ...VERSION, protocol: 3 }, /protocol: expected 2, got 3/],
      ["a rejoin as join-request", { ...JREQ, MHdr: 0xc0 }, /MHdr: expected 0, got 192/],
      ["no JoinEui", { ...JREQ, JoinEui: undefined }, /JoinEui: is missing/],
      ["a short EUI", { ...JREQ, DevEui: "01-02" }, /DevEui: is not an EUI/],
      ["an EUI with a gap too many", { ...JREQ, DevEui: "1::2::3" }, /DevEui: is not an EUI/],
      ["a negative EUI", { ...JREQ, DevEui: -1 }, /DevEui: is not an EUI/],
      [
        "a DevNonce of 17 bits",
        { ...JREQ, DevNonce: 65_536 },
        /DevNonce: expected an integer from 0 to 65535/,
      ],
      ["a MIC of 33 bits", { ...JREQ, MIC: 2 ** 32 }, /MIC: expected an integer/],
      [
        "a MIC of 70 bits",
        JSON.stringify(JREQ).replace('"MIC":-1', `"MIC":${2n ** 70n}`),
        /MIC: expected an integer/,
      ],
      ["no upinfo", { ...JREQ, upinfo: undefined }, /upinfo: is missing/],
      [
        "xtime as text",
        { ...JREQ, upinfo: { ...JREQ.upinfo, xtime: "5" } },
        /xtime: expected a 64-bit integer, got "5"/,
      ],
      ["xtime 0", { ...JREQ, upinfo: { ...JREQ.upinfo, xtime: 0 } }, /xtime: is 0, no time of a radio/],
      [
        "a long text for a number",
        { ...JREQ, upinfo: { ...JREQ.upinfo, xtime: "9".repeat(500) } },
        /got "9{59}\.\.\.$/,
      ],
      [
        "a data rate that the region has not",
        { ...JREQ, DR: 15 },
        /DR15 is no data rate of LoRa for uplinks/,
      ],
      ["a data rate of no region", { ...JREQ, DR: 16 }, /DR: expected an integer from 0 to 15/],
      ["a frequency in MHz", { ...JREQ, Freq: 868.1 }, /Freq: expected an unsigned 32-bit integer/],
      ["a downlink as updf", { ...UPDF, MHdr: 96 }, /MHdr: expected 64, 128, got 96/],
      ["FOpts that FCtrl does not announce", { ...UPDF, FOpts: "02" }, /FOpts: has 1 octets, FCtrl says 0/],
      ["half an octet", { ...UPDF, FRMPayload: "0" }, /FRMPayload: expected something like/],
      [
        "a payload without FPort",
        { ...UPDF, FPort: -1 },
        /FRMPayload: has 1 octets in a frame without FPort/,
      ],
      ["an FPort of 9 bits", { ...UPDF, FPort: 256 }, /FPort: expected an integer from -1 to 255/],
      ["a payload that no frame has", { ...UPDF, FRMPayload: "00".repeat(255) }, /makes 268 octets/],
      ["an empty proprietary frame", { ...UPDF, msgtype: "propdf", FRMPayload: "" }, /a frame 1 to 255/],
      [
        "data as proprietary frame",
        { ...UPDF, msgtype: "propdf", FRMPayload: "40" },
        /is no proprietary frame/,
      ],
      [
        "dntxed for no frame",
        { msgtype: "dntxed", diid: 7 },
        /diid: is of no frame that this station was sent/,
      ],
      ["dntxed without a number", { msgtype: "dntxed" }, /seqno: is missing/],
      ["timesync without a time", { msgtype: "timesync" }, /txtime: is missing/],
    ];
    it("is dropped with the reason, and the station served on", async () => {
      const { uri, heard, rejections, server } = await serve();
      const { say, received } = await stranger(uri);
      await say(VERSION);
      for (const [what, message, rejection] of table) {
        await say(message);
        assert.equal(rejections.length, 1, `${what}: ${rejections}`);
        assert.match(rejections.pop()!, rejection, what);
      }
      assert.deepEqual([heard.length, received.length, server.gatewayEuis], [0, 1, [EUI]]);
      await say(JREQ);
      assert.equal(heard.length, 1);
      assert.equal(
        Buffer.from(heard[0].phyPayload).toString("hex"),
        "002f000000105e00000807060504030201" + "0100ffffffff",
      );
    });

    it("before version is dropped, and downlinks have to wait for it", async () => {
      const { uri, rejections, heard, server } = await serve();
      const { say } = await stranger(uri);
      await say(JREQ);
      assert.match(rejections[0], /gateway 0000000000000A01.*comes before version/);
      await assert.rejects(server.sendDownlink(EUI, { ...FRAME, ...RX1 }), /has not said its version/);
      assert.deepEqual(heard, []);
    });

    it("that is too long closes the connection", async () => {
      const { uri, rejections, server } = await serve();
      const { socket } = await stranger(uri);
      socket.on("error", () => {});
      socket.send(JSON.stringify({ msgtype: "x".repeat(20_000) }));
      const [code] = await once(socket, "close");
      assert.equal(code, 1009);
      await until(() => server.gatewayEuis.length === 0);
      assert.match(rejections[0], /Max payload size exceeded/);
    });

    it("that comes too fast closes the connection, with one complaint", async () => {
      const { uri, rejections, heard } = await serve({ rateLimits: { perSecond: 2, burst: 5 } });
      const { socket, say } = await stranger(uri);
      await say(VERSION);
      for (let i = 0; i < 20; i++) socket.send(JSON.stringify(JREQ));
      const [code] = await once(socket, "close");
      assert.deepEqual([code, heard.length, rejections.length], [1008, 4, 1]);
      assert.match(rejections[0], /more than 2 messages a second/);
    });

    it("a station that connects again takes the place of its former connection", async () => {
      const { uri, server, rejections } = await serve();
      const first = await stranger(uri);
      const gone = once(first.socket, "close");
      const second = await stranger(uri);
      await gone;
      await second.say(VERSION);
      assert.deepEqual(server.gatewayEuis, [EUI]);
      assert.match(rejections[0], /has connected once more/);
    });

    it("a station that goes away with a downlink is an error of the downlink", async () => {
      const { uri, server } = await serve({ answerTimeoutMs: 50 });
      const { say, socket } = await stranger(uri);
      await say(VERSION);
      socket.pause();
      const answer = server.sendDownlink(EUI, { ...FRAME, ...RX1 });
      assert.equal(server.busy, true);
      await assert.rejects(answer, /gateway 0000000000000A01 did not take a downlink within 50 ms/);
      assert.equal(server.busy, false);
    });

    for (const [what, message, answer] of [
      ["no JSON", "?", { error: "JSON: the message is no JSON text" }],
      ["no router", "{}", { error: "router-info.router: is missing" }],
      ["no EUI", '{"router":"here"}', { error: "router-info.router: is not an EUI" }],
    ] as const) {
      it(`at the discovery is answered: ${what}`, async () => {
        const { uri, rejections } = await serve();
        const { socket, received } = await stranger(uri, "/router-info");
        socket.send(message);
        await once(socket, "close");
        assert.deepEqual(
          received.map((text) => JSON.parse(text)),
          [answer],
        );
        assert.equal(rejections.length, 1);
      });
    }

    it("the discovery understands an EUI in all its forms", async () => {
      const { uri } = await serve();
      for (const router of ["::a01", '"::a01"', '"router-::a01"', '"00-00-00-00-00-00-0A-01"', "2561"].slice(
        1,
      )) {
        const { socket, received } = await stranger(uri, "/router-info");
        socket.send(`{"router":${router}}`);
        await once(socket, "close");
        assert.deepEqual(JSON.parse(received[0]), {
          router: "::a01",
          muxs: "::0",
          uri: `${uri}/station/0000000000000A01`,
        });
      }
    });

    for (const path of ["/", "/station/", "/station/0a01", "/station/0000000000000A01/../x"]) {
      it(`a path that is none of it is not found: ${path}`, async () => {
        const { uri } = await serve();
        await assert.rejects(stranger(uri, path), /Unexpected server response: 404/);
      });
    }

    it("a plain HTTP request is told to become a WebSocket", async () => {
      const { uri } = await serve();
      const { status } = await fetch(uri.replace("ws:", "http:"));
      assert.equal(status, 426);
    });

    it("everybody may come on a loopback address only", async () => {
      const server = new StationGatewayServer({
        ...{ plan: PLAN, netId: "000001", clock: new VirtualClock(), startedAt: STARTED_AT },
        access: { kind: "open" },
      });
      await assert.rejects(server.listen(0, "0.0.0.0"), /give a token or client certificates/);
    });
  });
});

async function until(condition: () => boolean): Promise<void> {
  for (let round = 0; round < 200 && !condition(); round++) await new Promise((r) => setTimeout(r, 5));
  assert.ok(condition(), "nothing happened within a second");
}
