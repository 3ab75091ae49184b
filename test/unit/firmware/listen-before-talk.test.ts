/** Listen before talk: a channel in use is left alone, and where all are the device waits. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type * as ClockModule from "../../../firmware/clock/index.ts";
import type * as CarrierSenseModule from "../../../firmware/lorawan/carrier-sense.ts";
import type * as BackOffModule from "../../../firmware/lorawan/join-back-off.ts";
import type * as MacModule from "../../../firmware/lorawan/mac.ts";
import { DEFAULT_PATH_LOSS_DB } from "../../../hil/air/link-budget.ts";
import type { RadioEvent } from "../../../hil/emulator/chips/index.ts";
import { buildImage } from "../../../toolchain/image/index.ts";
import { regionFigures } from "../../../toolchain/regions/index.ts";
import { loadProcessorBoard } from "../../support/processor-board.ts";
import { Bench } from "./support/bench.ts";
import { runBoard } from "./support/board-run.ts";
import { loadFirmware } from "./support/instance.ts";
import { jam } from "./support/jammer.ts";
import { Network } from "./support/network.ts";

const SECOND_NS = 1e9;
/** By then a radio is on the air, to which the beginning of a packet matters. */
const SWITCHED_ON_NS = 1e6;
const CONFIG = { LISTEN_BEFORE_TALK: true, LORAWAN_1_1: false };
const SX1262 = { chip: "sx1262", rfSwitch: "DIO2", regulator: "DCDC" } as const;
const RADIOS = [{ chip: "sx1276" }, SX1262] as const;
/** The other of its oscillators, and what the driver must know of it. */
const TCXO = { millivolts: 1700, startUpUs: 10_000 };
const TCXO_CONFIG = { TCXO_VOLTAGE: 1, TCXO_START_UP_US: TCXO.startUpUs };

/** The transmit power of which so much comes in. */
const sentFor = (dbm: number) => dbm + DEFAULT_PATH_LOSS_DB;

const channelsOf = (region: "KR920" | "AS923-1") =>
  regionFigures(region).default_channels!.map(({ freq_hz }) => freq_hz);

/** A device that joins and sends every 20 s, with a channel that another station is on from the start. */
function run(
  region: "KR920" | "AS923-1",
  jammed: ReadonlyArray<{ channel: number; dbm: number; untilS: number }>,
  { radio = RADIOS[0] as ConstructorParameters<typeof Bench>[0], config = {}, durationS = 300 } = {},
) {
  const bench = new Bench(radio);
  const network = new Network(bench, { lorawan11: false, cfList: false });
  for (const { channel, dbm, untilS } of jammed)
    jam(bench.air, channelsOf(region)[channel], {
      fromNs: SWITCHED_ON_NS,
      untilNs: untilS * SECOND_NS,
      powerDbm: sentFor(dbm),
    });
  bench.run(durationS * SECOND_NS, { config: { ...CONFIG, PERIOD_S: 20, ...config }, region });
  assert.deepEqual(bench.findings, []);
  return { bench, network, used: bench.uplinks.map(({ transmission }) => transmission.frequencyHz) };
}

/** Joins on an air that is loud for a minute: whether joining has all its air time left then, and how often it was tried. */
function joinLater(bench: Bench): { hasAll: boolean; tries: number } {
  let hasAll = false;
  const jammed = { fromNs: SWITCHED_ON_NS, untilNs: 60 * SECOND_NS, powerDbm: sentFor(-60) };
  for (const channel of channelsOf("KR920")) jam(bench.air, channel, jammed);
  bench.clock.at(55 * SECOND_NS, () => {
    const budget = bench.board!.module<typeof BackOffModule>("lorawan/join-back-off.ts");
    hasAll = budget.spendJoinAirtime(36_000_000);
    budget.startJoinBackOff(0);
  });
  bench.run(200 * SECOND_NS, { config: { ...CONFIG, PERIOD_S: 20 }, region: "KR920" });
  const isTry = (event: RadioEvent) => event.type === "rx-open" && event.bandwidthHz === 250e3;
  return {
    hasAll,
    tries: bench.events.filter((event) => isTry(event) && event.atNs < 60 * SECOND_NS).length,
  };
}

