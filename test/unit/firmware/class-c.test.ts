/**
 * Class C as the air shows it: when the device listens, what it takes then and what not, and what it tells the network.
 */
import assert from "node:assert/strict";
import type * as ClockModule from "../../../firmware/clock/index.ts";
import type * as LorawanModule from "../../../firmware/lorawan/index.ts";
import type * as LinkModule from "../../../firmware/lorawan/link.ts";
import type * as MulticastModule from "../../../firmware/lorawan/multicast.ts";
import type * as SessionModule from "../../../firmware/lorawan/session.ts";
import { buildMulticast, type GroupOfServer } from "../../../hil/rig/packages/index.ts";
import { Bench, type Uplink } from "./support/bench.ts";
import { hook } from "./support/hooks.ts";
import { Network, type NetworkOptions } from "./support/network.ts";
import { personalise } from "./support/personalised.ts";

const SECOND_NS = 1e9;

const RADIOS = [{ chip: "sx1276" }, { chip: "sx1262", rfSwitch: "DIO2", regulator: "DCDC" }] as const;

/** RX2 of EU868, at DR3 as the join-accept of these tests says. */
const RXC = { frequencyHz: 869_525_000, sf: 9 };

const hex = (octets: string) => Buffer.from(octets, "hex");

interface Sent {
  /** Seconds from the end of the first uplink. */
  readonly atS: number;
  readonly frame: (network: Network) => Buffer;
  readonly channel?: { readonly frequencyHz: number; readonly sf: number } | "RX1";
}

interface Run {
  readonly bench: Bench;
  readonly network: Network;
  /** The payloads that came to the application, in hexadecimal. */
  readonly downlinks: string[];
}

/** A device with a session for some time, which gets what `sent` says. */
function run(
  sent: readonly Sent[],
  options: {
    readonly radio?: (typeof RADIOS)[number];
    readonly lorawan11?: boolean;
    readonly optNeg?: boolean;
    readonly durationS?: number;
    readonly config?: Readonly<Record<string, boolean | number>>;
    readonly network?: Partial<NetworkOptions>;
    readonly onData?: (run: Omit<Run, "downlinks">, uplink: Uplink) => void;
  } = {},
): Run {
  const { radio = RADIOS[0], lorawan11 = false, durationS = 40 } = options;
  const bench = new Bench(radio);
  const network = new Network(bench, {
    lorawan11,
    optNeg: options.optNeg,
    rx2DataRate: 3,
    cfList: false,
    ...options.network,
  });
  network.onData = (uplink) => {
    options.onData?.({ bench, network }, uplink);
    if (network.received.length !== 1) return;
    for (const { atS, frame, channel = RXC } of sent) {
      // Frames are numbered as they are sent.
      bench.clock.at(uplink.endNs + atS * SECOND_NS - 1000, () =>
        bench.send(uplink, atS, frame(network), channel === "RX1" ? undefined : channel),
      );
    }
  };
  bench.run(durationS * SECOND_NS, {
    config: { LORAWAN_1_1: lorawan11, CLASS_C: true, PERIOD_S: 600, ...options.config },
  });
  assert.deepEqual(bench.findings, []);
  const downlinks = bench.lines.flatMap((line) => /^downlink \d+: (\w*)$/.exec(line)?.[1] ?? []);
  return { bench, network, downlinks };
}

const data = (octets: string, more: Parameters<Network["downlink"]>[0] = {}) => ({
  frame: (network: Network) => network.downlink({ port: 10, payload: hex(octets), ...more }),
});

/** Seconds from the end of the first uplink to the end of the one with this index. */
const uplinkAtS = ({ bench }: Run, index: number) => {
  const ends = bench.uplinks.filter(({ transmission }) => transmission.payload[0] !== 0).map((u) => u.endNs);
  return (ends[index] - ends[0]) / SECOND_NS;
};

