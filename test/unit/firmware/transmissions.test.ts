/**
 * What the network sets, as the air shows it: repetitions, confirmed traffic, duty cycle, power, windows. The device
 * runs under Node with the model of its radio.
 */
import assert from "node:assert/strict";
import type * as ExchangeModule from "../../../firmware/lorawan/exchange.ts";
import type * as LinkModule from "../../../firmware/lorawan/link.ts";
import type * as SessionModule from "../../../firmware/lorawan/session.ts";
import { Bench, type Uplink } from "./support/bench.ts";
import { Network } from "./support/network.ts";
import type { NodeBoard } from "./support/node-board.ts";

const SECOND_NS = 1e9;
const PERIOD_S = 600;

const VERSIONS = [
  ["1.0.4", false],
  ["1.1", true],
] as const;

const RX2 = { frequencyHz: 869_525_000, sf: 12 };

const hex = (octets: string) => Buffer.from(octets, "hex");

/** Of a frequency in units of 100 Hz, the three octets. */
function freq(frequency: number): string {
  const octets = Buffer.alloc(3);
  octets.writeUIntLE(frequency, 0, 3);
  return octets.toString("hex");
}

interface Run {
  readonly bench: Bench;
  readonly network: Network;
  readonly board: NodeBoard;
  /** Transmissions after the join, by FCnt. */
  readonly sent: ReadonlyMap<number, readonly Uplink[]>;
}

/**
 * Runs a device for some periods of ten minutes. `script` says, by the count of uplinks from 0 on, with repetitions,
 * what the network answers; in its first answer RekeyConf is added.
 */
function run(options: {
  readonly lorawan11?: boolean;
  readonly config?: Readonly<Record<string, boolean | number>>;
  readonly radio?: ConstructorParameters<typeof Bench>[0];
  readonly periods: number;
  readonly periodS?: number;
  readonly script: (
    index: number,
    uplink: Uplink,
    network: Network,
    bench: Bench,
  ) => { readonly inRx2?: boolean; readonly fields: Parameters<Network["downlink"]>[0] } | undefined;
}): Run {
  const { lorawan11 = false, periods, periodS = PERIOD_S } = options;
  const bench = new Bench(options.radio);
  const network = new Network(bench, { lorawan11, cfList: false });
  network.onData = (uplink) => {
    const index = network.received.length - 1;
    const answer = options.script(index, uplink, network, bench);
    if (answer === undefined) return;
    const { inRx2 = false, fields } = answer;
    bench.send(uplink, inRx2 ? 2 : 1, network.downlink(fields), inRx2 ? RX2 : undefined);
  };
  const board = bench.run(periods * periodS * SECOND_NS, {
    config: { LORAWAN_1_1: lorawan11, PERIOD_S: periodS, ...options.config },
  });
  assert.deepEqual(bench.findings, []);
  const sent = new Map<number, Uplink[]>();
  for (const [i, uplink] of bench.uplinks.slice(1).entries()) {
    const { fCnt16 } = network.received[i];
    sent.set(fCnt16, [...(sent.get(fCnt16) ?? []), uplink]);
  }
  return { bench, network, board, sent };
}

/** Answers the first uplink with commands, and RekeyConf under 1.1. */
const first =
  (commands: string, lorawan11 = false) =>
  (index: number) =>
    index === 0 ? { fields: { commands: hex((lorawan11 ? "0b01" : "") + commands) } } : undefined;

/** NbTrans 3, all else as it is. */
const THREE_TIMES = "03ff070003";

