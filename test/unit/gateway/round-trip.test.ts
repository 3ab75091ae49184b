import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { Air, airtimeUs, type LoraTransmission, type Transmission } from "../../../hil/air/index.ts";
import { runLockstep, VirtualClock } from "../../../hil/clock/index.ts";
import {
  encode,
  type LoraTxpk,
  type Stat,
  UdpGatewayServer,
  type UdpGatewayServerOptions,
  type Uplink,
  udpForwarder,
  VirtualGateway,
} from "../../../hil/gateway/index.ts";

const EUI = "0000000000000A01";
/** Those of a usual gateway in EU868. */
const CHANNELS_HZ = [868.1, 868.3, 868.5, 867.1, 867.3, 867.5, 867.7, 867.9].map((mhz) =>
  Math.round(mhz * 1e6),
);
const RADIO = {
  channels: CHANNELS_HZ.map((frequencyHz) => ({ frequencyHz, bandwidthHz: 125_000 })),
  transmitHz: { from: 863_000_000, to: 870_000_000 },
};
const PAYLOAD = Uint8Array.from({ length: 23 }, (_, index) => index);
const START_NS = 1_000_000_000;
const AIRTIME_NS = 61_696_000;

function uplink(over: Partial<LoraTransmission> = {}): LoraTransmission {
  const shape = {
    bandwidthHz: 125_000,
    spreadingFactor: 7,
    codingRate: 1,
    preambleSymbols: 8,
    implicitHeader: false,
    crc: true,
    lowDataRateOptimize: false,
    ...over,
  };
  const payload = over.payload ?? PAYLOAD;
  const startNs = over.startNs ?? START_NS;
  return {
    modulation: "lora",
    from: "node",
    frequencyHz: 868_299_988,
    iqInverted: false,
    syncWord: 0x34,
    powerDbm: 14,
    payload,
    startNs,
    endNs: startNs + airtimeUs({ ...shape, payloadBytes: payload.length }) * 1000,
    ...shape,
  };
}

const DOWNLINK: LoraTxpk = {
  imme: false,
  tmst: 6_061_696,
  freq: 868.3,
  rfch: 0,
  powe: 14,
  modu: "LORA",
  datr: "SF7BW125",
  codr: "4/5",
  ipol: true,
  ncrc: true,
  size: 4,
  data: "AQIDBA==",
};