describe("firmware: class C", () => {
  for (const radio of RADIOS) {
    describe(radio.chip, () => {
      it("hears downlinks between two uplinks, before RX1, between RX1 and RX2, and in both windows", () => {
        const { downlinks } = run(
          [
            { atS: 0.1, ...data("01") },
            { atS: 1.3, ...data("02") },
            { atS: 2, ...data("03") },
            { atS: 2.4, ...data("04") },
            { atS: 20, ...data("05") },
            { atS: 20.4, ...data("06") },
          ],
          { radio },
        );
        assert.deepEqual(downlinks, ["01", "02", "03", "04", "05", "06"]);
      });

      it("takes one in RX1, and listens right behind it", () => {
        const { downlinks } = run(
          [
            { atS: 1, channel: "RX1", ...data("01") },
            { atS: 1.2, ...data("02") },
          ],
          { radio },
        );
        assert.deepEqual(downlinks, ["01", "02"]);
      });

      it("breaks off for RX1 what it hears then, and still takes RX1", () => {
        const long = "55".repeat(40);
        const { downlinks } = run(
          [
            { atS: 0.9, ...data(long) },
            { atS: 1, channel: "RX1", ...data("02") },
          ],
          { radio },
        );
        assert.deepEqual(downlinks, ["02"]);
      });
    });
  }

  it("off, hears nothing between two uplinks", () => {
    const config = { CLASS_C: false };
    assert.deepEqual(run([{ atS: 20, ...data("01") }], { config }).downlinks, []);
    const later = { CLASS_C_AFTER_JOIN: false };
    assert.deepEqual(run([{ atS: 20, ...data("01") }], { config: later }).downlinks, []);
  });

  it("hears nothing at RX2's parameters before the join", () => {
    const { bench } = run([], { network: { rx2: true }, durationS: 4 });
    assert.deepEqual(
      bench.events.filter(({ type }) => type === "rx-open").map(({ spreadingFactor }) => spreadingFactor),
      [7],
      "the noise alone",
    );
  });

  it("goes by the RX2 that RXParamSetupReq says", () => {
    // DR4 at 869.1 MHz, in RX1; then the old one is deaf.
    const setUp = (network: Network) => network.downlink({ commands: hex("0504b89c84") });
    const { downlinks } = run([
      { atS: 1, channel: "RX1", frame: setUp },
      { atS: 10, ...data("01") },
      { atS: 12, channel: { frequencyHz: 869_100_000, sf: 8 }, ...data("02") },
    ]);
    assert.deepEqual(downlinks, ["02"]);
  });

  for (const [version, lorawan11, optNeg] of [
    ["1.0.4", false, false],
    ["1.1 on a 1.0 network", true, false],
    ["1.1", true, true],
  ] as const) {
    describe(`LoRaWAN ${version}`, () => {
      it("acknowledges a confirmed downlink within 8 s by an uplink without payload, once", () => {
        const done = run([{ atS: 10, ...data("01", { port: 10, confirmed: true }) }], {
          lorawan11,
          optNeg,
          durationS: 60,
        });
        const { network, downlinks } = done;
        assert.deepEqual(downlinks, ["01"]);
        assert.deepEqual(
          network.received.map(({ ack, fPort }) => [ack, fPort]),
          [
            [false, 2],
            [true, undefined],
          ],
        );
        const atS = uplinkAtS(done, 1);
        assert.ok(atS > 10 && atS < 18, `${atS} s`);
      });

      it("does not put off the uplinks of the period for that", () => {
        const done = run([{ atS: 10, ...data("01", { port: 10, confirmed: true }) }], {
          lorawan11,
          optNeg,
          durationS: 80,
          config: { PERIOD_S: 60 },
        });
        assert.equal(done.network.received.length, 3);
        // The first one had to wait for its band, behind the join.
        assert.ok(Math.abs(uplinkAtS(done, 2) - 60) < 2, `${uplinkAtS(done, 2)} s`);
      });

      it("takes a frame once", () => {
        let first: Buffer | undefined;
        const same = (network: Network) => {
          first ??= network.downlink({ port: 10, payload: hex("01") });
          return first;
        };
        const { downlinks } = run(
          [
            { atS: 10, frame: same },
            { atS: 12, frame: same },
          ],
          { lorawan11, optNeg },
        );
        assert.deepEqual(downlinks, ["01"]);
      });

      const obeys = lorawan11 && optNeg;
      it(`${obeys ? "obeys" : "drops frames with"} MAC commands outside the windows`, () => {
        const done = run(
          [
            { atS: 10, frame: (network) => network.downlink({ commands: hex("06") }) },
            { atS: 12, ...data("01", { port: 10, commands: hex("06") }) },
            { atS: 13, ...data("02") },
          ],
          { lorawan11, optNeg },
        );
        assert.deepEqual(done.downlinks, obeys ? ["01", "02"] : ["02"]);
        // DevStatusAns has a CID and two octets; DeviceModeInd goes along.
        assert.equal(done.network.received.length, obeys ? 2 : 1);
      });
    });
  }

  it("repeats the uplink that acknowledges one as the network asks for, until it is answered", () => {
    const done = run([{ atS: 20, ...data("01", { port: 10, confirmed: true }) }], {
      durationS: 90,
      onData: ({ bench, network }, uplink) => {
        if (network.received.length === 1)
          bench.send(uplink, 1, network.downlink({ commands: hex("03ff070003") }));
        if (network.received.length === 3) bench.send(uplink, 1, network.downlink({ port: 10 }));
      },
    });
    assert.deepEqual(
      done.network.received.map(({ fCnt16, ack }) => [fCnt16, ack]),
      [
        [0, false],
        [1, true],
        [1, true],
      ],
    );
  });

  it("does not take what came outside the windows for an answer to the uplink", () => {
    // NbTrans 2, in RX1 of the first uplink; the ACK of the second comes ahead of its windows.
    const { network } = run([], {
      config: { CONFIRMED: true, PERIOD_S: 20 },
      durationS: 35,
      onData: ({ bench, network }, uplink) => {
        const { length } = network.received;
        if (length === 1) bench.send(uplink, 1, network.downlink({ commands: hex("03ff070002"), ack: 0 }));
        if (length === 2) bench.send(uplink, 0.1, network.downlink({ port: 10, ack: 1 }), RXC);
      },
    });
    assert.deepEqual(
      network.received.map(({ fCnt16 }) => fCnt16),
      [0, 1, 1],
    );
  });
});

