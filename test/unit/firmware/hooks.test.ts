/**
 * Applications that do, wherever the stack calls them, whatever they may: end the session, join again, change the class, ask
 * for the time, send. By chance, in many sequences; what must hold for every device is looked at on the air.
 */
import assert from "node:assert/strict";
import type * as LorawanModule from "../../../firmware/lorawan/index.ts";
import type * as JoiningModule from "../../../firmware/lorawan/joining.ts";
import type * as SessionModule from "../../../firmware/lorawan/session.ts";
import { isDataFrame, type ParsedDataFrame } from "../../../hil/lorawan/index.ts";
import { Bench, seeded, type Uplink } from "./support/bench.ts";
import { ClassBNetwork } from "./support/class-b-network.ts";
import { hook } from "./support/hooks.ts";
import type { Network } from "./support/network.ts";
import type { NodeBoard } from "./support/node-board.ts";
import { personalise } from "./support/personalised.ts";
import { underZeroKeys, ZERO_KEYS_PORT } from "./support/zero-keys.ts";

const SECOND_NS = 1e9;
const RX2 = { frequencyHz: 869_525_000, sf: 9 };
const RX2_DATA_RATE = 3;
const DATA_RATE = 5;

/** After so long the device is silent for good: no duty cycle asks for more. */
const LONGEST_SILENCE_S = 400;
/** What a frame of whoever tries keys of zeros would be printed as. */
const FORGED = `downlink ${ZERO_KEYS_PORT}`;
const DURATION_S = 1500;
/** Sequences of each device. */
const SEEDS = [1, 2, 3, 4];

interface Device {
  readonly title: string;
  readonly abp?: boolean;
  readonly config: Readonly<Record<string, boolean | number>>;
}

const DEVICES: readonly Device[] = [
  {
    title: "LoRaWAN 1.0.4, class B and C",
    config: { LORAWAN_1_1: false, CLASS_B: true, CLASS_C: true, CONFIRMED: true },
  },
  {
    title: "LoRaWAN 1.1, class B and C, rejoins",
    config: { LORAWAN_1_1: true, CLASS_B: true, CLASS_C: true, REJOIN: true, REJOIN_1_UPLINKS: 3 },
  },
  {
    title: "personalised for LoRaWAN 1.0.4, class C",
    abp: true,
    config: { LORAWAN_1_1: false, ABP: true, CLASS_C: true },
  },
];

class Run {
  readonly #bench = new Bench();
  readonly #network: Network;
  /** What the application has done, and when. */
  readonly #done: string[] = [];
  /** When the application has ended a session. */
  readonly #endsNs: number[] = [];
  readonly #random: () => number;
  readonly #device: Device;
  readonly #seed: number;
  /** Of each session, what was sent with an FCntUp. */
  readonly #sent = new Map<unknown, Map<number, string>>();
  #zeroFCnt = 0;

  constructor(device: Device, seed: number) {
    this.#device = device;
    this.#seed = seed;
    this.#random = seeded(seed);
    const lorawan11 = device.config.LORAWAN_1_1 === true;
    if (device.abp) {
      this.#network = personalise(this.#bench, lorawan11);
    } else {
      const classB = new ClassBNetwork(this.#bench, { lorawan11 });
      classB.commandsFor = ({ commands }) =>
        commands === "" ? this.#pick(["", "03ff070003", "0801", lorawan11 ? "0e2500" : "06"]) : "";
      this.#network = classB.network;
    }
    const answer = this.#network.onData;
    this.#network.onData = (uplink, frame) => {
      this.#check(frame);
      answer(uplink, frame);
      this.#disturb(uplink);
    };
    hook(this.#bench, (board) => ({
      sample: (payload) => {
        const { session } = board.module<typeof SessionModule>("lorawan/session.ts");
        session.rx2DataRate = RX2_DATA_RATE;
        if (device.abp) session.dataRate = DATA_RATE;
        payload.set([this.#random() * 256]);
        this.#act(board, "sample");
        return this.#pick([1, 4]);
      },
      onDownlink: () => this.#act(board, "onDownlink"),
    }));
  }

