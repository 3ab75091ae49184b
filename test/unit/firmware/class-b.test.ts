/** Class B of a device under Node, with both families of radios: the way into it, its windows, and the way out. */
import assert from "node:assert/strict";
import type * as ExchangeModule from "../../../firmware/lorawan/exchange.ts";
import type * as LorawanModule from "../../../firmware/lorawan/index.ts";
import { Bench } from "./support/bench.ts";
import { type BeaconFate, ClassBNetwork } from "./support/class-b-network.ts";
import { hook } from "./support/hooks.ts";

const RADIOS = [{ chip: "sx1276" }, { chip: "sx1262", rfSwitch: "DIO2", regulator: "DCDC" }] as const;
const CONFIG = { CLASS_B: true, PERIOD_S: 100, PING_PERIODICITY: 3 };

interface Run {
  readonly bench: Bench;
  readonly net: ClassBNetwork;
}

function run(options: {
  readonly seconds: number;
  readonly lorawan11?: boolean;
  readonly radio?: (typeof RADIOS)[number];
  readonly config?: Readonly<Record<string, boolean | number>>;
  readonly beacon?: (index: number) => BeaconFate;
  readonly prepare?: (run: Run) => void;
}): Run {
  const { seconds, lorawan11 = false, radio = RADIOS[0], config = {} } = options;
  const bench = new Bench(radio);
  const net = new ClassBNetwork(bench, { lorawan11 });
  if (options.beacon !== undefined) net.beaconFate = options.beacon;
  options.prepare?.({ bench, net });
  bench.run(seconds * 1e9, { config: { ...CONFIG, LORAWAN_1_1: lorawan11, ...config } });
  assert.deepEqual(bench.findings, []);
  return { bench, net };
}

/** When the receiver was on between `fromS` and `toS`, beside what uplinks opened. */
function windows({ bench, net }: Run, fromS: number, toS: number): { openS: number; sf?: number }[] {
  return bench.events
    .filter(({ type }) => type === "rx-open")
    .map((event) => ({ openS: event.atNs / 1e9, sf: event.spreadingFactor }))
    .filter(({ openS }) => openS >= fromS && openS < toS)
    .filter(({ openS }) => !net.uplinks.some(({ endS }) => openS > endS && openS < endS + 2.1));
}

/** What an application can call. */
const stackOf = ({ board }: Bench) => board!.module<typeof LorawanModule>("lorawan/index.ts");

const bits = ({ net }: Run) => net.uplinks.map(({ classBBit }) => classBBit);
const commands = ({ net }: Run) => net.uplinks.map(({ commands }) => commands);

for (const radio of RADIOS) {
  for (const lorawan11 of [false, true]) {
    describe(`firmware: class B with an ${radio.chip.toUpperCase()}, LoRaWAN ${lorawan11 ? "1.1" : "1.0.4"}`, () => {
      it("begins with the time, the beacon and PingSlotInfoReq; then frames are heard in ping slots", () => {
        const { bench, net } = run({
          seconds: 700,
          radio,
          lorawan11,
          prepare: ({ net }) => {
            net.onUplink = ({ endS }, index) => {
              if (index !== 3) return;
              for (const [i, fromS] of [endS + 10, endS + 30, endS + 50].entries())
                net.send(net.slotsS(3, fromS, fromS + 20)[0], () =>
                  net.network.downlink({ port: 9, payload: Buffer.of(0xca, i) }),
                );
            };
          },
        });
        const first = lorawan11 ? "0b010d" : "0d";
        assert.deepEqual(commands({ bench, net }).slice(0, 4), [first, "1003", "", ""]);
        assert.deepEqual(bits({ bench, net }).slice(0, 5), [false, false, true, true, true]);
        assert.deepEqual(
          bench.lines.filter((line) => line.startsWith("downlink")),
          ["downlink 9: CA00", "downlink 9: CA01", "downlink 9: CA02"],
        );
      });
    });
  }
}