const near = (channels: readonly number[], frequencyHz: number) =>
  channels.findIndex((channel) => Math.abs(channel - frequencyHz) < 100);

for (const radio of RADIOS) {
  describe(`firmware: listen before talk with an ${radio.chip.toUpperCase()}`, () => {
    it("leaves a channel alone that is in use, by joins as by uplinks", () => {
      for (const region of ["KR920", "AS923-1"] as const) {
        const { bench, network, used } = run(region, [{ channel: 1, dbm: -79, untilS: 1000 }], { radio });
        assert.deepEqual(bench.devNonces, [0], "no DevNonce is spent on it");
        assert.ok(network.received.length >= 12, `${network.received.length} uplinks`);
        const channels = channelsOf(region);
        const quiet = channels.map((_, index) => index).filter((index) => index !== 1);
        assert.deepEqual([...new Set(used.map((hz) => near(channels, hz)))].sort(), quiet);
      }
    });

    it("takes a channel for quiet where less is heard than the country allows", () => {
      const { used } = run("KR920", [{ channel: 1, dbm: -82, untilS: 1000 }], { radio });
      assert.ok(used.some((hz) => near(channelsOf("KR920"), hz) === 1));
    });

    it("listens right before each transmission, for as long as it must", () => {
      const { bench } = run("KR920", [], { radio });
      const starts = bench.events.filter(({ type }) => type === "tx-start").map(({ atNs }) => atNs);
      const listened = bench.events.filter(
        (event) => event.type === "rx-open" && event.bandwidthHz === 250e3,
      );
      for (const start of starts) {
        const last = listened.findLast(({ atNs }) => atNs < start);
        assert.ok(last !== undefined);
        const us = (start - last.atNs) / 1000;
        assert.ok(us >= 6000 && us < 15_000, `${us} us`);
      }
      assert.ok(starts.length >= 12);
    });
  });
}

describe("firmware: listen before talk where a TCXO must start first", () => {
  it("listens as long as it must from when the receiver hears", () => {
    const { bench } = run("KR920", [], {
      radio: { ...SX1262, tcxo: TCXO },
      config: TCXO_CONFIG,
      durationS: 60,
    });
    const opened = bench.events.filter(({ type }) => type === "rx-open" || type === "rx-close");
    const heardUs = opened.flatMap((event, i) =>
      event.type === "rx-open" && event.bandwidthHz === 250e3
        ? [(opened[i + 1].atNs - event.atNs) / 1000]
        : [],
    );
    assert.ok(heardUs.length >= 3);
    for (const us of heardUs) assert.ok(us >= 6000, `${us} us`);
  });
});