describe("firmware: repetitions", () => {
  for (const [version, lorawan11] of VERSIONS) {
    it(`send an uplink NbTrans times, with one counter and one payload, after the windows (${version})`, () => {
      const { sent, network } = run({ lorawan11, periods: 4, script: first(THREE_TIMES, lorawan11) });
      assert.deepEqual(
        [...sent.values()].map((all) => all.length),
        [1, 3, 3, 3],
      );
      for (const [fCnt, all] of sent) {
        for (let i = 1; i < all.length; i++) {
          const pauseS = (all[i].transmission.startNs - all[i - 1].endNs) / SECOND_NS;
          assert.ok(pauseS > 2, `${pauseS} s: RX2 must be over`);
        }
        const frames = network.received.filter((f) => f.fCnt16 === fCnt);
        assert.equal(new Set(frames.map((f) => Buffer.from(f.frmPayload).toString("hex"))).size, 1);
        // The MIC of 1.1 tells the channel, that of 1.0 does not.
        const channels = new Set(all.map((u) => Math.round(u.transmission.frequencyHz / 1e5)));
        assert.equal(new Set(frames.map((f) => f.mic.toString("hex"))).size, lorawan11 ? channels.size : 1);
      }
    });

    it(`take each channel once before any again (${version})`, () => {
      const { bench } = run({ lorawan11, periods: 8, script: first(THREE_TIMES, lorawan11) });
      const channels = bench.uplinks.map((u) => Math.round(u.transmission.frequencyHz / 1e5));
      for (let i = 0; i + 3 <= channels.length; i += 3)
        assert.equal(new Set(channels.slice(i, i + 3)).size, 3);
    });

    for (const inRx2 of [false, true]) {
      it(`end with any downlink in RX${inRx2 ? 2 : 1} (${version})`, () => {
        const { sent } = run({
          lorawan11,
          periods: 3,
          // The second time of FCnt 1.
          script: (index) =>
            index === 2
              ? { inRx2, fields: { port: 3, payload: hex("01") } }
              : first(THREE_TIMES, lorawan11)(index),
        });
        assert.deepEqual(
          [...sent.values()].map((all) => all.length),
          [1, 2, 3],
        );
      });
    }
  }
});

describe("firmware: confirmed uplinks", () => {
  const config = { CONFIRMED: true };

  for (const [version, lorawan11] of VERSIONS) {
    it(`are repeated until they are acknowledged (${version})`, () => {
      const { sent, network } = run({
        lorawan11,
        config,
        periods: 4,
        script(index, _uplink, net) {
          if (index === 0)
            return { fields: { commands: hex((lorawan11 ? "0b01" : "") + THREE_TIMES), ack: 0 } };
          // The second time of FCnt 1; FCnt 2 at once; FCnt 3 never.
          const { fCnt16 } = net.received[index];
          if (index === 2 || fCnt16 === 2) return { fields: { ack: fCnt16 } };
          return undefined;
        },
      });
      assert.deepEqual(
        [...sent.values()].map((all) => all.length),
        [1, 2, 1, 3],
      );
      assert.ok(network.received.every((f) => f.confirmed));
    });

    it(`are repeated though a downlink comes that does not acknowledge them; it counts for ADR and answers (${version})`, () => {
      const { sent, network, bench } = run({
        lorawan11,
        config,
        periods: 3,
        script(index) {
          if (index === 0)
            return { fields: { commands: hex((lorawan11 ? "0b01" : "") + THREE_TIMES), ack: 0 } };
          return index === 1 ? { fields: { port: 9, payload: hex("2a") } } : undefined;
        },
      });
      assert.deepEqual(
        [...sent.values()].map((all) => all.length),
        [1, 3, 3],
      );
      assert.ok(bench.lines.includes("downlink 9: 2A"));
      assert.equal(network.received.filter((f) => f.fCnt16 === 1).length, 3);
    });

    if (lorawan11) {
      it("are not acknowledged by an ACK for another FCntUp (1.1)", () => {
        const { sent } = run({
          lorawan11,
          config,
          periods: 2,
          script: (index) => {
            if (index === 0) return { fields: { commands: hex(`0b01${THREE_TIMES}`), ack: 0 } };
            return index === 1 ? { fields: { ack: 0 } } : undefined;
          },
        });
        assert.deepEqual(
          [...sent.values()].map((all) => all.length),
          [1, 3],
        );
      });
    }
  }

  it("wait RETRANSMIT_TIMEOUT, 1 to 3 s at random, after RX2", () => {
    const pauses: number[] = [];
    // In a sub-band of 10 %, where the duty cycle asks for less.
    const commands = `0703${freq(8695250)}5003ff080003`;
    const { sent } = run({
      config,
      periods: 40,
      script: (index) => (index === 0 ? { fields: { commands: hex(commands), ack: 0 } } : undefined),
    });
    for (const all of sent.values()) {
      for (let i = 1; i < all.length; i++)
        pauses.push((all[i].transmission.startNs - all[i - 1].endNs) / SECOND_NS - 2);
    }
    assert.ok(pauses.length > 70, `${pauses.length} repetitions`);
    const spread = [Math.min(...pauses), Math.max(...pauses)];
    assert.ok(spread[0] >= 1 && spread[0] < 1.5, `at least ${spread[0]} s`);
    assert.ok(spread[1] <= 3.3 && spread[1] > 2.7, `at most ${spread[1]} s`);
  });
});