describe("firmware: a downlink of class C that comes shortly before a window", () => {
  /** An STM32L0 erases and writes; 38400 Bd. */
  const SLOW = { storeWriteUs: 7000, consoleWriteUs: 261 };
  const FAST_RX2 = { frequencyHz: 869_525_000, sf: 7 };
  /** On air at SF7 with 40 octets of payload. */
  const AIRTIME_S = 0.1025;

  for (const abp of [false, true]) {
    it(`does not delay the window, however long the store and the console take${abp ? ", personalised" : ""}`, () => {
      // From the end of each downlink to the nominal begin of RX1, or of RX2.
      const AHEAD_MS = [10, 35, 60, 120, 180, 220];
      const bench = new Bench();
      const options = { lorawan11: false, cfList: false, rx2DataRate: 5 };
      const network = abp ? personalise(bench, false) : new Network(bench, options);
      hook(bench, (board) => ({
        sample: () => {
          const { session } = board.module<typeof SessionModule>("lorawan/session.ts");
          session.rx2DataRate = session.dataRate = 5;
          return 1;
        },
      }));
      network.onData = (uplink) => {
        const index = network.received.length - 1;
        if (index === 0 || index > 2 * AHEAD_MS.length) return;
        const aheadMs = AHEAD_MS[(index - 1) >> 1];
        const atS = 1 + (index & 1) - AIRTIME_S - aheadMs / 1000;
        bench.send(uplink, atS, network.downlink({ port: 9, payload: Buffer.alloc(40, aheadMs) }), FAST_RX2);
      };
      const config = { ABP: abp, LORAWAN_1_1: false, CLASS_C: true, PERIOD_S: 10 };
      bench.run((2 * AHEAD_MS.length + 3) * 10 * SECOND_NS, { config, ...SLOW });
      assert.deepEqual(bench.findings, []);
      const ends = bench.uplinks.filter(({ transmission }) => transmission.payload[0] !== 0);
      assert.ok(ends.length > 2 * AHEAD_MS.length, `${ends.length} uplinks`);
      for (const { transmission, endNs } of ends) {
        for (const [delayS, frequencyHz] of [
          [1, transmission.frequencyHz],
          [2, RXC.frequencyHz],
        ]) {
          const opened = bench.events
            .filter((event) => event.type === "rx-open" && Math.abs(event.frequencyHz - frequencyHz) < 100)
            .map(({ atNs }) => (atNs - endNs) / 1e6 - 1000 * delayS);
          assert.ok(
            opened.some((afterMs) => afterMs <= 0 && afterMs > -2),
            `RX${delayS} behind ${endNs} ns: ${opened.filter((afterMs) => Math.abs(afterMs) < 400)} ms`,
          );
        }
      }
      // What comes well ahead of a window is taken.
      const taken = new Set(bench.lines.flatMap((line) => /^downlink 9: (..)/.exec(line)?.[1] ?? []));
      assert.ok(taken.has((220).toString(16).toUpperCase()), [...taken].join(" "));
      assert.equal(taken.has("0A"), false);
    });
  }
});

