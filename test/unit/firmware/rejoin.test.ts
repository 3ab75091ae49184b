/**
 * Rejoin-requests of LoRaWAN 1.1 as the air shows them: when each type goes, what its answer changes, and what does
 * not.
 */
import assert from "node:assert/strict";
import type * as RejoinModule from "../../../firmware/lorawan/rejoin.ts";
import type * as SessionModule from "../../../firmware/lorawan/session.ts";
import { Bench, IDENTITY } from "./support/bench.ts";
import { MacSession } from "./support/mac-session.ts";
import { Network, type RejoinAnswer } from "./support/network.ts";
import type { NodeBoard } from "./support/node-board.ts";

const SECOND_NS = 1e9;
const CONFIG = { LORAWAN_1_1: true, REJOIN: true };

const hex = (octets: string) => Buffer.from(octets, "hex");
/** ForceRejoinReq as it is on the air: RejoinType and DR, Period and Max_Retries. */
const force = (type: number, { dataRate = 5, period = 0, retries = 0 } = {}) =>
  Buffer.of(0x0e, (type << 4) | dataRate, (period << 3) | retries);

interface Run {
  readonly bench: Bench;
  readonly network: Network;
  /** FCnt of the uplinks that came after the rejoin-request with this index. */
  readonly uplinksAfter: (rejoin: number) => number[];
}

/** Runs a device for some periods. The network adds `commands` to RekeyConf, its answer to the first uplink. */
function run(options: {
  readonly commands?: Uint8Array;
  readonly answer?: (index: number) => RejoinAnswer | undefined;
  readonly periods?: number;
  readonly periodS?: number;
  readonly config?: Readonly<Record<string, boolean | number>>;
  readonly bench?: Bench;
  readonly joinNonce?: number;
}): Run {
  const { commands = Buffer.alloc(0), periods = 5, periodS = 600, answer = () => ({}) } = options;
  const bench = options.bench ?? new Bench();
  const network = new Network(bench, { lorawan11: true, cfList: false });
  network.joinNonce = options.joinNonce ?? 0;
  network.answerRejoin = () => answer(network.rejoins.length - 1);
  let isFirst = true;
  const counts: { readonly fCnt: number; readonly rejoins: number }[] = [];
  network.onData = (uplink, frame) => {
    counts.push({ fCnt: frame.fCnt16, rejoins: network.rejoins.length });
    // RekeyInd is one command and its octet.
    if (frame.fOpts.length < 2) return;
    const answered = Buffer.concat([hex("0b01"), isFirst ? commands : Buffer.alloc(0)]);
    isFirst = false;
    bench.send(uplink, session(bench).rxDelayS, network.downlink({ commands: answered }));
  };
  bench.run(periods * periodS * SECOND_NS, { config: { ...CONFIG, PERIOD_S: periodS, ...options.config } });
  assert.deepEqual(bench.findings, []);
  const uplinksAfter = (rejoin: number) =>
    counts.filter(({ rejoins }) => rejoins === rejoin + 1).map(({ fCnt }) => fCnt);
  return { bench, network, uplinksAfter };
}

function session(bench: Bench): SessionModule.Session {
  return (bench.board as NodeBoard).module<typeof SessionModule>("lorawan/session.ts").session;
}

/** Seconds from the start of one rejoin-request to the next. */
function pausesS({ network: { rejoins } }: Run): number[] {
  return rejoins
    .slice(1)
    .map(
      ({ uplink }, i) => (uplink.transmission.startNs - rejoins[i].uplink.transmission.startNs) / SECOND_NS,
    );
}