  #pick<T>(of: readonly T[]): T {
    return of[Math.floor(this.#random() * of.length)];
  }

  #act(board: NodeBoard, where: string): void {
    if (this.#random() < 0.5) return;
    const lorawan = board.module<typeof LorawanModule>("lorawan/index.ts");
    const { joinAgain } = board.module<typeof JoiningModule>("lorawan/joining.ts");
    const at = (this.#bench.clock.nowNs() / SECOND_NS).toFixed(3);
    const deviceClass = this.#pick([0, 1, 2]);
    const actions: readonly (readonly [string, () => void, boolean?])[] = [
      ["wipeSession", () => lorawan.wipeSession(), true],
      ...(this.#device.abp ? [] : [["joinAgain", joinAgain, true] as const]),
      [`switchClass ${deviceClass}`, () => lorawan.switchClass(deviceClass)],
      [`switchClass ${deviceClass}`, () => lorawan.switchClass(deviceClass)],
      ["requestTime", () => lorawan.requestTime()],
      ["requestLinkCheck", () => lorawan.requestLinkCheck()],
      ["sendUplink", () => lorawan.sendUplink(7, 2)],
    ];
    // One that is personalised has but one session.
    const rare = this.#device.abp ? 0.02 : 0.3;
    const able = this.#random() < rare ? actions : actions.filter(([, , ends]) => !ends);
    const [name, action, ends] = this.#pick(able);
    this.#done.push(`${at} ${where}: ${name}`);
    action();
    if (ends) this.#endsNs.push(this.#bench.clock.nowNs());
  }

  /** No FCntUp is there twice, but for repetitions. */
  #check(frame: ParsedDataFrame): void {
    const { keys } = this.#network;
    const sent = this.#sent.get(keys) ?? new Map<number, string>();
    this.#sent.set(keys, sent);
    const message = Buffer.from(frame.message).toString("hex");
    assert.equal(sent.get(frame.fCnt16) ?? message, message, `FCntUp ${frame.fCnt16}`);
    sent.set(frame.fCnt16, message);
  }

  /** Frames around and in the windows: of the network, and of whoever tries keys of zeros. */
  #disturb(uplink: Uplink): void {
    const bench = this.#bench;
    const network = this.#network;
    const confirmed = this.#random() < 0.3;
    const payload = Buffer.of(1, 2);
    const atS = this.#pick([0.1, 0.4, 1.3, 2, 2.5, 5]);
    if (this.#random() < 0.7) {
      bench.clock.at(uplink.endNs + atS * SECOND_NS - 1000, () => {
        if (network.keys !== undefined)
          bench.send(uplink, atS, network.downlink({ port: 9, payload, confirmed }), RX2);
      });
    } else if (this.#device.abp) {
      bench.send(
        uplink,
        1,
        network.downlink({ port: 9, payload, confirmed, commands: Buffer.from("06", "hex") }),
      );
    }
    for (const delayS of [1, 2.01, 3.2, 7]) {
      const isRx1 = delayS === 1;
      if (this.#random() < 0.3)
        bench.send(uplink, delayS, underZeroKeys(this.#zeroFCnt++), isRx1 ? undefined : RX2);
    }
  }

  /** Runs the device, and looks at what it did. */
  go(): void {
    try {
      this.#bench.run(DURATION_S * SECOND_NS, {
        config: { PERIOD_S: 20, PING_PERIODICITY: 1, ...this.#device.config },
      });
      this.#checkLife();
      this.#checkSilence();
      this.#checkWindows();
    } catch (error) {
      const { message } = error as Error;
      throw new Error([`seed ${this.#seed}: ${message}`, ...this.#done].join("\n"), { cause: error });
    }
  }

  #checkLife(): void {
    const bench = this.#bench;
    assert.deepEqual(bench.findings, []);
    const wrong = bench.lines.filter((line) => line.startsWith("error") || line.startsWith(FORGED));
    assert.deepEqual(wrong, []);
    if (this.#device.abp && this.#endsNs.length > 0) return;
    const lastNs = bench.uplinks.at(-1)?.endNs ?? 0;
    assert.ok(bench.clock.nowNs() - lastNs < LONGEST_SILENCE_S * SECOND_NS, `silent since ${lastNs} ns`);
  }

  /** Between the end of a session and the next transmission the receiver is off. */
  #checkSilence(): void {
    const { events } = this.#bench;
    for (const endNs of this.#endsNs) {
      const next = events.find(({ type, atNs }) => atNs > endNs && type !== "rx-close");
      assert.notEqual(next?.type, "rx-open", `the session ended at ${endNs} ns`);
      if (this.#device.abp) assert.equal(next, undefined);
    }
  }

  /** RX1 is there, and not late. */
  #checkWindows(): void {
    for (const { transmission, endNs } of this.#bench.uplinks) {
      const rx1Ns = endNs + (isDataFrame(transmission.payload) ? 1 : 5) * SECOND_NS;
      const isBrokenOff = this.#endsNs.some((atNs) => atNs >= endNs && atNs <= rx1Ns);
      if (isBrokenOff || rx1Ns > DURATION_S * SECOND_NS) continue;
      const isOpened = this.#bench.events.some(
        ({ type, atNs, frequencyHz }) =>
          type === "rx-open" &&
          Math.abs(frequencyHz - transmission.frequencyHz) < 100 &&
          atNs <= rx1Ns &&
          atNs > rx1Ns - 0.005 * SECOND_NS,
      );
      assert.ok(isOpened, `RX1 of the uplink that ended at ${endNs} ns`);
    }
  }
}

describe("firmware: whatever an application does in its hooks", () => {
  for (const device of DEVICES) {
    it(`no FCntUp is there twice, no window late or left behind, and the device lives on: ${device.title}`, () => {
      for (const seed of SEEDS) new Run(device, seed).go();
    });
  }
});