describe("firmware: ping slots", () => {
  for (const periodicity of [0, 3]) {
    it(`are opened where the network computes them, with periodicity ${periodicity}`, () => {
      const seconds = 700;
      const it = run({ seconds, config: { PING_PERIODICITY: periodicity } });
      // From the second beacon after PingSlotInfoAns on, without those that uplinks and their windows take.
      const [fromS] = it.net.beaconsS.filter((beaconS) => beaconS > 300);
      const opened = windows(it, fromS + 1, seconds - 1).filter(
        ({ openS }) => !it.net.beaconsS.some((beaconS) => Math.abs(openS - beaconS) < 0.5),
      );
      const isFree = (slotS: number) =>
        !it.net.uplinks.some(({ endS }) => slotS > endS - 0.2 && slotS < endS + 2.4);
      const slots = it.net.slotsS(periodicity, fromS + 1, seconds - 1).filter(isFree);
      assert.ok(slots.length >= 3, `${slots.length} slots`);
      // 30 ppm of the time since the beacon, and what commands take.
      const isFor = (openS: number, slotS: number) => openS <= slotS && openS > slotS - 128 * 30e-6 - 0.001;
      for (const slotS of slots)
        assert.equal(
          opened.filter(({ openS, sf }) => sf === 9 && isFor(openS, slotS)).length,
          1,
          `${slotS} s`,
        );
      const all = it.net.slotsS(periodicity, fromS, seconds);
      for (const { openS } of opened)
        assert.ok(
          all.some((slotS) => isFor(openS, slotS)),
          `${openS} s`,
        );
    });
  }

  it("are left out where the application takes too long for a frame in the one before, and none opens late", () => {
    const BUSY_MS = 60;
    let busyS = 0;
    const it = run({
      seconds: 400,
      config: { PING_PERIODICITY: 0 },
      prepare: ({ bench, net }) => {
        hook(bench, () => ({
          onDownlink: () => {
            busyS = bench.clock.nowNs() / 1e9;
            bench.clock.advanceTo(bench.clock.nowNs() + BUSY_MS * 1e6);
          },
        }));
        // PingSlotChannelReq: DR0, where the plan has the slots.
        net.commandsFor = (_uplink, index) => (index === 2 ? "1100000000" : "");
        net.onUplink = ({ endS }, index) => {
          if (index !== 3) return;
          // 2.3 s on air: it ends 18 ms before the third slot behind its own, when that is about to be set up.
          const [slotS] = net.slotsS(0, endS + 10, endS + 20);
          net.send(slotS - 0.0723, () => net.network.downlink({ port: 9, payload: Buffer.alloc(25) }), {
            spreadingFactor: 12,
          });
        };
      },
    });
    assert.ok(busyS > 0, it.bench.lines.join("\n"));
    const slots = it.net.slotsS(0, busyS, busyS + 4);
    const nextMs = (slots[0] - busyS) * 1000;
    assert.ok(nextMs > 15 && nextMs < 20, `${nextMs} ms to the next slot`);
    const opened = windows(it, busyS, busyS + 4).map(({ openS }) =>
      slots.findIndex((slotS) => openS <= slotS && openS > slotS - 0.005),
    );
    assert.deepEqual(opened.slice(0, 3), [1, 2, 3]);
  });

  it("bring no MAC commands: a frame with some is dropped, and its counter with it", () => {
    const { bench, net } = run({
      seconds: 620,
      prepare: ({ net }) => {
        net.onUplink = ({ endS }, index) => {
          if (index !== 3) return;
          const { nFCntDown } = net.network;
          const frames = [
            () => net.network.downlink({ port: 9, commands: Buffer.of(0x06), payload: Buffer.of(1) }),
            () => net.network.downlink({ port: 0, payload: Buffer.of(0x06) }),
            () => {
              net.network.nFCntDown = nFCntDown;
              return net.network.downlink({ port: 9, payload: Buffer.of(2) });
            },
          ];
          for (const [i, frame] of frames.entries()) {
            const fromS = endS + 10 + 10 * i;
            net.send(net.slotsS(3, fromS, fromS + 10)[0], frame);
          }
        };
      },
    });
    assert.deepEqual(
      bench.lines.filter((line) => line.startsWith("downlink")),
      ["downlink 9: 02"],
    );
    // DevStatusAns would be 06 and two octets.
    assert.ok(commands({ bench, net }).every((octets) => !octets.startsWith("06")));
  });

  it("bring confirmed frames, which are acknowledged", () => {
    const { bench, net } = run({
      seconds: 620,
      prepare: ({ net }) => {
        net.onUplink = ({ endS }, index) => {
          if (index !== 3) return;
          net.send(net.slotsS(3, endS + 10, endS + 30)[0], () =>
            net.network.downlink({ port: 9, payload: Buffer.of(1), confirmed: true }),
          );
        };
      },
    });
    assert.deepEqual(
      bench.lines.filter((line) => line.startsWith("downlink")),
      ["downlink 9: 01"],
    );
    assert.deepEqual(net.uplinks.map(({ ack }) => ack).slice(3, 6), [false, true, false]);
  });

  it("are moved by PingSlotChannelReq, and the beacon by BeaconFreqReq", () => {
    const MOVED_HZ = 869_100_000;
    const { bench, net } = run({
      seconds: 620,
      prepare: ({ net }) => {
        // 869.1 MHz, DR2.
        net.commandsFor = (_uplink, index) => (index === 2 ? "11389d8402" : "");
        net.onUplink = ({ endS }, index) => {
          if (index !== 4) return;
          net.send(
            net.slotsS(3, endS + 10, endS + 30)[0],
            () => net.network.downlink({ port: 9, payload: Buffer.of(1) }),
            { frequencyHz: MOVED_HZ, spreadingFactor: 10 },
          );
        };
      },
    });
    assert.equal(commands({ bench, net })[3], "1103");
    assert.deepEqual(
      bench.lines.filter((line) => line.startsWith("downlink")),
      ["downlink 9: 01"],
    );
  });
});