describe("firmware: listen before talk where all channels are in use", () => {
  const all = (untilS: number) => [0, 1, 2].map((channel) => ({ channel, dbm: -60, untilS }));

  it("sends nothing, tries again ever more seldom, and goes on once it may", () => {
    const { bench, network } = run("KR920", all(600), { durationS: 900 });
    const first = bench.events.find(({ type }) => type === "tx-start")!.atNs / SECOND_NS;
    assert.ok(first > 600 && first < 600 + 192, `first transmission after ${first} s`);
    assert.deepEqual(bench.devNonces, [0]);
    assert.ok(network.received.length >= 3);
    const tries = bench.events.filter((event) => event.type === "rx-open" && event.atNs < 600 * SECOND_NS);
    const tenths = (from: number, to: number) =>
      tries.filter(({ atNs }) => atNs >= from * SECOND_NS && atNs < to * SECOND_NS).length;
    assert.ok(tenths(0, 60) > 2 * tenths(540, 600), `${tenths(0, 60)} and ${tenths(540, 600)}`);
    assert.ok(tries.length < 60, `${tries.length} tries in ten minutes`);
  });

  it("keeps the uplink, its FCntUp and its repetitions for when it may", () => {
    const bench = new Bench();
    const network = new Network(bench, { lorawan11: false, cfList: false });
    network.onData = ({ endNs }) => {
      if (network.received.length !== 2) return;
      for (const channel of channelsOf("KR920"))
        jam(bench.air, channel, {
          fromNs: endNs + SECOND_NS,
          untilNs: endNs + 60 * SECOND_NS,
          powerDbm: sentFor(-60),
        });
    };
    bench.run(300 * SECOND_NS, { config: { ...CONFIG, PERIOD_S: 20 }, region: "KR920" });
    const counts = network.received.map(({ fCnt16 }) => fCnt16);
    assert.deepEqual(
      counts,
      counts.map((_, index) => index),
    );
    const [second, third] = bench.uplinks.slice(2).map(({ endNs }) => endNs / SECOND_NS);
    assert.ok(third - second > 60, `${third - second} s`);
    assert.ok(counts.length >= 9);
  });

  it("sends once it may, also after more days than its clock tells past from future by", () => {
    const bench = new Bench();
    const network = new Network(bench, { lorawan11: false, cfList: false });
    const jammed = { fromNs: 30 * SECOND_NS, untilNs: 120 * SECOND_NS, powerDbm: sentFor(-60) };
    for (const channel of channelsOf("KR920")) jam(bench.air, channel, jammed);
    bench.clock.at(60 * SECOND_NS, () => {
      const { mac } = bench.board!.module<typeof MacModule>("lorawan/mac.ts");
      const { ticks } = bench.board!.module<typeof ClockModule>("clock/index.ts");
      assert.ok(mac.transmissionsLeft > 0);
      // Due for 2^31 ticks, 6.36 days, but for half a minute.
      mac.due = mac.transmissionDue = (ticks() - 2 ** 31 + 117_000) >>> 0;
    });
    bench.run(400 * SECOND_NS, { config: { ...CONFIG, PERIOD_S: 20 }, region: "KR920" });
    const late = bench.uplinks.filter(({ endNs }) => endNs > 120 * SECOND_NS);
    assert.ok(late.length >= 5, `${late.length} uplinks`);
    assert.ok(network.received.length >= 5);
  });

  it("keeps the DevNonce, the data rate and the air time of a join-request for when it may", () => {
    const bench = new Bench();
    new Network(bench, { lorawan11: false, cfList: false });
    const { hasAll, tries } = joinLater(bench);
    assert.deepEqual(bench.devNonces, [0]);
    assert.equal(bench.uplinks[0].transmission.spreadingFactor, 7);
    assert.ok(tries >= 3, `${tries} tries`);
    assert.ok(hasAll);
    assert.equal(bench.lines.filter((line) => line.startsWith("joining")).length, 1);
  });

  it("spends nothing on a channel that is taken while the DevNonce is written", () => {
    const bench = new Bench();
    new Network(bench, { lorawan11: false, cfList: false });
    let isJammed = false;
    bench.clock.at(SWITCHED_ON_NS, () => {
      const journal = bench.board!.module<{ takeDevNonce: () => boolean }>("store/journal.ts");
      const { takeDevNonce } = journal;
      Object.assign(journal, {
        takeDevNonce: () => {
          const jammed = { fromNs: bench.clock.nowNs(), untilNs: 20 * SECOND_NS, powerDbm: sentFor(-60) };
          if (!isJammed) for (const channel of channelsOf("KR920")) jam(bench.air, channel, jammed);
          isJammed = true;
          return takeDevNonce();
        },
      });
    });
    bench.run(60 * SECOND_NS, { config: { ...CONFIG, PERIOD_S: 20 }, region: "KR920" });
    assert.ok(isJammed);
    assert.deepEqual(bench.devNonces, [0]);
    assert.equal(bench.uplinks[0].transmission.spreadingFactor, 7);
  });

  it("asks for the time (TS003) with the time at which the request goes out", () => {
    const bench = new Bench();
    const network = new Network(bench, { lorawan11: false, cfList: false });
    const requests: { deviceTime: number; sentAtS: number }[] = [];
    network.onData = (uplink, { fPort }) => {
      if (fPort !== 202) return;
      const payload = Buffer.from(network.plain.at(-1)!, "hex");
      requests.push({
        deviceTime: payload.readUInt32LE(1),
        sentAtS: uplink.transmission.startNs / SECOND_NS,
      });
      if (requests.length > 1) return;
      // ForceDeviceResyncReq in RX2, which is on none of the channels.
      const frame = network.downlink({ port: 202, payload: Buffer.from("0302", "hex") });
      bench.send(uplink, 2, frame, { frequencyHz: 921_900_000, sf: 12 });
      const fromNs = uplink.endNs;
      const jammed = { fromNs, untilNs: fromNs + 40 * SECOND_NS, powerDbm: sentFor(-60) };
      for (const channel of channelsOf("KR920")) jam(bench.air, channel, jammed);
    };
    const config = { ...CONFIG, PERIOD_S: 3600, CLOCK_SYNC: true };
    bench.run(200 * SECOND_NS, { config, region: "KR920" });
    assert.ok(requests.length >= 2, `${requests.length} requests`);
    assert.ok(requests[1].sentAtS - requests[0].sentAtS > 40);
    for (const { deviceTime, sentAtS } of requests)
      assert.ok(Math.abs(deviceTime - sentAtS) <= 1.1, `${deviceTime} s at ${sentAtS} s`);
  });

  it("is of no concern to a device without it", () => {
    const { network } = run("KR920", all(1000), { config: { LISTEN_BEFORE_TALK: false } });
    assert.ok(network.received.length >= 12);
  });
});