describe("firmware: duty cycle", () => {
  for (const n of [3, 7, 10]) {
    it(`is 1/2^${n} in all where DutyCycleReq asks for it`, () => {
      const { bench } = run({
        periods: Math.max(300, 3 * 2 ** n),
        periodS: 5,
        script: first(`0320070004040${n.toString(16)}`),
      });
      const limited = bench.uplinks.slice(2).map((u) => u.transmission);
      assert.ok(limited.length > 20, `${limited.length} transmissions`);
      for (let i = 1; i < limited.length; i++) {
        const onAirNs = limited[i - 1].endNs - limited[i - 1].startNs;
        const silenceNs = limited[i].startNs - limited[i - 1].endNs;
        // The default channels are in one sub-band, of 1 %.
        const factor = Math.max(2 ** n - 1, 99);
        assert.ok(silenceNs >= factor * onAirNs, `${silenceNs / onAirNs} times the time on air`);
        assert.ok(
          silenceNs < factor * onAirNs + 6 * SECOND_NS,
          `${silenceNs / onAirNs} times the time on air`,
        );
      }
    });
  }

  it("holds in each sub-band apart", () => {
    const BAND_L = `0703${freq(8671000)}50`;
    const { bench } = run({ periods: 300, periodS: 5, script: first(`0320070001${BAND_L}`) });
    const transmissions = bench.uplinks.slice(3).map((u) => u.transmission);
    const bands = [
      transmissions.filter((t) => t.frequencyHz < 868e6),
      transmissions.filter((t) => t.frequencyHz >= 868e6),
    ];
    for (const band of bands) {
      assert.ok(band.length > 20);
      for (let i = 1; i < band.length; i++) {
        const onAirNs = band[i - 1].endNs - band[i - 1].startNs;
        assert.ok(band[i].startNs - band[i - 1].endNs >= 99 * onAirNs);
      }
    }
    const nearest = Math.min(...transmissions.slice(1).map((t, i) => t.startNs - transmissions[i].endNs));
    assert.ok(nearest < 10 * SECOND_NS, "the one goes on while the other is silent");
  });
});

describe("firmware: power", () => {
  for (const [chip, radio, config, powers] of [
    ["sx1276 at PA_BOOST", { chip: "sx1276" }, {}, [14, 12, 10, 8, 6, 4, 2, 2]],
    ["sx1276 at RFO", { chip: "sx1276", rfo: true }, { RFO: true }, [14, 12, 10, 8, 6, 4, 2, 0]],
    ["sx1262", { chip: "sx1262" }, {}, [14, 12, 10, 8, 6, 4, 2, 0]],
  ] as const) {
    it(`is that of TXPower, on an ${chip}`, () => {
      const { sent } = run({
        radio: radio as ConstructorParameters<typeof Bench>[0],
        config,
        periods: 10,
        script: (index) => (index < 8 ? { fields: { commands: hex(`035${index}070001`) } } : undefined),
      });
      const heard = [...sent.values()].map(([u]) => u.transmission.powerDbm);
      assert.deepEqual(
        heard.slice(1, 9).map((dbm) => Math.round(dbm) + 0),
        powers,
      );
    });
  }

  /** As if the radio did not tell the end of the transmission. */
  function fail(board: NodeBoard): void {
    board.module<typeof ExchangeModule>("lorawan/exchange.ts").exchange.hasRadioFailed = true;
  }

  it("is what it was after the radio had to be started anew", () => {
    const { bench } = run({
      periods: 4,
      script(index, _uplink, _network, { board }) {
        if (index === 2) fail(board as NodeBoard);
        return first("0353070001")(index);
      },
    });
    assert.deepEqual(
      bench.uplinks.map((u) => u.transmission.powerDbm),
      [14, 14, 8, 8, 8],
    );
  });
});