describe("firmware: ForceRejoinReq", () => {
  for (const [asked, sent] of [
    [0, 0],
    [1, 0],
    [2, 2],
  ]) {
    it(`of type ${asked} sends a rejoin-request of type ${sent} at its data rate; the answer begins a session`, () => {
      const { network, uplinksAfter, bench } = run({ commands: force(asked, { dataRate: 4 }) });
      assert.deepEqual(
        network.rejoins.map(({ request: { type }, uplink }) => [type, uplink.transmission.spreadingFactor]),
        [[sent, 8]],
      );
      // Network has checked the MICs, by the new keys.
      assert.deepEqual(uplinksAfter(0), [0, 1, 2, 3, 4].slice(0, uplinksAfter(0).length));
      assert.ok(uplinksAfter(0).length >= 3);
      assert.equal(session(bench).awaitsRekeyConf, false);
      assert.ok(bench.lines.includes("rejoining 0 DR4"));
    });
  }

  it("has its answer in RX2, too", () => {
    const { uplinksAfter } = run({ commands: force(0), answer: () => ({ inRx2: true }) });
    assert.equal(uplinksAfter(0)[0], 0);
  });

  for (const period of [0, 2]) {
    it(`repeats ${32 * 2 ** period} to ${32 * 2 ** period + 32} s later, each time with the next RJcount0, in the session that goes on`, () => {
      const done = run({
        commands: force(2, { period, retries: 3 }),
        answer: () => undefined,
        periodS: 60,
        periods: 20,
      });
      const { network, uplinksAfter } = done;
      assert.deepEqual(
        network.rejoins.map(({ request }) => request.type !== 1 && request.rjCount0),
        [0, 1, 2, 3],
      );
      for (const pauseS of pausesS(done)) {
        assert.ok(pauseS >= 32 * 2 ** period, `${pauseS} s`);
        // A window or an uplink may be under way, and a band silent.
        assert.ok(pauseS < 32 * 2 ** period + 32 + 15, `${pauseS} s`);
      }
      const after = uplinksAfter(3);
      assert.ok(after.length >= 2 && after[0] > 0, "FCntUp goes on");
    });
  }

  it("ends its repetitions with the answer", () => {
    const { network } = run({
      commands: force(0, { retries: 7 }),
      answer: (index) => (index === 1 ? {} : undefined),
    });
    assert.equal(network.rejoins.length, 2);
  });

  for (const [title, commands] of [
    ["of a reserved type", force(3)],
    ["of the last reserved type", force(7)],
    ["at a data rate that the region has not", force(0, { dataRate: 12 })],
  ] as const) {
    it(`${title} does nothing`, () => {
      assert.equal(run({ commands }).network.rejoins.length, 0);
    });
  }

  it("leaves the reserved bits alone", () => {
    const { network } = run({ commands: Buffer.of(0x0e, 0x80 | 0x25, 0xc0) });
    assert.equal(network.rejoins[0].request.type, 2);
  });

  it("of type 2 keeps what the network has set, of type 0 resets it", () => {
    // RX2 at DR3, RX1 after two seconds; the accept says DR0 and one second.
    const settings = hex("0503d2ad840802");
    for (const [type, rx2DataRate, rxDelayS] of [
      [2, 3, 2],
      [0, 0, 1],
    ]) {
      const { bench } = run({ commands: Buffer.concat([settings, force(type)]) });
      const now = session(bench);
      assert.deepEqual([now.rx2DataRate, now.rxDelayS], [rx2DataRate, rxDelayS], `type ${type}`);
    }
  });

  it("is no command of a network of 1.0, nor of an image without REJOIN", () => {
    for (const [version, config] of [
      ["1.1 on 1.0", { REJOIN: true }],
      ["1.0.4", { REJOIN: true }],
      ["1.1", {}],
    ] as const) {
      const it = new MacSession(version, config);
      // What stands behind an unknown command is not read.
      it.send({ fOpts: "0e050006" });
      assert.equal(it.answers(), "");
      assert.equal(it.module<typeof RejoinModule>("lorawan/rejoin.ts").rejoin.attemptsLeft, 0);
    }
  });
});

describe("firmware: RejoinParamSetupReq", () => {
  it("is answered with TimeOK, whatever it asks for", () => {
    for (const octet of ["00", "0f", "f0", "ff"]) {
      const it = new MacSession("1.1", { REJOIN: true });
      it.send({ fOpts: `0f${octet}` });
      assert.equal(it.answers(), "0f01");
      assert.equal(it.answers(), "", "said once");
    }
  });

  it("of MaxCountN 0 sends type 0 after 16 uplinks, and after 16 more", () => {
    const { network, uplinksAfter } = run({
      commands: hex("0ff0"),
      answer: () => undefined,
      periods: 40,
      periodS: 30,
    });
    assert.deepEqual(
      network.rejoins.map(({ request }) => request.type),
      [0, 0],
    );
    assert.deepEqual([uplinksAfter(-1).at(-1), uplinksAfter(0).at(-1)], [15, 31]);
  });

  it("of MaxTimeN 1 sends type 0 within 2048 s, and 2048 s later again, however rare the uplinks are", () => {
    const done = run({ commands: hex("0f1f"), answer: () => undefined, periods: 2, periodS: 4000 });
    assert.deepEqual(
      done.network.rejoins.map(({ request }) => request.type),
      [0, 0, 0],
    );
    for (const pauseS of pausesS(done)) assert.ok(Math.abs(pauseS - 2048) < 5, `${pauseS} s`);
  });

  it("holds on after a rejoin of type 2, and ends with the session of type 0", () => {
    const { network } = run({ commands: Buffer.concat([hex("0ff0"), force(2)]), periods: 40, periodS: 30 });
    assert.deepEqual(
      network.rejoins.map(({ request }) => request.type),
      [2, 0],
    );
  });
});