describe("firmware: a frame to a group in RX1 with which the application takes its time", () => {
  for (const [takesS, opens] of [
    [0.3, true],
    [1.2, false],
  ] as const) {
    it(`${opens ? "leaves RX2 its time" : "leaves RX2 out where that is past"}: ${takesS} s`, () => {
      const group: GroupOfServer = {
        mcAddr: "2600AA01",
        mcNwkSKey: Buffer.alloc(16, 1),
        mcAppSKey: Buffer.alloc(16, 2),
      };
      const bench = new Bench();
      const network = new Network(bench, { lorawan11: false, cfList: false });
      hook(bench, (board) => ({
        sample: () => {
          board.module<typeof SessionModule>("lorawan/session.ts").session.dataRate = 5;
          return 1;
        },
        onDownlink: () => {
          board.module<typeof ClockModule>("clock/index.ts").wait(takesS * 1e6);
        },
      }));
      let endNs = 0;
      network.onData = (uplink) => {
        if (endNs > 0) return;
        endNs = uplink.endNs;
        const [it] = bench.board!.module<typeof MulticastModule>("lorawan/multicast.ts").multicastGroups;
        it.mcAddr.set(hex(group.mcAddr).reverse());
        it.mcNwkSKey.set(group.mcNwkSKey);
        it.mcAppSKey.set(group.mcAppSKey);
        Object.assign(it, { isDefined: true, nextFCnt: 0, maxFCnt: 100 });
        bench.send(uplink, 1, buildMulticast(group, { port: 10, fCnt: 1, payload: "01" }));
      };
      const config = { LORAWAN_1_1: false, CLASS_C: true, MULTICAST_SETUP: true, PERIOD_S: 600 };
      bench.run(20 * SECOND_NS, { config });
      assert.deepEqual(
        bench.lines.filter((line) => line.startsWith("downlink")),
        ["downlink 10: 01"],
      );
      const openedS = bench.events
        .filter(({ type, atNs }) => type === "rx-open" && atNs > endNs + 1.5 * SECOND_NS)
        .map(({ atNs }) => (atNs - endNs) / SECOND_NS);
      // Behind RX2, and in place of it, the device listens on.
      assert.equal(openedS.length, opens ? 2 : 1, openedS.join(" "));
      assert.equal(openedS[0] > 1.99 && openedS[0] <= 2, opens, openedS.join(" "));
    });
  }
});

describe("firmware: DeviceModeInd of 1.1", () => {
  /** The octets of DeviceModeInd in the uplinks' FOpts: 0x20 and the class, behind RekeyInd. */
  const lengths = ({ network }: Run) => network.received.map(({ fOpts }) => fOpts.length);

  it("goes with every uplink until DeviceModeConf, and the device is in class C from the first on", () => {
    const done = run([{ atS: 20, ...data("01") }], {
      lorawan11: true,
      durationS: 400,
      config: { PERIOD_S: 60 },
      onData: ({ bench, network }, uplink) => {
        const conf = { 1: "0b01", 3: "2002" }[network.received.length];
        if (conf !== undefined) bench.send(uplink, 1, network.downlink({ commands: hex(conf) }));
      },
    });
    assert.deepEqual(lengths(done), [4, 2, 2, 0, 0, 0, 0]);
    assert.deepEqual(done.downlinks, ["01"]);
  });

  it("goes on where the Conf is of another class", () => {
    const done = run([], {
      lorawan11: true,
      durationS: 200,
      config: { PERIOD_S: 60 },
      onData: ({ bench, network }, uplink) => {
        bench.send(uplink, 1, network.downlink({ commands: hex("0b012000") }));
      },
    });
    assert.deepEqual(lengths(done), [4, 2, 2, 2]);
  });

  it("is not for a network of 1.0", () => {
    const done = run([{ atS: 20, ...data("01") }], { lorawan11: true, optNeg: false });
    assert.deepEqual(lengths(done), [0]);
    assert.deepEqual(done.downlinks, ["01"]);
  });
});