describe("firmware: windows that the network moves", () => {
  for (const [version, lorawan11] of VERSIONS) {
    it(`are where RXParamSetupReq, RXTimingSetupReq and DlChannelReq say (${version})`, () => {
      const commands = `0523${freq(8691000)}08040a01${freq(8690001)}`;
      const { bench, sent } = run({ lorawan11, periods: 8, script: first(commands, lorawan11) });
      const windows = bench.windows.slice(2);
      for (let fCnt = 1; fCnt < 7; fCnt++) {
        const [rx1, rx2] = windows.slice(2 * (fCnt - 1));
        const [{ transmission }] = sent.get(fCnt) as readonly Uplink[];
        const moved = Math.round(transmission.frequencyHz / 100) === 8683000;
        assert.equal(
          Math.round(rx1.frequencyHz / 100),
          moved ? 8690001 : Math.round(transmission.frequencyHz / 100),
        );
        assert.equal(rx1.sf, Math.min(transmission.spreadingFactor + 2, 12));
        assert.deepEqual([Math.round(rx2.frequencyHz / 100), rx2.sf], [8691000, 9]);
        for (const [{ afterUs }, delayS] of [
          [rx1, 4],
          [rx2, 5],
        ] as const) {
          const earlyUs = delayS * 1e6 - afterUs;
          assert.ok(earlyUs >= 0 && earlyUs <= 1500, `opened ${earlyUs} us early`);
        }
      }
    });
  }

  it("are at their old place again after the next join", () => {
    const bench = new Bench();
    const network = new Network(bench, { lorawan11: false, cfList: false });
    network.onData = (uplink) => {
      if (network.received.length === 1)
        bench.send(uplink, 1, network.downlink({ commands: hex(`0523${freq(8691000)}0804`) }));
      if (network.received.length !== 2) return;
      // The last value is not used: it could not be counted on from.
      const { session } = (bench.board as NodeBoard).module<typeof SessionModule>("lorawan/session.ts");
      session.fCntUp = 0xfffffffe;
    };
    bench.run(5 * PERIOD_S * SECOND_NS, { config: { LORAWAN_1_1: false, PERIOD_S } });
    assert.deepEqual(bench.devNonces, [0, 1]);
    const [rx1, rx2] = bench.windows.slice(-2);
    assert.deepEqual([Math.round(rx1.afterUs / 1e6), Math.round(rx2.afterUs / 1e6)], [1, 2]);
    assert.deepEqual([Math.round(rx2.frequencyHz / 100), rx2.sf], [8695250, 12]);
  });
});

describe("firmware: what the network tells", () => {
  for (const [version, lorawan11] of VERSIONS) {
    it(`is asked for by the application and comes to it: margin, gateways, time (${version})`, () => {
      const bench = new Bench();
      const network = new Network(bench, { lorawan11 });
      const GPS_S = 1_400_000_000;
      const time = Buffer.alloc(5);
      time.writeUInt32LE(GPS_S);
      time[4] = 192; // three quarters of a second
      const link = () => (bench.board as NodeBoard).module<typeof LinkModule>("lorawan/link.ts");
      let endNs = 0;
      network.onData = (uplink, frame) => {
        const count = network.received.length;
        if (count === 1) {
          link().requestLinkCheck();
          link().requestTime();
        }
        if (count !== 2) return;
        assert.equal(frame.fOpts.length, lorawan11 ? 4 : 2);
        endNs = uplink.endNs;
        bench.send(
          uplink,
          1,
          network.downlink({ commands: Buffer.concat([hex("021502"), hex("0d"), time]) }),
        );
      };
      let seenS = 0;
      let afterNs = 0;
      bench.clock.at(1000 * SECOND_NS, () => {
        seenS = link().gpsTime();
        afterNs = bench.clock.nowNs() - endNs;
      });
      bench.run(1100 * SECOND_NS, { config: { LORAWAN_1_1: lorawan11, PERIOD_S: 300 } });
      assert.deepEqual({ ...link().link }, { checks: 1, margin: 21, gateways: 2 });
      assert.equal(link().isTimeKnown(), true);
      assert.equal(seenS, Math.floor(GPS_S + 0.75 + afterNs / SECOND_NS));
    });
  }
});
