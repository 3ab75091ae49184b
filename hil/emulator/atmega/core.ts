/**
 * The processor core: avr8js executes the instructions, this class does what avr8js leaves out around
 * them. Sections are those of the ATmega328P data sheet, DS40002061B; the other parts have the same core.
 *
 * - SLEEP stops the core (section 10); avr8js takes it for a NOP.
 * - An interrupt waits for the instruction after SEI and RETI (7.7), or the sleep that follows an SEI
 *   could miss its wake-up.
 * - An interrupt entry takes four cycles (7.7.1), out of sleep eight; avr8js counts two.
 * - NEG of 0x80 overflows; avr8js does not say so.
 * - Every due event of the peripherals runs between two instructions; avr8js runs one.
 * - Accesses to addresses that do not exist, the stack in the variables and a program counter outside the
 *   image are reported; the chip would go on in silence.
 */
import { avrInstruction, avrInterrupt, CPU } from "avr8js";
import {
  DEFERS_INTERRUPTS,
  ERASED,
  instructionTraits,
  LONGER_BY_A_CYCLE,
  MOVES_STACK,
  NEGATES,
  PLAIN,
  SLEEP,
} from "./instruction-traits.ts";
import { type IoSpace, SRAM_START } from "./io-space.ts";
import { completeNegation } from "./negation.ts";
import type { Part } from "./part.ts";
import { SMCR, SREG } from "./registers.ts";

/** Sleep mode, SM2:0 of SMCR (table 10-2). Only in idle does the I/O clock go on. */
export const IDLE = 0;
const SLEEP_ENABLE = 0x01;
const GLOBAL_INTERRUPT = 0x80;

/** avr8js charges 2 cycles for an interrupt entry of 4. */
const INTERRUPT_ENTRY_MISSING_CYCLES = 2;
/** The response time grows by four cycles when the processor sleeps (7.7.1). */
const WAKE_UP_CYCLES = 4;

/** The image that a core runs. */
export interface Program {
  /** Contents of the flash from address 0. */
  readonly flash: Uint8Array;
  /** The first data address after the variables: the stack must stay at or above it. */
  readonly ramEnd: number;
}

/** What this class needs of the private side of avr8js's CPU. */
interface CpuInternals {
  nextClockEvent: ClockEvent | null;
  readonly pendingInterrupts: readonly (PendingInterrupt | null)[];
}
interface ClockEvent {
  readonly cycles: number;
  readonly callback: () => void;
  readonly next: ClockEvent | null;
}
type PendingInterrupt = Parameters<CPU["queueInterrupt"]>[0];

export class AvrCore extends CPU {
  /** SM2:0 while asleep, undefined while the core runs. */
  sleepMode: number | undefined;
  /** `run` returns when `cycles` has reached this. A peripheral may lower it while `run` is under way. */
  stopCycles = 0;
  /** The lowest stack pointer so far. */
  lowestStackPointer: number;

  #astray = false;
  readonly #ramEnd: number;
  readonly #traits: Uint8Array;
  readonly #io: IoSpace;
  readonly #report: (message: string, at: number) => void;

  /** `report` receives each misuse with the word address of the instruction. */
  constructor(part: Part, program: Program, report: (message: string, at: number) => void) {
    const words = new Uint16Array(part.flashBytes / 2).fill(0xffff);
    new Uint8Array(words.buffer).set(program.flash);
    super(words, part.sramBytes);
    this.#io = part.io;
    this.#traits = instructionTraits(words, Math.ceil(program.flash.length / 2));
    this.#ramEnd = program.ramEnd;
    this.#report = report;
    this.lowestStackPointer = this.SP;
  }

  /** When the next peripheral event is due; Infinity when none is. */
  get nextEventCycles(): number {
    return this.#internals.nextClockEvent?.cycles ?? Number.POSITIVE_INFINITY;
  }

  /** Whether an interrupt would be served now. */
  get interruptReady(): boolean {
    return this.nextInterrupt >= 0 && (this.data[SREG] & GLOBAL_INTERRUPT) !== 0;
  }

