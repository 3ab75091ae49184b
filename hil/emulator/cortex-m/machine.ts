/**
 * A board with a Cortex-M0+ processor: power, time, sleep, and the wires to its radio. What the processor has
 * around its core comes from a design, which is built anew at each reset.
 *
 * The peripherals have a time line of their own, so that what happens inside the chip does not end a slice.
 */
import { type Clock, type Timer, VirtualClock } from "../../clock/index.ts";
import type { RadioChip } from "../chips/index.ts";
import { ConsoleLine, typeIn } from "../console-line.ts";
import { STACK_OCTETS } from "../finding.ts";
import { FindingLog } from "../finding-log.ts";
import type {
  CutPhase,
  DebugPort,
  MachineOptions,
  ProcessorMachine,
  RadioPins,
  SleepTimes,
} from "../machine.ts";
import type { Pins } from "../pins.ts";
import { RadioPort } from "../radio-port.ts";
import { Slice } from "../slice.ts";
import { StoreMemory } from "../store-memory.ts";
import type { CortexM0, Program } from "./core.ts";
import { CortexMDebugPort, type DebugMemory } from "./debug-port.ts";
import { hex } from "./hex.ts";

/** The stack pointer among the registers. */
const SP = 13;
/** SRAM is undefined after power-up: a pattern, so that a program that relies on zeros fails. */
const POWER_UP_RAM = 0xa5;

export type ResetCause = "power-on" | "software" | "watchdog";

/** What the parts of a processor need of the machine. */
export interface Host {
  /** The time that the program has reached, and the time line of the processor until its next reset. */
  readonly clock: Clock;
  readonly clockErrorPpm: number;
  report(message: string): void;
  /** Exchanges an octet with whatever is selected on the SPI bus. */
  exchange(out: number): number;
  /** An octet has left on the line of the console, sent at `baud`. */
  transmit(octet: number, baud: number): void;
  /** After the instruction under way. */
  reset(cause: ResetCause): void;
  readonly store: StoreMemory;
}

/** A processor between two resets. */
export interface Processor {
  readonly core: CortexM0;
  readonly pins: Pins;
  /** The memories that a debugger sees, and their addresses. */
  readonly memories: readonly DebugMemory[];
  /** A WFI has been executed. False where the chip does not go to sleep. */
  fallAsleep(): boolean;
  /** An octet has come on the line of the console. */
  receive(octet: number): void;
  /** Whether the clock of the core runs while it sleeps. */
  readonly clockRunsAsleep: boolean;
  /** An interrupt ends the sleep: clocks start, and the core stalls until they run. */
  wake(): void;
  /** Whether a reset leaves something to be finished, which is then done. */
  finishStoreWrite(): void;
}

/** What outlives a reset, beside the store: the machine's options give the flash. */
export interface Memories {
  readonly flash: Uint8Array;
  /** Octets of a flash beside the processor. */
  readonly flashBytes?: number;
  readonly sram: Uint8Array;
}

/** A kind of processor. */
export interface Design {
  readonly name: string;
  readonly flashStart: number;
  readonly flashBytes: number;
  readonly ramStart: number;
  readonly ramBytes: number;
  build(host: Host, program: Program, memories: Memories, cause: ResetCause): Processor;
}

export class CortexMMachine implements ProcessorMachine {
  readonly #clock: VirtualClock;
  readonly #options: MachineOptions;
  readonly #design: Design;
  readonly #program: Program;
  readonly #sram: Uint8Array;
  readonly #radio = new RadioPort();
  readonly #console: ConsoleLine;
  readonly #findings: FindingLog;
  readonly #store: StoreMemory;
  readonly #slice = new Slice();

  #processor!: Processor;
  #core!: CortexM0;
  #timeLine = new VirtualClock();
  #powered = false;
  #resetRequest: ResetCause | undefined;
  #cyclesOfEarlierBoots = 0;
  #stackPeakOfEarlierBoots = 0;
  #idleNs = 0;
  #stoodNs = 0;
  #debugPort: CortexMDebugPort | undefined;

