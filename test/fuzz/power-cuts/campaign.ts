/**
 * One device, one store, one power cut after the other. After each the device has to come back; what it sends and says
 * is watched by a witness, who knows what must never be there twice.
 */
import { setImmediate } from "node:timers/promises";
import { runLockstep } from "../../../hil/clock/index.ts";
import type { RadioEvent } from "../../../hil/emulator/chips/index.ts";
import { createMachine, type ProcessorMachine } from "../../../hil/emulator/index.ts";
import { storeFormatOf } from "../../../hil/rig/device.ts";
import type { Image } from "../../../toolchain/image/index.ts";
import { Bench, type Uplink } from "../../unit/firmware/support/bench.ts";
import { type Cut, describeCut } from "./plan.ts";

/**
 * What the device was doing when its power went: at a write to its store it is writing, also before it begins and after
 * it.
 */
export type Activity = "writing" | "transmitting" | "receiving" | "working" | "asleep";

/** The network of the device, and what it sees and hears. A text that it gives is a fault. */
export interface Witness {
  /** How often the device has shown that it lives: after each cut it has to do so once more. */
  readonly signs: number;
  /** What the device does that is no sign of life. */
  readonly missing: string;
  /** How long it may take for that, from power-up on. */
  readonly limitNs: number;
  /** Whether it has to live once before the first cut. */
  readonly hasYouth: boolean;
  readonly counts: OnAir;
  /** `cut`: that which this life will end with; undefined where it may live until it has shown that it does. */
  onPowerUp(cut: Cut | undefined): void;
  /** Also what a cut ended early: somebody may have heard enough of it. */
  onUplink(uplink: Uplink): string | undefined;
  onLine(line: string): string | undefined;
}

/** What was on the air, by its kind. */
export type OnAir = Readonly<Record<string, number>>;

export interface CampaignOptions {
  /** The sensor, with the `PERIOD_S` of the plan. */
  readonly image: Image;
  /** Provisions the bench, and is the network of its device. */
  readonly witness: (bench: Bench, random: () => number) => Witness;
  readonly cuts: readonly Cut[];
  /** 0..1, seeded: how long the power stays away, and what a write that it cuts off leaves. */
  readonly random: () => number;
  /** Sees the device and its air before the first life. */
  readonly prepare?: (bench: Bench) => void;
  readonly onProgress?: (cuts: number) => void;
}

export interface CampaignResult {
  /** Cuts that the device has come back from, by what it was doing. */
  readonly survived: Readonly<Record<Activity, number>>;
  readonly onAir: OnAir;
  /** Virtual time. */
  readonly seconds: number;
  /** What should not have been, and where. A campaign ends there. */
  readonly fault: string | undefined;
}

/** How long the power stays away. */
const OFF_NS = { least: 0.1e9, most: 2e9 } as const;

class Fault extends Error {}