describe("firmware: the beacon", () => {
  it("is found again after some were lost; the windows are wider meanwhile", () => {
    const it = run({ seconds: 1100, beacon: (index) => (index >= 2 && index < 6 ? "none" : "sent") });
    const earlyMs = beaconWindows(it).map((window) => window.earlyMs);
    // Told time; after a beacon; after one that was missed, and so on; and after a beacon again.
    assert.ok(earlyMs[0] > 100 && earlyMs[1] < 5);
    for (let i = 3; i <= 6; i++) assert.ok(earlyMs[i] > earlyMs[i - 1] + 3, `${earlyMs}`);
    assert.ok(earlyMs[7] < 5);
    assert.ok(
      bits(it)
        .slice(2)
        .every((bit) => bit),
    );
  });

  for (const fate of ["broken", "wrong time"] as const) {
    it(`is none if it has a ${fate === "broken" ? "wrong CRC" : "time that is not due"}`, () => {
      const it = run({ seconds: 700, beacon: () => fate });
      assert.ok(it.net.beaconsS.length >= 4);
      assert.ok(bits(it).every((bit) => !bit));
      // After three of them, the device asks for the time again.
      assert.ok(commands(it).filter((octets) => octets === "0d").length >= 2, commands(it).join(" "));
      assert.ok(!commands(it).some((octets) => octets.startsWith("10")));
    });
  }

  it("may stay away for two hours; then the device is in class A, and begins with the time again", () => {
    const lastS = 284;
    const it = run({
      seconds: 8000,
      beacon: (index) => (index <= 2 ? "sent" : "none"),
    });
    const inB = it.net.uplinks.filter(({ classBBit }) => classBBit).map(({ endS }) => endS);
    const last = inB[inB.length - 1];
    assert.ok(last > lastS + 7200 - 110 && last <= lastS + 7200, `${last} s`);
    const after = it.net.uplinks.filter(({ endS }) => endS > lastS + 7200);
    assert.ok(after.length > 0 && after.every(({ classBBit }) => !classBBit));
    assert.equal(after[0].commands, "0d");
    // The network goes by the ClassB bit: it hears of it before the uplink of the period.
    assert.ok(after[0].endS < lastS + 7200 + 8, `${after[0].endS} s`);
    const wide = beaconWindows(it);
    assert.ok(wide[wide.length - 1].earlyMs > 100);
  });

  it("is waited for by uplinks whose windows would reach into its time", () => {
    const { net } = run({ seconds: 1500, config: { PERIOD_S: 31 } });
    for (const { endS } of net.uplinks.slice(1))
      for (const beaconS of net.beaconsS)
        assert.ok(endS + 2 < beaconS - 3 || endS > beaconS, `uplink at ${endS} s, beacon at ${beaconS} s`);
  });
});