describe("firmware: rejoin-requests of type 1", () => {
  const config = { REJOIN_1_UPLINKS: 2 };

  it("go after so many uplinks and begin a session", () => {
    const { network, uplinksAfter } = run({ config });
    assert.ok(network.rejoins.length >= 2);
    assert.ok(network.rejoins.every(({ request }) => request.type === 1));
    assert.deepEqual(uplinksAfter(0), [0, 1]);
  });

  it("are answered in the windows of the plan, whatever the session has set", () => {
    const { uplinksAfter } = run({
      config,
      commands: hex("0503d2ad84"),
      answer: (index) => (index === 0 ? { inRx2: true } : undefined),
    });
    assert.deepEqual(uplinksAfter(0), [0, 1]);
  });

  it("never repeat an RJcount1 nor take back a DevNonce, where the power fails again and again", () => {
    const bench = new Bench();
    const counts: number[] = [];
    let joinNonce = 0;
    for (let i = 0; i < 4; i++) {
      const { network } = run({
        config,
        bench,
        joinNonce,
        periods: 4,
        answer: (index) => (index % 2 ? {} : undefined),
      });
      joinNonce = network.joinNonce;
      for (const { request } of network.rejoins) counts.push(request.type === 1 ? request.rjCount1 : -1);
    }
    assert.ok(counts.length >= 4);
    assert.deepEqual(
      counts,
      [...new Set(counts)].sort((a, b) => a - b),
    );
    assert.deepEqual(
      bench.devNonces,
      [...new Set(bench.devNonces)].sort((a, b) => a - b),
    );
  });

  it("are stored before they are sent", () => {
    const bench = new Bench();
    run({ config, bench, answer: () => undefined, periods: 4 });
    const sent = bench.uplinks.filter(({ transmission }) => transmission.payload[0] === 0xc0);
    assert.ok(sent.length > 0);
    // A store that takes no more writes once the device has joined: nothing is sent that relies on it.
    const failing = new Bench();
    const network = new Network(failing, { lorawan11: true, cfList: false });
    let joined = false;
    network.onData = () => {
      joined = true;
    };
    failing.run(4 * 600 * SECOND_NS, {
      config: { ...CONFIG, ...config, PERIOD_S: 600 },
      storeFails: () => joined,
    });
    assert.equal(network.rejoins.length, 0);
    assert.ok(network.received.length >= 3, "the session goes on");
  });
});

describe("firmware: join-accepts that do not answer the rejoin-request", () => {
  const wrongKey = Buffer.alloc(16, 7);
  const CASES: readonly (readonly [string, RejoinAnswer, string?])[] = [
    ["with the MIC of another key", { micKey: wrongKey }, "refused: MIC"],
    ["encrypted under the NwkKey, as after a join", { encKey: IDENTITY.nwkKey }, "refused: MIC"],
    ["to a join-request", { joinReqType: 0xff }, "refused: MIC"],
    ["to another type of rejoin-request", { joinReqType: 1 }, "refused: MIC"],
    ["to another RJcount", { rjCount: 1 }, "refused: MIC"],
    ["with OptNeg 0, from a network of 1.0", { optNeg: false, micKey: IDENTITY.nwkKey }, "refused: MIC"],
    ["with the JoinNonce of the join", { joinNonce: 1 }, "refused: JoinNonce"],
    ["with a JoinNonce that goes back", { joinNonce: 0 }, "refused: JoinNonce"],
    ["with an RX2 that the region has not", { rx2DataRate: 12 }, "refused: settings"],
    ["with an RX1 offset that the region has not", { rx1DrOffset: 7 }, "refused: settings"],
  ];
  for (const type of [0, 2]) {
    for (const [title, answer, line] of CASES) {
      it(`${title} change nothing (type ${type})`, () => {
        const { bench, uplinksAfter } = run({ commands: force(type), answer: () => answer });
        assert.ok(bench.lines.includes(line as string), bench.lines.join("\n"));
        // Network has checked their MICs, by the keys of the join.
        const after = uplinksAfter(0);
        assert.ok(after.length >= 2 && after[0] > 0, "FCntUp goes on");
        assert.equal(session(bench).awaitsRekeyConf, false);
      });
    }
  }
});

describe("firmware: the counters of rejoin-requests", () => {
  it("RJcount0 ends at 65535, and begins anew with the session", () => {
    const it = new MacSession("1.1", { REJOIN: true });
    const { rejoin, takeRjCount0, restartRejoin } = it.module<typeof RejoinModule>("lorawan/rejoin.ts");
    rejoin.rjCount0 = 65535;
    assert.equal(takeRjCount0(), true);
    assert.equal(takeRjCount0(), false);
    restartRejoin();
    assert.equal(takeRjCount0(), true);
    assert.equal(rejoin.rjCount0, 1);
  });

  it("a JoinNonce of a rejoin outlasts a power cut: the join-accept that brought it counts no more", () => {
    for (const type of [0, 2]) {
      const bench = new Bench();
      const first = run({ commands: force(type), bench });
      assert.equal(first.network.joinNonce, 2);
      // The Join Server is one that has forgotten: it gives the JoinNonce of the rejoin again.
      const again = run({ bench, joinNonce: 1, periods: 1 });
      assert.ok(bench.lines.includes("refused: JoinNonce"));
      assert.ok(again.network.joinNonce >= 2);
    }
  });
});