  /** Powered up at the present instant of the clock. Throws RangeError where the image does not fit. */
  constructor(options: MachineOptions, design: Design) {
    if (options.flash.length > design.flashBytes) {
      throw new RangeError(
        `an image of ${options.flash.length} octets does not fit ${design.flashBytes} of flash`,
      );
    }
    this.#options = options;
    this.#clock = options.clock;
    this.#design = design;
    this.#program = {
      start: design.flashStart,
      end: design.flashStart + options.flash.length,
      ramEnd: options.ramEnd,
    };
    this.#sram = new Uint8Array(design.ramBytes);
    this.#store = new StoreMemory({
      octets: options.eeprom,
      clock: this,
      powerOff: () => this.powerOff(),
      random: options.random,
    });
    this.#console = new ConsoleLine(options.consoleBaud, (message) => this.report(message));
    this.#findings = new FindingLog(options.onFinding);
    this.powerOn();
  }

  nowNs(): number {
    return this.#powered ? this.#core.nowNs : this.#clock.nowNs();
  }

  at(atNs: number, action: () => void): Timer {
    const timer = this.#clock.at(Math.max(atNs, this.nowNs()), action);
    if (this.#slice.shortenTo(timer.atNs) && this.#powered) stopAt(this.#core, timer.atNs);
    return timer;
  }

  get nextWakeNs(): number {
    if (!this.#powered) return Number.POSITIVE_INFINITY;
    const core = this.#core;
    const nowNs = this.nowNs();
    if (core.stalledUntilNs > nowNs) return core.stalledUntilNs;
    if (!core.halted && (!core.asleep || core.wakes)) return nowNs;
    return Math.max(nowNs, this.#timeLine.nextNs);
  }

  runUntil(untilNs: number): number {
    this.#slice.begin(untilNs);
    while (this.#powered && this.nowNs() < this.#slice.endNs) this.#advance();
    return this.#slice.finish();
  }

  get powered(): boolean {
    return this.#powered;
  }

  get eeprom(): Uint8Array {
    return this.#store.octets;
  }

  get storeBusy(): boolean {
    return this.#store.busy;
  }

  powerOn(): void {
    if (this.#powered) return;
    const nowNs = this.#clock.nowNs();
    this.#sram.fill(POWER_UP_RAM);
    this.#store.regainPower();
    this.#powered = true;
    this.#boot(nowNs, "power-on");
  }

  powerOff(): void {
    if (!this.#powered) return;
    this.#store.losePower();
    this.#retireCore();
    this.#powered = false;
    this.#resetRequest = undefined;
    this.#core.stopCycles = 0;
    this.#radio.disconnect();
  }

  cutPowerAtStoreWrite(count: number, phase: CutPhase): void {
    this.#store.cutPowerAt(count, phase);
  }

  attachRadio(chip: RadioChip, pins: RadioPins): void {
    this.#radio.attach(chip, pins);
  }

  report(message: string): void {
    this.#findings.add({ atNs: this.nowNs(), message, programCounter: this.#core.at }, () => {
      const registers = [...this.#core.registers];
      const from = registers[SP] - this.#design.ramStart;
      return { octets: from < 0 ? new Uint8Array() : this.#sram.slice(from, from + STACK_OCTETS), registers };
    });
  }

  onConsole(listener: (octet: number) => void): void {
    this.#console.onOctet(listener);
  }

  consoleInput(octets: Uint8Array): void {
    typeIn(this, octets, this.#options.consoleBaud, (octet) => this.#processor.receive(octet));
  }

  readRam(address: number, length: number): Uint8Array {
    const from = address - this.#design.ramStart;
    if (from < 0 || length < 0 || from + length > this.#sram.length) {
      throw new RangeError(`${length} octets from ${hex(address)} are not all in the SRAM`);
    }
    return this.#sram.slice(from, from + length);
  }

  get debugPort(): DebugPort {
    this.#debugPort ??= new CortexMDebugPort(() => this.#processor);
    return this.#debugPort;
  }

  get stackPeakBytes(): number {
    const core = this.#core;
    return Math.max(this.#stackPeakOfEarlierBoots, core.stackStart - core.lowestStackPointer);
  }

  get cycles(): number {
    return this.#cyclesOfEarlierBoots + (this.#powered ? this.#core.cycles : 0);
  }

  get asleepNs(): SleepTimes {
    return { idle: this.#idleNs, powerDown: this.#stoodNs };
  }

  /** To the next event of the peripherals, the end of the slice, or into or out of sleep. */
  #advance(): void {
    const core = this.#core;
    const stopNs = Math.min(this.#slice.endNs, this.#timeLine.nextNs);
    if (core.stalledUntilNs > core.nowNs) {
      core.skipTo(Math.min(stopNs, core.stalledUntilNs), true);
    } else if (core.halted) {
      core.skipTo(stopNs, true);
    } else if (!core.asleep) {
      core.stopCycles = core.cyclesAt(stopNs);
      if (this.#debugPort === undefined) core.run();
      else this.#runWatched(core, this.#debugPort);
      if (core.asleep && this.#powered) core.asleep = this.#processor.fallAsleep();
    } else if (core.wakes) {
      core.asleep = false;
      this.#processor.wake();
      // With interrupts masked the program goes on behind the WFI, and may have a breakpoint there.
      if (core.PM && this.#debugPort?.stops()) this.#slice.shortenTo(this.nowNs());
    } else {
      this.#sleepTo(stopNs);
    }
    if (this.#powered) this.#timeLine.advanceTo(core.nowNs);
    if (this.#powered && this.#resetRequest !== undefined) this.#reset(this.#resetRequest);
  }

  #sleepTo(stopNs: number): void {
    const core = this.#core;
    const fromNs = core.nowNs;
    const { clockRunsAsleep } = this.#processor;
    core.skipTo(stopNs, clockRunsAsleep);
    if (clockRunsAsleep) this.#idleNs += core.nowNs - fromNs;
    else this.#stoodNs += core.nowNs - fromNs;
  }

  /** Instruction by instruction, to `stopCycles`, into sleep, or to where a debugger has the program stop. */
  #runWatched(core: CortexM0, debug: CortexMDebugPort): void {
    const nextNs = this.#timeLine.nextNs;
    do {
      core.stopCycles = core.cycles + 1;
      core.run();
      if (!this.#powered || this.#resetRequest !== undefined) return;
      if (debug.stops()) {
        this.#slice.shortenTo(this.nowNs());
        return;
      }
      if (core.halted) return;
      // A chip may have ended the slice earlier, a peripheral may have planned something.
    } while (
      !core.asleep &&
      core.stalledUntilNs <= core.nowNs &&
      core.cycles < core.cyclesAt(Math.min(this.#slice.endNs, nextNs, this.#timeLine.nextNs))
    );
  }

  /** Every part of the processor starts anew, the SRAM keeps what it held. */
  #boot(atNs: number, cause: ResetCause): void {
    const timeLine = new VirtualClock();
    timeLine.advanceTo(atNs);
    let core: CortexM0 | undefined;
    const nowNs = () => (core === undefined ? atNs : core.nowNs);
    const clock: Clock = {
      nowNs,
      at: (dueNs, action) => {
        const timer = timeLine.at(Math.max(dueNs, nowNs()), action);
        if (core !== undefined) stopAt(core, timer.atNs);
        return timer;
      },
    };
    const host = this.#host(clock);
    const processor = this.#design.build(host, this.#program, { ...this.#options, sram: this.#sram }, cause);
    core = processor.core;
    this.#timeLine = timeLine;
    this.#resetRequest = undefined;
    this.#processor = processor;
    this.#core = core;
    core.start();
    this.#radio.connect(processor.pins);
  }

  #host(clock: Clock): Host {
    return {
      clock,
      clockErrorPpm: this.#options.clockErrorPpm ?? 0,
      report: (message) => this.report(message),
      exchange: (out) => this.#radio.exchange(out),
      transmit: (octet, baud) => this.#console.transmit(octet, baud),
      reset: (cause) => {
        this.#resetRequest = cause;
        this.#core.stopCycles = 0;
      },
      store: this.#store,
    };
  }

  #reset(cause: ResetCause): void {
    this.#processor.finishStoreWrite();
    if (!this.#powered) return;
    const nowNs = this.nowNs();
    this.#retireCore();
    this.#boot(nowNs, cause);
  }

  #retireCore(): void {
    this.#cyclesOfEarlierBoots += this.#core.cycles;
    this.#stackPeakOfEarlierBoots = this.stackPeakBytes;
  }
}

/** Has a core that is under way stop at an instant, if that is before the one planned. */
function stopAt(core: CortexM0, timeNs: number): void {
  core.stopCycles = Math.min(core.stopCycles, core.cyclesAt(timeNs));
}
