/**
 * An ATmega with a clock of its own: power, time, sleep, and the wires of its board. Sections are those of the
 * ATmega328P data sheet, DS40002061B; what the parts do not share is in their descriptions.
 *
 * Time is counted in processor cycles while the oscillator runs. Where it stops (every sleep mode but
 * idle) the origin of the cycles moves instead, so that no timer counts.
 */
import type { Timer, VirtualClock } from "../../clock/index.ts";
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
import { RadioPort } from "../radio-port.ts";
import { Slice } from "../slice.ts";
import { StoreMemory } from "../store-memory.ts";
import { AvrCore, IDLE, type Program } from "./core.ts";
import { AvrDebugPort } from "./debug-port.ts";
import { SRAM_START } from "./io-space.ts";
import type { Part } from "./part.ts";
import { attachPeripherals, type Peripherals } from "./peripherals.ts";
import { PortPins } from "./port-pins.ts";
import { EECR, MCUSR, SREG } from "./registers.ts";
import { startUpCycles } from "./start-up.ts";
import { WATCHDOG_RESET_FLAG, Watchdog } from "./watchdog.ts";

/** SRAM is undefined after power-up (8.3 names no value): a pattern, so that a program that relies on zeros fails. */
const POWER_UP_RAM = 0xa5;
/** PORF of MCUSR: power-on reset (11.9.1). */
const POWER_ON_RESET_FLAG = 0x01;
/** BORF. */
const BROWN_OUT_RESET_FLAG = 0x04;
const GLOBAL_INTERRUPT = 0x80;
const EEPROM_BUSY = 0x02;

/**
 * Sleep modes SM2:0 (10.1). In the first two the oscillator stands, in the others it takes six cycles to be used again.
 */
const POWER_DOWN = 2;
const POWER_SAVE = 3;
const STANDBY = 6;
const EXTENDED_STANDBY = 7;
const STANDBY_CYCLES = 6;

/** A crystal with slowly rising power. */
const USUAL_LOW_FUSE = "FF";

export class AtmegaMachine implements ProcessorMachine {
  readonly #part: Part;
  /** The last address of the SRAM. */
  readonly #ramEnd: number;
  readonly #clock: VirtualClock;
  readonly #options: MachineOptions;
  readonly #program: Program;
  readonly #nsPerCycle: number;
  /** Cycles until the oscillator is stable after a wake-up, by sleep mode. */
  readonly #startUpCycles: Readonly<Record<number, number>>;
  readonly #radio = new RadioPort();
  readonly #console: ConsoleLine;
  readonly #findings: FindingLog;
  readonly #store: StoreMemory;
  readonly #slice = new Slice();

  #core!: AvrCore;
  #peripherals!: Peripherals;
  #watchdog!: Watchdog;
  #powered = false;
  /** The instant of cycle 0 of the core. */
  #originNs = 0;
  #cyclesOfEarlierBoots = 0;
  #idleCycles = 0;
  #stoodNs = 0;
  #stackPeakOfEarlierBoots = 0;
  #debugPort: AvrDebugPort | undefined;