describe("virtual gateway and gateway server", () => {
  const cleanUp: Array<() => Promise<void>> = [];

  afterEach(async () => {
    for (const close of cleanUp.splice(0).reverse()) await close();
  });

  async function set(options: { server?: UdpGatewayServerOptions; eui?: string; radio?: typeof RADIO } = {}) {
    const clock = new VirtualClock();
    const air = new Air({ clock, random: () => 0.5 });
    const rejections: string[] = [];
    const warnings: string[] = [];
    const server = new UdpGatewayServer({
      onRejected: ({ reason }) => rejections.push(reason),
      ...options.server,
    });
    const address = await server.listen();
    cleanUp.push(() => server.close());
    const uplinks: Uplink[] = [];
    server.onUplink((heard) => uplinks.push(heard));
    const gateway = new VirtualGateway({
      clock,
      air,
      eui: options.eui ?? EUI,
      forwarder: udpForwarder({ ...(options.radio ?? RADIO), server: address, answerTimeoutMs: 2000 }),
      onWarning: (message) => warnings.push(message),
    });
    await gateway.start();
    cleanUp.push(() => gateway.stop());
    const sent: Transmission[] = [];
    air.onTransmission((transmission) => {
      if (transmission.from === EUI) sent.push(transmission);
    });
    const run = async (untilNs: number) => {
      await runLockstep({
        clock,
        machines: [],
        participants: [gateway, server],
        done: () => false,
        limitNs: untilNs,
      });
    };
    return { clock, air, server, address, gateway, uplinks, rejections, warnings, sent, run };
  }

  /** What the server gets when `transmissions` are on the air. */
  async function heard(...transmissions: Transmission[]): Promise<Uplink[]> {
    const { air, uplinks, run } = await set();
    for (const transmission of transmissions) air.transmit(transmission);
    await run(20e9);
    return uplinks;
  }

  it("carries an uplink to the server with all that the protocol tells of it", async () => {
    const uplinks = await heard(uplink());
    assert.equal(uplinks.length, 1);
    const { gatewayEui, rxpk, payload } = uplinks[0];
    assert.equal(gatewayEui, EUI);
    assert.deepEqual(new Uint8Array(payload), PAYLOAD);
    assert.deepEqual(JSON.parse(JSON.stringify(rxpk)), {
      tmst: (START_NS + AIRTIME_NS) / 1000,
      chan: 1,
      rfch: 0,
      freq: 868.3,
      stat: 1,
      modu: "LORA",
      datr: "SF7BW125",
      codr: "4/5",
      rssi: -86,
      lsnr: 12,
      size: 23,
      data: Buffer.from(PAYLOAD).toString("base64"),
    });
  });

  it("counts microseconds modulo 2^32", async () => {
    const startNs = 4_300_000_000_000;
    const { air, uplinks, run } = await set();
    air.transmit(uplink({ startNs }));
    await run(startNs + 1e9);
    assert.equal(uplinks[0].rxpk.tmst, (startNs + AIRTIME_NS) / 1000 - 2 ** 32);
  });

  for (const spreadingFactor of [7, 8, 9, 10, 11, 12]) {
    it(`hears SF${spreadingFactor} on each of its channels`, async () => {
      const channels = [868.1, 868.3, 868.5, 867.1, 867.3, 867.5, 867.7, 867.9];
      const uplinks = await heard(
        ...channels.map((megahertz, index) =>
          uplink({
            from: `node-${index}`,
            frequencyHz: megahertz * 1e6,
            spreadingFactor,
            lowDataRateOptimize: spreadingFactor > 10,
          }),
        ),
      );
      assert.deepEqual(
        uplinks.map(({ rxpk }) => [rxpk.freq, rxpk.datr]),
        channels.map((megahertz) => [megahertz, `SF${spreadingFactor}BW125`]),
      );
    });
  }

  for (const [what, over] of [
    ["inverted IQ, as of downlinks", { iqInverted: true }],
    ["a private sync word", { syncWord: 0x12 }],
    ["an implicit header", { implicitHeader: true }],
    ["a channel that it has not", { frequencyHz: 869_525_000 }],
    ["another bandwidth", { bandwidthHz: 250_000 }],
    ["SF6", { spreadingFactor: 6 }],
    ["no CRC", { crc: false }],
    ["a wrong low data rate setting", { lowDataRateOptimize: true }],
    ["too little power", { powerDbm: -26 }],
  ] as ReadonlyArray<readonly [string, Partial<LoraTransmission>]>) {
    it(`does not forward a packet with ${what}`, async () => {
      assert.deepEqual(await heard(uplink(over)), []);
    });
  }

  it("does not forward what collided", async () => {
    assert.deepEqual(
      await heard(uplink({ from: "a" }), uplink({ from: "b", payload: Uint8Array.of(1) })),
      [],
    );
  });

  it("follows eight packets at a time", async () => {
    const spreadingFactors = [7, 8, 9, 10];
    const nine = [868.1, 868.3, 868.5].flatMap((megahertz) =>
      spreadingFactors.map((spreadingFactor) =>
        uplink({
          from: `${megahertz} ${spreadingFactor}`,
          frequencyHz: megahertz * 1e6,
          spreadingFactor,
        }),
      ),
    );
    assert.equal((await heard(...nine.slice(0, 9))).length, 8);
  });

  it("follows one spreading factor and one packet at a time on a channel of 500 kHz", async () => {
    const frequencyHz = 903_000_000;
    const radio = {
      channels: [{ frequencyHz, bandwidthHz: 500_000, spreadingFactor: 8 }],
      transmitHz: { from: 902_000_000, to: 928_000_000 },
    };
    const wide = (from: string, spreadingFactor: number, startNs: number) =>
      uplink({ from, frequencyHz, bandwidthHz: 500_000, spreadingFactor, startNs });
    const { air, run, uplinks } = await set({ radio });
    for (const packet of [wide("a", 8, 1e9), wide("b", 7, 2e9), wide("c", 8, 3e9)]) air.transmit(packet);
    await run(5e9);
    const heardAs = [903, "SF8BW500"];
    assert.deepEqual(
      uplinks.map(({ rxpk }) => [rxpk.freq, rxpk.datr]),
      [heardAs, heardAs],
    );
  });

  it("sends a downlink when its counter says so, with inverted IQ and without CRC", async () => {
    const { air, server, sent, run } = await set();
    const answers: string[] = [];
    server.onUplink(({ gatewayEui, rxpk }) => {
      const answer = server.sendDownlink(gatewayEui, { ...DOWNLINK, tmst: rxpk.tmst + 5_000_000 });
      void answer.then((error) => answers.push(error));
    });
    air.transmit(uplink());
    await run(20e9);
    assert.deepEqual(answers, ["NONE"]);
    assert.equal(sent.length, 1);
    assert.deepEqual(
      { ...sent[0], payload: [...sent[0].payload] },
      {
        modulation: "lora",
        from: EUI,
        frequencyHz: 868_300_000,
        bandwidthHz: 125_000,
        spreadingFactor: 7,
        codingRate: 1,
        preambleSymbols: 8,
        implicitHeader: false,
        crc: false,
        lowDataRateOptimize: false,
        iqInverted: true,
        syncWord: 0x34,
        powerDbm: 14,
        payload: [1, 2, 3, 4],
        startNs: START_NS + AIRTIME_NS + 5_000_000_000,
        endNs: START_NS + AIRTIME_NS + 5_000_000_000 + 30_976_000,
      },
    );
  });

  it("is deaf while it sends", async () => {
    const { air, server, uplinks, run } = await set();
    await server.sendDownlink(EUI, { ...DOWNLINK, tmst: 1_020_000 });
    air.transmit(uplink());
    air.transmit(uplink({ startNs: 2 * START_NS }));
    await run(5e9);
    assert.deepEqual(
      uplinks.map(({ rxpk }) => rxpk.tmst),
      [(2 * START_NS + AIRTIME_NS) / 1000],
    );
  });

  for (const [what, over, error] of [
    ["a time in the past", { tmst: 2 ** 32 - 1_000_000 }, "TOO_LATE"],
    ["no time to prepare", { tmst: 2_500 }, "TOO_LATE"],
    ["enough time", { tmst: 2_501 }, "NONE"],
    ["a time far ahead", { tmst: 513_000_000 }, "TOO_EARLY"],
    ["a frequency out of the band", { freq: 902.3 }, "TX_FREQ"],
    ["a radio without a transmitter", { rfch: 1 }, "TX_FREQ"],
    ["a power it cannot make", { powe: 15 }, "TX_POWER"],
    ["a GPS time, but no GPS", { tmst: undefined, tmms: 1 }, "GPS_UNLOCKED"],
    ["no hurry at all", { imme: true, tmst: undefined }, "NONE"],
  ] as ReadonlyArray<readonly [string, Partial<LoraTxpk>, string]>) {
    it(`answers ${error} to a downlink with ${what}`, async () => {
      const { server } = await set();
      assert.equal(await server.sendDownlink(EUI, { ...DOWNLINK, ...over }), error);
    });
  }

  it("answers COLLISION_PACKET when it sends something else then", async () => {
    const { server, sent, run } = await set();
    assert.equal(await server.sendDownlink(EUI, DOWNLINK), "NONE");
    assert.equal(await server.sendDownlink(EUI, { ...DOWNLINK, tmst: 6_070_000 }), "COLLISION_PACKET");
    await run(10e9);
    assert.equal(sent.length, 1);
  });

  it("keeps downlinks of two gateways apart", async () => {
    const { server, air, clock, address } = await set();
    const other = new VirtualGateway({
      clock,
      air,
      eui: "0000000000000b02",
      forwarder: udpForwarder({ ...RADIO, server: address }),
    });
    await other.start();
    cleanUp.push(() => other.stop());
    assert.deepEqual([...server.gatewayEuis].sort(), [EUI, "0000000000000B02"]);
    const answers = await Promise.all([
      server.sendDownlink(EUI, { ...DOWNLINK, powe: 15 }),
      server.sendDownlink("0000000000000b02", DOWNLINK),
    ]);
    assert.deepEqual(answers, ["TX_POWER", "NONE"]);
  });

  it("reports its counters every 30 s", async () => {
    const { air, server, run } = await set();
    const stats: Stat[] = [];
    server.onStat(({ gatewayEui, stat }) => {
      assert.equal(gatewayEui, EUI);
      stats.push(stat);
    });
    air.transmit(uplink());
    air.transmit(uplink({ startNs: 2 * START_NS, crc: false }));
    await server.sendDownlink(EUI, DOWNLINK);
    await server.sendDownlink(EUI, { ...DOWNLINK, powe: 15 });
    await run(61e9);
    assert.deepEqual(
      stats.map((stat) => JSON.parse(JSON.stringify(stat))),
      ["2026-01-01 00:00:30 GMT", "2026-01-01 00:01:00 GMT"].map((time) => ({
        time,
        rxnb: 2,
        rxok: 1,
        rxfw: 1,
        ackr: 100,
        dwnb: 2,
        txnb: 1,
      })),
    );
  });

  it("has told the server before it is idle: the listener runs ahead of PUSH_ACK", async () => {
    const { air, clock, gateway, uplinks } = await set();
    air.transmit(uplink());
    clock.advanceTo(START_NS + AIRTIME_NS);
    assert.equal(gateway.busy, true);
    assert.equal(uplinks.length, 0);
    await gateway.idle();
    assert.equal(uplinks.length, 1);
  });

  describe("when something is wrong", () => {
    it("an unreachable server ends the start with an error that says what to look at", async () => {
      const { clock, air, server, address } = await set();
      await server.close();
      const gateway = new VirtualGateway({
        clock,
        air,
        eui: "0000000000000C03",
        forwarder: udpForwarder({ ...RADIO, server: address, answerTimeoutMs: 300 }),
      });
      await assert.rejects(
        gateway.start(),
        /gateway 0000000000000C03: .*is the Network Server listening on UDP 127\.0\.0\.1:\d+\?/,
      );
    });

    it("an address that no socket can connect to is an error of start, and leaves no socket open", async () => {
      const clock = new VirtualClock();
      const openSockets = () => process.getActiveResourcesInfo().filter((name) => name === "UDPWRAP").length;
      const before = openSockets();
      const gateway = new VirtualGateway({
        clock,
        air: new Air({ clock, random: () => 0.5 }),
        eui: EUI,
        forwarder: udpForwarder({ ...RADIO, server: { host: "255.255.255.255", port: 1700 } }),
      });
      await assert.rejects(
        gateway.start(),
        /connect E[A-Z]+.*is the Network Server listening on UDP 255\.255\.255\.255:1700/,
      );
      await new Promise(setImmediate);
      assert.equal(openSockets(), before);
    });

    it("a server that goes away ends the run", async () => {
      const { air, server, run } = await set();
      await server.close();
      air.transmit(uplink());
      await assert.rejects(run(10e9), /is the Network Server listening/);
    });

    it("a server that stays silent ends the run after the wall-clock limit", async () => {
      const silent = createSocket("udp4");
      await new Promise<void>((resolve) => {
        silent.bind(0, "127.0.0.1", () => resolve());
      });
      cleanUp.push(() => new Promise((resolve) => silent.close(() => resolve())));
      const clock = new VirtualClock();
      const gateway = new VirtualGateway({
        clock,
        air: new Air({ clock, random: () => 0.5 }),
        eui: EUI,
        forwarder: udpForwarder({
          ...RADIO,
          server: { host: "127.0.0.1", port: silent.address().port },
          answerTimeoutMs: 50,
        }),
      });
      await assert.rejects(gateway.start(), /no PULL_ACK within 50 ms/);
    });

    it("a gateway that was never seen gets no downlink", async () => {
      const { server } = await set();
      await assert.rejects(
        server.sendDownlink("FFFFFFFFFFFFFFFF", DOWNLINK),
        /gateway FFFFFFFFFFFFFFFF has not sent a PULL_DATA/,
      );
    });

    it("a gateway that does not answer a downlink is an error, not a wait for ever", async () => {
      const { server, gateway } = await set({ server: { answerTimeoutMs: 50 } });
      await gateway.stop();
      await assert.rejects(
        server.sendDownlink(EUI, DOWNLINK),
        /gateway 0000000000000A01 did not answer a downlink with TX_ACK within 50 ms/,
      );
      assert.equal(server.busy, false);
    });

    it("closing the server ends the wait for a TX_ACK", async () => {
      const { server, gateway } = await set();
      await gateway.stop();
      const answer = server.sendDownlink(EUI, DOWNLINK);
      await server.close();
      await assert.rejects(answer, /closed before the gateway answered/);
    });

    it("a port that is taken is an error of listen", async () => {
      const { address } = await set();
      await assert.rejects(new UdpGatewayServer().listen(address.port), /EADDRINUSE/);
    });
  });

  describe("to strangers", () => {
    /** A hand-made gateway: sends datagrams and takes what comes back. */
    async function stranger(port: number) {
      const socket: Socket = createSocket("udp4");
      await new Promise<void>((resolve) => {
        socket.connect(port, "127.0.0.1", () => resolve());
      });
      cleanUp.push(() => new Promise((resolve) => socket.close(() => resolve())));
      const received: Buffer[] = [];
      socket.on("message", (datagram) => received.push(datagram));
      return { received, send: (octets: Uint8Array) => socket.send(octets) };
    }

    async function until(condition: () => boolean): Promise<void> {
      for (let round = 0; round < 200 && !condition(); round++) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      assert.ok(condition(), "nothing happened within a second");
    }

    it("the server answers with their token, and remembers where PULL_DATA came from", async () => {
      const { server, address } = await set();
      const first = await stranger(address.port);
      const second = await stranger(address.port);
      const eui = "00000000000000AA";
      first.send(encode({ type: "PULL_DATA", token: 0x0102, gatewayEui: eui }));
      await until(() => first.received.length === 1);
      second.send(encode({ type: "PULL_DATA", token: 0x0304, gatewayEui: eui }));
      await until(() => second.received.length === 1);
      assert.deepEqual(first.received[0], Buffer.from("02010204", "hex"));
      assert.deepEqual(second.received[0], Buffer.from("02030404", "hex"));
      const answer = server.sendDownlink(eui, DOWNLINK);
      await until(() => second.received.length === 2);
      assert.equal(first.received.length, 1);
      const [, high, low, identifier] = second.received[1];
      assert.equal(identifier, 3);
      second.send(
        encode({ type: "TX_ACK", token: (high << 8) | low, gatewayEui: eui, error: "COLLISION_BEACON" }),
      );
      assert.equal(await answer, "COLLISION_BEACON");
    });

    it("the server does not take a TX_ACK of another gateway for the one it waits for", async () => {
      const rejections: string[] = [];
      const server = new UdpGatewayServer({ onRejected: ({ reason }) => rejections.push(reason) });
      const { port } = await server.listen();
      cleanUp.push(() => server.close());
      const gateway = await stranger(port);
      gateway.send(encode({ type: "PULL_DATA", token: 1, gatewayEui: EUI }));
      await until(() => gateway.received.length === 1);
      const answer = server.sendDownlink(EUI, DOWNLINK);
      await until(() => gateway.received.length === 2);
      const [, high, low] = gateway.received[1];
      const token = (high << 8) | low;
      gateway.send(encode({ type: "TX_ACK", token, gatewayEui: "00000000000000BB", error: "TX_FREQ" }));
      await until(() => rejections.length === 1);
      assert.match(rejections[0], /TX_ACK of gateway 00000000000000BB with token \d+ answers no downlink/);
      gateway.send(encode({ type: "TX_ACK", token, gatewayEui: EUI, error: "NONE" }));
      assert.equal(await answer, "NONE");
    });

    it("the server rejects what it cannot read, says why, and goes on", async () => {
      const { server, address, rejections, uplinks } = await set();
      const gateway = await stranger(address.port);
      gateway.send(Buffer.from("01123402aa555a0000000101", "hex"));
      gateway.send(Buffer.from("02123400aa555a00000001017b", "hex"));
      await until(() => rejections.length === 2);
      assert.match(rejections[0], /^version: is 1/);
      assert.match(rejections[1], /^JSON: /);
      assert.deepEqual([gateway.received.length, uplinks.length], [0, 0]);
      assert.equal(await server.sendDownlink(EUI, DOWNLINK), "NONE");
    });

    it("the server delivers no packet with a bad CRC, but acknowledges it", async () => {
      const { address, uplinks } = await set();
      const gateway = await stranger(address.port);
      for (const stat of [-1, 0] as const) {
        gateway.send(
          encode({
            type: "PUSH_DATA",
            token: 1,
            gatewayEui: EUI,
            rxpk: [
              {
                tmst: 0,
                chan: 0,
                rfch: 0,
                freq: 868.1,
                stat,
                modu: "LORA",
                datr: "SF7BW125",
                codr: "4/5",
                rssi: -100,
                lsnr: 1,
                size: 1,
                data: "AA==",
              },
            ],
          }),
        );
      }
      await until(() => gateway.received.length === 2);
      assert.deepEqual(uplinks, []);
    });

    it("the gateway ignores what its server cannot have meant, and says so", async () => {
      const { server, warnings } = await set();
      const fsk = { ...DOWNLINK, modu: "FSK", datr: 50_000, codr: undefined, ipol: undefined } as const;
      void server.sendDownlink(EUI, fsk).catch(() => {});
      await until(() => warnings.length === 1);
      assert.match(warnings[0], /gateway 0000000000000A01: ignored a txpk with modu FSK/);
    });
  });

  describe("authentication, of which the protocol has none,", () => {
    async function warningsOf(host: string): Promise<string[]> {
      const warnings: string[] = [];
      const server = new UdpGatewayServer({ onWarning: (message) => warnings.push(message) });
      await server.listen(0, host);
      await server.close();
      return warnings;
    }

    it("is warned about once when the port is open to others", async () => {
      const warnings = await warningsOf("0.0.0.0");
      assert.equal(warnings.length, 1);
      assert.match(warnings[0], /no authentication/);
    });

    it("needs no warning on a loopback address", async () => {
      assert.deepEqual(await warningsOf("127.0.0.1"), []);
    });
  });

  it("is refused with a gateway EUI that is not one", () => {
    const clock = new VirtualClock();
    const air = new Air({ clock, random: () => 0.5 });
    assert.throws(
      () =>
        new VirtualGateway({
          clock,
          air,
          eui: "A01",
          forwarder: udpForwarder({ ...RADIO, server: { host: "127.0.0.1", port: 1 } }),
        }),
      /gateway EUI "A01" must have 16 hexadecimal digits/,
    );
  });
});