describe("firmware: switching the class while the device runs", () => {
  for (const lorawan11 of [false, true]) {
    it(`holds from the next uplink on, LoRaWAN ${lorawan11 ? "1.1" : "1.0.4"}`, () => {
      const switchTo = (bench: Bench, deviceClass: number) =>
        bench.board?.module<typeof LorawanModule>("lorawan/index.ts").switchClass(deviceClass);
      const answers: (boolean | undefined)[] = [];
      const done = run(
        [
          { atS: 10, ...data("01") },
          { atS: 30, ...data("02") },
          { atS: 50, ...data("03") },
        ],
        {
          lorawan11,
          durationS: 70,
          config: { CLASS_C_AFTER_JOIN: false, PERIOD_S: 20 },
          onData: ({ bench, network }, uplink) => {
            if (network.received.length > 1) return;
            for (const [atS, deviceClass] of [
              [15, 2],
              [35, 0],
              [36, 1],
            ])
              bench.clock.at(uplink.endNs + atS * SECOND_NS, () =>
                answers.push(switchTo(bench, deviceClass)),
              );
          },
        },
      );
      assert.deepEqual(answers, [true, true, false]);
      assert.deepEqual(done.downlinks, ["02"]);
    });
  }
});

describe("firmware: a session of a multicast group, in class A", () => {
  for (const radio of RADIOS) {
    it(`opens the receiver a second early at most and closes it with its time-out, on the ${radio.chip}`, () => {
      const channel = { frequencyHz: 869_100_000, sf: 7 };
      const group: GroupOfServer = {
        mcAddr: "2600AA01",
        mcNwkSKey: Buffer.alloc(16, 1),
        mcAppSKey: Buffer.alloc(16, 2),
      };
      const multicast = (fCnt: number) => () =>
        buildMulticast(group, { port: 10, fCnt, payload: `0${fCnt}` });
      let endNs = 0;
      const { bench, downlinks } = run(
        [
          { atS: 18, channel, frame: multicast(1) },
          { atS: 20.2, channel, frame: multicast(2) },
          { atS: 27.5, channel, frame: multicast(3) },
          { atS: 30, channel, frame: multicast(4) },
        ],
        {
          radio,
          durationS: 60,
          config: { CLASS_C_AFTER_JOIN: false, MULTICAST_SETUP: true },
          onData: ({ bench: { board } }, uplink) => {
            if (endNs > 0 || board === undefined) return;
            endNs = uplink.endNs;
            const { multicastGroups } = board.module<typeof MulticastModule>("lorawan/multicast.ts");
            const [it] = multicastGroups;
            it.mcAddr.set(Buffer.from(group.mcAddr, "hex").reverse());
            it.mcNwkSKey.set(group.mcNwkSKey);
            it.mcAppSKey.set(group.mcAppSKey);
            const { correctTime, gpsTime } = board.module<typeof LinkModule>("lorawan/link.ts");
            correctTime(1000);
            Object.assign(it, { isDefined: true, nextFCnt: 0, maxFCnt: 100, hasSession: true });
            Object.assign(it, {
              timeOutS: 8,
              frequency: 8_691_000,
              dataRate: 5,
              sessionTime: gpsTime() + 20,
            });
          },
        },
      );
      assert.deepEqual(downlinks, ["02", "03"]);
      const at = (type: string) =>
        bench.events
          .filter((event) => event.type === type && Math.abs(event.frequencyHz - channel.frequencyHz) < 100)
          .map(({ atNs }) => (atNs - endNs) / SECOND_NS);
      const [opened] = at("rx-open");
      const closed = at("rx-close").at(-1) ?? 0;
      assert.ok(opened > 18 && opened <= 20, `opened at ${opened} s`);
      assert.ok(closed >= 27 && closed <= 29, `closed at ${closed} s`);
    });
  }
});