describe("firmware: PingSlotInfoReq", () => {
  it("is sent until it is answered, without the ClassB bit meanwhile", () => {
    const it = run({
      seconds: 720,
      prepare: ({ net }) => {
        net.answers = (name, index) => name !== "PingSlotInfoReq" || index >= 3;
      },
    });
    assert.deepEqual(commands(it).slice(0, 5), ["0d", "1003", "1003", "1003", ""]);
    assert.deepEqual(bits(it).slice(0, 5), [false, false, false, false, true]);
  });

  it("is sent anew for another periodicity, and the device is in class A until the answer", () => {
    const it = run({
      seconds: 920,
      prepare: ({ bench, net }) => {
        net.answers = (name, index) => name !== "PingSlotInfoReq" || index !== 4;
        net.onUplink = (_uplink, index) => {
          if (index === 3) stackOf(bench).setPingPeriodicity(5);
        };
      },
    });
    assert.deepEqual(commands(it).slice(1, 7), ["1003", "", "", "1005", "1005", ""]);
    assert.deepEqual(bits(it).slice(1, 7), [false, true, true, false, false, true]);
  });
});

describe("firmware: out of class B", () => {
  /** How the uplinks go on behind the third with the ClassB bit, where something happens so long behind it. */
  function uplinksAfter(event: (bench: Bench) => void, pauseS = 3) {
    let eventS = 0;
    const known: boolean[] = [];
    const { net } = run({
      seconds: 720,
      prepare: ({ bench, net }) => {
        net.onUplink = ({ endS }, index) => {
          if (index !== 4) return;
          eventS = endS + pauseS;
          const know = () => known.push(stackOf(bench).isClassB());
          bench.clock.at(endS * 1e9, know);
          bench.clock.at(eventS * 1e9, () => event(bench));
          bench.clock.at((endS + 3.1) * 1e9, know);
        };
      },
    });
    assert.deepEqual(known, [true, false], "what the application can see");
    return net.uplinks
      .slice(5)
      .map(({ endS, classBBit, commands }) => ({ afterS: endS - eventS, classBBit, commands }));
  }

  it("the application takes the device: the network hears of it within seconds", () => {
    const [first] = uplinksAfter((bench) => stackOf(bench).switchClass(0));
    assert.ok(first.afterS < 8, `${first.afterS} s`);
    assert.deepEqual([first.classBBit, first.commands], [false, ""]);
  });

  it("another periodicity takes it until the network has answered", () => {
    const [first, second] = uplinksAfter((bench) => stackOf(bench).setPingPeriodicity(5));
    assert.ok(first.afterS < 8, `${first.afterS} s`);
    assert.deepEqual([first.classBBit, first.commands], [false, "1005"]);
    assert.deepEqual([second.classBBit, second.commands], [true, ""]);
  });

  it("the end of the session takes it, and the time: the clock may lag until the next one", () => {
    const [first, second] = uplinksAfter((bench) => stackOf(bench).wipeSession());
    assert.deepEqual([first.classBBit, first.commands], [false, "0d"]);
    assert.deepEqual([second.classBBit, second.commands], [false, "1003"]);
  });

  it("a radio that has to be started anew takes it, and the time", () => {
    const [first] = uplinksAfter((bench) => {
      // As if it did not tell the end of a transmission.
      const { exchange } = bench.board!.module<typeof ExchangeModule>("lorawan/exchange.ts");
      exchange.hasRadioFailed = true;
    }, 0.5);
    assert.deepEqual([first.classBBit, first.commands], [false, "0d"]);
  });
});

/** When the receiver was on for a beacon, by how much before it. */
function beaconWindows({ bench }: Run): { readonly earlyMs: number }[] {
  return bench.events
    .filter(({ type }) => type === "rx-open")
    .map(({ atNs }) => {
      const openS = atNs / 1e9;
      const nextS = Math.ceil((openS - 28) / 128) * 128 + 28;
      return { earlyMs: (nextS - openS) * 1000 };
    })
    .filter(({ earlyMs }) => earlyMs < 320);
}