  /** Executes instructions until `stopCycles` or into sleep. */
  run(): void {
    const traits = this.#traits;
    while (this.cycles < this.stopCycles) {
      const at = this.pc;
      const trait = traits[at];
      avrInstruction(this);
      if (trait !== PLAIN) {
        if (trait === SLEEP && this.data[SMCR] & SLEEP_ENABLE) {
          this.sleepMode = (this.data[SMCR] >> 1) & 7;
          return;
        }
        this.#completeInstruction(trait, at);
      }
      if (this.cycles >= this.nextEventCycles) this.runDueEvents();
      if (this.interruptReady && (trait & DEFERS_INTERRUPTS) === 0) this.#enterInterrupt();
    }
  }

  /** Ends the sleep and serves the interrupt that ended it. */
  wake(): void {
    this.sleepMode = undefined;
    this.cycles += WAKE_UP_CYCLES;
    this.#enterInterrupt();
  }

  /** Runs what is due of the peripherals. */
  runDueEvents(): void {
    const internals = this.#internals;
    let event = internals.nextClockEvent;
    while (event !== null && event.cycles <= this.cycles) {
      internals.nextClockEvent = event.next;
      event.callback();
      event = internals.nextClockEvent;
    }
  }

  override readData(address: number): number {
    if (address < SRAM_START ? !this.#io.exists[address] : address >= this.data.length) {
      this.#report(`reads data address ${hex(address)}, ${this.#nature(address)}`, this.pc);
      return 0;
    }
    return super.readData(address);
  }

  override writeData(address: number, value: number, mask?: number): void {
    if (address < SRAM_START) {
      const { exists, stops, missing } = this.#io;
      if (!exists[address]) {
        this.#report(`writes data address ${hex(address)}, ${this.#nature(address)}`, this.pc);
        return;
      }
      const stop = stops[address];
      if (stop !== undefined && stop.mask & this.data[stop.register]) {
        this.#report(`writes register ${hex(address)}, whose module ${stop.name} has stopped`, this.pc);
        return;
      }
      const lacks = missing[address];
      if (lacks !== undefined && lacks.bits & value) {
        this.#report(`starts ${lacks.what}, which the emulation does not have`, this.pc);
      }
    } else if (address >= this.data.length) {
      this.#report(`writes data address ${hex(address)}, ${this.#nature(address)}`, this.pc);
      return;
    }
    super.writeData(address, value, mask);
  }

  get #internals(): CpuInternals {
    return this as unknown as CpuInternals;
  }

  #nature(address: number): string {
    if (address < 0x20) return "a working register: a null pointer?";
    if (address < SRAM_START) return "a reserved I/O register";
    return `beyond the last of the SRAM, ${hex(this.data.length - 1)}`;
  }

  #completeInstruction(trait: number, at: number): void {
    if (trait & MOVES_STACK) this.#watchStack(at);
    else if (trait === LONGER_BY_A_CYCLE) this.cycles++;
    else if (trait === NEGATES) completeNegation(this, this.progMem[at]);
    else if (trait === ERASED && !this.#astray) {
      this.#astray = true;
      this.#report("executes erased flash: the program counter has left the image", at);
    }
  }

  #enterInterrupt(): void {
    const interrupt = this.#internals.pendingInterrupts[this.nextInterrupt] as PendingInterrupt;
    avrInterrupt(this, interrupt.address);
    this.cycles += INTERRUPT_ENTRY_MISSING_CYCLES;
    if (!interrupt.constant) this.clearInterrupt(interrupt);
    this.#watchStack(this.pc);
  }

  /** The stack pointer points at the next free octet, so the lowest one in use is one above it. */
  #watchStack(at: number): void {
    const stackPointer = this.SP;
    const lowestBefore = this.lowestStackPointer;
    if (stackPointer >= lowestBefore) return;
    this.lowestStackPointer = stackPointer;
    if (stackPointer + 1 < this.#ramEnd && lowestBefore + 1 >= this.#ramEnd) {
      this.#report(
        `the stack reaches down to ${hex(stackPointer + 1)}, into the variables, which end at ${hex(this.#ramEnd)}`,
        at,
      );
    }
  }
}

function hex(address: number): string {
  return `0x${address.toString(16).padStart(4, "0")}`;
}