class Campaign {
  readonly #options: CampaignOptions;
  readonly #bench: Bench;
  readonly #witness: Witness;
  readonly #machine: ProcessorMachine;
  readonly #survived: Record<Activity, number> = {
    writing: 0,
    transmitting: 0,
    receiving: 0,
    working: 0,
    asleep: 0,
  };
  /** The first thing that went wrong. */
  #fault: string | undefined;

  constructor(options: CampaignOptions) {
    const { image, random } = options;
    this.#options = options;
    this.#bench = new Bench(image.board.radio);
    this.#witness = options.witness(this.#bench, random);
    const answer = this.#bench.onUplink;
    this.#bench.onUplink = (uplink) => {
      const fault = this.#witness.onUplink(uplink);
      if (fault === undefined) answer(uplink);
      else this.#blame(fault);
    };
    this.#machine = createMachine(image, {
      clock: this.#bench.clock,
      eeprom: storeFormatOf(image.board).pack(this.#bench.eeprom),
      random,
      onFinding: ({ message }) => this.#blame(`the firmware ${message}`),
    });
    this.#machine.attachRadio(this.#bench.addRadio(this.#machine), image.board.pins);
    this.#watchConsole();
    options.prepare?.(this.#bench);
  }

  async run(): Promise<CampaignResult> {
    let fault: string | undefined;
    this.#machine.powerOff();
    await this.#stayOff();
    if (this.#witness.hasYouth) await this.#recover();
    for (const [index, cut] of this.#options.cuts.entries()) {
      try {
        const activity = await this.#live(cut);
        await this.#recover();
        this.#survived[activity]++;
        this.#options.onProgress?.(index + 1);
        // Nothing here waits for anything: a signal is heard between two cuts.
        await setImmediate();
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        fault = `cut ${index}, ${describeCut(cut)}: ${error.message}`;
        break;
      }
    }
    return {
      survived: this.#survived,
      onAir: this.#witness.counts,
      seconds: this.#bench.clock.nowNs() / 1e9,
      fault,
    };
  }

  /** From power-up to the cut: what the device was doing then. */
  async #live(cut: Cut): Promise<Activity> {
    const { clock } = this.#bench;
    const machine = this.#machine;
    let activity: Activity = "writing";
    const cutPower = () => {
      if (!machine.powered) return;
      activity = this.#activity();
      machine.powerOff();
    };
    const bornNs = clock.nowNs();
    this.#witness.onPowerUp(cut);
    machine.powerOn();
    if (cut.at === "write") machine.cutPowerAtStoreWrite(cut.count, cut.phase);
    else if (cut.at === "instant") clock.at(bornNs + cut.afterNs, cutPower);
    else this.#atEvent(cut.event, cut.count, ({ atNs }) => machine.at(atNs + cut.afterNs, cutPower));
    await this.#runUntil(() => !machine.powered, bornNs + this.#witness.limitNs);
    if (machine.powered) throw new Fault("the device lives on, and does not come so far");
    await this.#stayOff();
    return activity;
  }

  /** From power-up to a sign of life. Then the power goes, too. */
  async #recover(): Promise<void> {
    const witness = this.#witness;
    const { signs } = witness;
    witness.onPowerUp(undefined);
    this.#machine.powerOn();
    await this.#runUntil(() => witness.signs > signs, this.#bench.clock.nowNs() + witness.limitNs);
    if (witness.signs === signs) throw new Fault(witness.missing);
    this.#machine.powerOff();
    await this.#stayOff();
  }

  async #stayOff(): Promise<void> {
    const offNs = OFF_NS.least + this.#options.random() * (OFF_NS.most - OFF_NS.least);
    await this.#runUntil(() => false, this.#bench.clock.nowNs() + Math.round(offNs));
  }

  async #runUntil(done: () => boolean, limitNs: number): Promise<void> {
    await runLockstep({
      clock: this.#bench.clock,
      machines: [this.#machine],
      participants: [],
      done: () => done() || this.#fault !== undefined,
      limitNs,
    });
    this.#fault ??= this.#bench.findings[0];
    if (this.#fault !== undefined) throw new Fault(this.#fault);
  }

  #atEvent(type: RadioEvent["type"], count: number, action: (event: RadioEvent) => void): void {
    let left = count;
    this.#bench.onEvent = (event) => {
      if (event.type === type && --left === 0) action(event);
    };
  }

  #watchConsole(): void {
    let line = "";
    this.#machine.onConsole((octet) => {
      line += String.fromCharCode(octet);
      if (!line.endsWith("\n")) return;
      if (line.startsWith("error")) this.#blame(`the device says "${line.trimEnd()}"`);
      this.#blame(this.#witness.onLine(line.trimEnd()));
      line = "";
    });
  }

  #activity(): Activity {
    if (this.#machine.storeBusy) return "writing";
    const last = this.#bench.events.at(-1)?.type;
    if (last === "tx-start") return "transmitting";
    if (last === "rx-open") return "receiving";
    return this.#machine.nextWakeNs > this.#machine.nowNs() ? "asleep" : "working";
  }

  #blame(fault: string | undefined): void {
    this.#fault ??= fault;
  }
}

/** The device is freshly provisioned. */
export function runCampaign(options: CampaignOptions): Promise<CampaignResult> {
  return new Campaign(options).run();
}