  /** Powered up at the present instant of the clock. Throws RangeError where the memories do not fit. */
  constructor(part: Part, options: MachineOptions) {
    const { name, eepromBytes, flashBytes } = part;
    if (options.eeprom.length !== eepromBytes) {
      throw new RangeError(`an ${name} has ${eepromBytes} octets of EEPROM, not ${options.eeprom.length}`);
    }
    if (options.flash.length > flashBytes) {
      throw new RangeError(`an image of ${options.flash.length} octets does not fit ${flashBytes} of flash`);
    }
    this.#part = part;
    this.#ramEnd = SRAM_START + part.sramBytes - 1;
    this.#options = options;
    this.#clock = options.clock;
    this.#program = { flash: options.flash, ramEnd: options.ramEnd };
    this.#nsPerCycle = 1e9 / options.clockHz;
    const startUp = startUpCycles(options.lowFuse ?? USUAL_LOW_FUSE);
    this.#startUpCycles = {
      [POWER_DOWN]: startUp,
      [POWER_SAVE]: startUp,
      [STANDBY]: STANDBY_CYCLES,
      [EXTENDED_STANDBY]: STANDBY_CYCLES,
    };
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
    return this.#powered ? this.#timeOf(this.#core.cycles) : this.#clock.nowNs();
  }

  at(atNs: number, action: () => void): Timer {
    const timer = this.#clock.at(Math.max(atNs, this.nowNs()), action);
    if (this.#slice.shortenTo(timer.atNs)) {
      this.#core.stopCycles = Math.min(this.#core.stopCycles, this.#cyclesAt(timer.atNs));
    }
    return timer;
  }

  get nextWakeNs(): number {
    const core = this.#core;
    if (!this.#powered) return Number.POSITIVE_INFINITY;
    if (core.sleepMode === undefined || core.interruptReady) return this.nowNs();
    return core.sleepMode === IDLE ? this.#timeOf(core.nextEventCycles) : Number.POSITIVE_INFINITY;
  }

  runUntil(untilNs: number): number {
    this.#slice.begin(untilNs);
    const core = this.#core;
    core.stopCycles = this.#powered ? this.#cyclesAt(untilNs) : 0;
    while (core.cycles < core.stopCycles) {
      if (core.sleepMode === undefined) {
        if (this.#debugPort === undefined) core.run();
        else this.#runWatched(core, this.#debugPort);
        if (core.sleepMode !== undefined) this.#checkSleep(core.sleepMode);
      } else if (core.interruptReady) {
        this.#stand(this.#startUpCycles[core.sleepMode] ?? 0);
        core.wake();
      } else if (core.sleepMode === IDLE) {
        const cycles = Math.min(core.nextEventCycles, core.stopCycles);
        this.#idleCycles += cycles - core.cycles;
        core.cycles = cycles;
        core.runDueEvents();
      } else {
        this.#stand(core.stopCycles - core.cycles);
      }
    }
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
    this.#store.regainPower();
    this.#powered = true;
    this.#boot(nowNs, POWER_ON_RESET_FLAG, undefined);
  }

  powerOff(): void {
    if (!this.#powered) return;
    this.#store.losePower();
    this.#retireCore();
    this.#powered = false;
    this.#core.stopCycles = 0;
    this.#radio.disconnect();
  }

  /** A brown-out reset (11.5): the pins are inputs again, and what the radio does goes on. */
  brownOut(): void {
    if (!this.#powered) return;
    this.#store.losePower();
    const ram = this.#core.data.slice(SRAM_START);
    const atNs = this.nowNs();
    this.#retireCore();
    this.#store.regainPower();
    this.#boot(atNs, BROWN_OUT_RESET_FLAG, ram);
  }

  cutPowerAtStoreWrite(count: number, phase: CutPhase): void {
    this.#store.cutPowerAt(count, phase);
  }

  attachRadio(chip: RadioChip, pins: RadioPins): void {
    this.#radio.attach(chip, pins);
  }

  report(message: string): void {
    this.#reportAt(this.#core.pc, message);
  }

  onConsole(listener: (octet: number) => void): void {
    this.#console.onOctet(listener);
  }

  consoleInput(octets: Uint8Array): void {
    typeIn(this, octets, this.#options.consoleBaud, (octet) => this.#peripherals.receive(octet));
  }

  readRam(address: number, length: number): Uint8Array {
    if (address < SRAM_START || length < 0 || address + length > this.#ramEnd + 1) {
      throw new RangeError(`${length} octets from 0x${address.toString(16)} are not all in the SRAM`);
    }
    return this.#core.data.slice(address, address + length);
  }

  get debugPort(): DebugPort {
    this.#debugPort ??= new AvrDebugPort(() => this.#core, this.eeprom);
    return this.#debugPort;
  }

  get stackPeakBytes(): number {
    return Math.max(this.#stackPeakOfEarlierBoots, this.#ramEnd - this.#core.lowestStackPointer);
  }

  get cycles(): number {
    return this.#cyclesOfEarlierBoots + (this.#powered ? this.#core.cycles : 0);
  }

  get asleepNs(): SleepTimes {
    return { idle: this.#idleCycles * this.#nsPerCycle, powerDown: this.#stoodNs };
  }

  /** The processor's clock stands for what would be so many of its cycles: they are none, and no timer counts them. */
  #stand(cycles: number): void {
    const standsNs = cycles * this.#nsPerCycle;
    this.#originNs += standsNs;
    this.#stoodNs += standsNs;
    this.#core.stopCycles -= cycles;
  }

  /** Instruction by instruction, to the end of the slice, into sleep, or to where a debugger has the program stop. */
  #runWatched(core: AvrCore, debug: AvrDebugPort): void {
    do {
      core.stopCycles = core.cycles + 1;
      core.run();
      if (!this.#powered) return;
      if (debug.stops()) {
        this.#slice.shortenTo(this.nowNs());
        core.stopCycles = core.cycles;
        return;
      }
      // A chip may have ended the slice earlier.
      core.stopCycles = this.#cyclesAt(this.#slice.endNs);
    } while (core.sleepMode === undefined && core.cycles < core.stopCycles);
  }

  /** A reset: the core and every module start anew, the SRAM keeps what it held unless the power was off (11.1). */
  #boot(atNs: number, cause: number, ram: Uint8Array | undefined): void {
    const core = new AvrCore(this.#part, this.#program, (message, at) => this.#reportAt(at, message));
    if (ram === undefined) core.data.fill(POWER_UP_RAM, SRAM_START);
    else core.data.set(ram, SRAM_START);
    core.data[MCUSR] = cause;
    this.#core = core;
    this.#originNs = atNs;
    this.#peripherals = attachPeripherals(core, this.#part, {
      clockHz: this.#options.clockHz,
      report: (message) => this.report(message),
      ioClockRuns: () => core.sleepMode === undefined || core.sleepMode === IDLE,
      exchange: (out) => this.#radio.exchange(out),
      transmit: (octet, baud) => this.#console.transmit(octet, baud),
      eeprom: {
        store: this.#store,
        cyclesPerNs: 1 / this.#nsPerCycle,
        report: (message) => this.report(message),
      },
    });
    this.#watchdog = new Watchdog(
      core,
      { vector: this.#part.watchdogVector, oscillatorError: this.#options.watchdogError ?? 0 },
      this,
      () => this.#watchdogReset(),
    );
    this.#radio.connect(new PortPins(this.#part, this.#peripherals.ports));
  }

  #watchdogReset(): void {
    this.#peripherals.eeprom.completeWrite();
    if (!this.#powered) return;
    const ram = this.#core.data.slice(SRAM_START);
    const nowNs = this.nowNs();
    this.#retireCore();
    this.#boot(nowNs, this.#core.data[MCUSR] | WATCHDOG_RESET_FLAG, ram);
  }

  #retireCore(): void {
    this.#watchdog.stop();
    this.#cyclesOfEarlierBoots += this.#core.cycles;
    this.#stackPeakOfEarlierBoots = this.stackPeakBytes;
  }

  #checkSleep(mode: number): void {
    const { data } = this.#core;
    if (!(data[SREG] & GLOBAL_INTERRUPT)) this.report("sleeps with interrupts off: only a reset can wake it");
    if (mode === IDLE) return;
    if (data[EECR] & EEPROM_BUSY) this.report("stops its clock while an EEPROM write is going on");
    if (this.#peripherals.transmitting) this.report("stops its clock while the USART is transmitting");
  }

  /** `at`: the word address of the instruction. */
  #reportAt(at: number, message: string): void {
    this.#findings.add({ atNs: this.nowNs(), message, programCounter: 2 * at }, () => {
      const { data, SP } = this.#core;
      return { octets: data.slice(SP + 1, SP + 1 + STACK_OCTETS), registers: [] };
    });
  }

  #timeOf(cycles: number): number {
    return Math.round(this.#originNs + cycles * this.#nsPerCycle);
  }

  #cyclesAt(timeNs: number): number {
    return Math.ceil((timeNs - this.#originNs) / this.#nsPerCycle);
  }
}
