/** A virtual gateway with GPS: beacons on time, downlinks at a GPS time, and none in the beacon's way. */
import assert from "node:assert/strict";
import { Air, type LoraTransmission, type Transmission } from "../../../hil/air/index.ts";
import { runLockstep, VirtualClock } from "../../../hil/clock/index.ts";
import {
  type Gps,
  type LoraTxpk,
  UdpGatewayServer,
  udpForwarder,
  VirtualGateway,
} from "../../../hil/gateway/index.ts";

const EUI = "0000000000000A01";
/** 28 s before a beacon. */
const ZERO_MS = 1_451_606_400_000 - 28_000;

const DOWNLINK: Omit<LoraTxpk, "tmst"> = {
  imme: false,
  freq: 869.525,
  rfch: 0,
  powe: 14,
  modu: "LORA",
  datr: "SF9BW125",
  codr: "4/5",
  ipol: true,
  ncrc: true,
  size: 4,
  data: "AQIDBA==",
};

describe("virtual gateway with GPS", () => {
  const cleanUp: Array<() => Promise<void>> = [];

  afterEach(async () => {
    for (const close of cleanUp.splice(0).reverse()) await close();
  });

  async function set(beacon?: Gps["beacon"]) {
    const clock = new VirtualClock();
    const air = new Air({ clock, random: () => 0.5 });
    const sent: Transmission[] = [];
    air.onTransmission((transmission) => sent.push(transmission));
    const server = new UdpGatewayServer();
    const address = await server.listen();
    cleanUp.push(() => server.close());
    const gateway = new VirtualGateway({
      clock,
      air,
      eui: EUI,
      forwarder: udpForwarder({
        channels: [{ frequencyHz: 868_100_000, bandwidthHz: 125_000 }],
        transmitHz: { from: 863_000_000, to: 870_000_000 },
        server: address,
      }),
      ...(beacon === undefined ? {} : { gps: { zeroMs: ZERO_MS, beacon } }),
      onWarning: (message) => assert.fail(message),
    });
    await gateway.start();
    cleanUp.push(() => gateway.stop());
    const run = (untilNs: number) =>
      runLockstep({
        clock,
        machines: [],
        participants: [gateway, server],
        done: () => false,
        limitNs: untilNs,
      });
    return { server, sent, run };
  }

  const beaconAt = (time: number) => ({
    frequencyHz: 869_525_000,
    spreadingFactor: 9,
    bandwidthHz: 125_000,
    powerDbm: 27,
    payload: Uint8Array.from({ length: 17 }, (_, i) => (i === 0 ? time % 251 : i)),
  });

  it("sends a beacon whenever GPS time is a multiple of 128 s", async () => {
    const { sent, run } = await set(beaconAt);
    await run(300e9);
    assert.deepEqual(
      sent.map(({ startNs }) => startNs / 1e9),
      [28, 156, 284],
    );
    const { modulation, payload, preambleSymbols, implicitHeader, crc, iqInverted, endNs, startNs } =
      sent[1] as LoraTransmission;
    assert.deepEqual(
      { modulation, preambleSymbols, implicitHeader, crc, iqInverted },
      { modulation: "lora", preambleSymbols: 10, implicitHeader: true, crc: false, iqInverted: false },
    );
    assert.equal(payload[0], (1_451_606_400 + 128) % 251);
    // 37.25 symbols of 4.096 ms.
    assert.equal(endNs - startNs, 152_576_000);
  });

  it("sends none where there is none for a time", async () => {
    const { sent, run } = await set((time) => (time % 256 === 0 ? beaconAt(time) : undefined));
    await run(300e9);
    assert.equal(sent.length, 1);
  });

  it("sends a downlink at its GPS time", async () => {
    const { server, sent, run } = await set(() => undefined);
    assert.equal(await server.sendDownlink(EUI, { ...DOWNLINK, tmms: ZERO_MS + 12_345 }), "NONE");
    await run(20e9);
    assert.deepEqual(
      sent.map(({ startNs }) => startNs),
      [12_345_000_000],
    );
  });

  it("sends nothing within a beacon, nor in the three seconds before", async () => {
    const { server, run } = await set(beaconAt);
    for (const [seconds, answer] of [
      [24.5, "NONE"],
      [25.1, "COLLISION_BEACON"],
      [28.1, "COLLISION_BEACON"],
      [28.2, "NONE"],
    ] as const)
      assert.equal(
        await server.sendDownlink(EUI, { ...DOWNLINK, tmms: ZERO_MS + seconds * 1000 }),
        answer,
        `${seconds} s`,
      );
    await run(30e9);
  });

  it("has no GPS time without GPS", async () => {
    const { server } = await set();
    assert.equal(await server.sendDownlink(EUI, { ...DOWNLINK, tmms: ZERO_MS + 12_345 }), "GPS_UNLOCKED");
  });
});