describe("firmware: how listen before talk listens", () => {
  it("is as strict as each of the figures for KR920 and for Japan", () => {
    const { CARRIER_SENSE_DBM, CARRIER_SENSE_US } =
      loadFirmware<typeof CarrierSenseModule>()("lorawan/carrier-sense.ts");
    const japan = { carrier_sense_ms: 5, threshold_dbm: -80 };
    for (const { carrier_sense_ms = 0, threshold_dbm } of [
      ...regionFigures("KR920").duty_cycle.lbt!,
      japan,
    ]) {
      assert.ok(CARRIER_SENSE_US >= 1000 * carrier_sense_ms);
      assert.ok(CARRIER_SENSE_DBM <= threshold_dbm);
    }
  });
});

describe("firmware: listen before talk on an emulated board", () => {
  it("leaves a jammed channel alone", async function () {
    this.timeout(60_000);
    const outDir = mkdtempSync(join(tmpdir(), "joinery-listen-"));
    try {
      const image = await buildImage({
        board: loadProcessorBoard("pro-mini-rfm95"),
        config: { ...CONFIG, PERIOD_S: 5 },
        region: "KR920",
        outDir,
      });
      const channels = channelsOf("KR920");
      const { bench, network } = await runBoard(
        image,
        { lorawan11: false, cfList: false },
        {
          durationS: 40,
          clockErrorPpm: 0,
          prepare: (_machine, { air }) =>
            jam(air, channels[2], {
              fromNs: SWITCHED_ON_NS,
              untilNs: 50 * SECOND_NS,
              powerDbm: sentFor(-75),
            }),
        },
      );
      assert.ok(network.received.length >= 5, `${network.received.length} uplinks`);
      const used = bench.uplinks.map(({ transmission }) => near(channels, transmission.frequencyHz));
      assert.deepEqual([...new Set(used)].sort(), [0, 1]);
      assert.deepEqual(bench.devNonces, [0]);
      assert.deepEqual(bench.findings, []);
    } finally {
      rmSync(outDir, { recursive: true });
    }
  });
});
