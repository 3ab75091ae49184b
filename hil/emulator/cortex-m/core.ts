/**
 * The processor core: rp2040js executes the instructions of a Cortex-M0+, this class does what it leaves out
 * around them. "ARM" marks sections of the ARMv6-M Architecture Reference Manual, DDI 0419; "TRM" those of the
 * Cortex-M0+ Technical Reference Manual, DDI 0484.
 *
 * - WFI and WFE stop the core; an interrupt that is already pending ends a WFI at once, PRIMASK or not (ARM
 *   B1.5.19). The library takes a masked interrupt there, or loses it.
 * - A peripheral's interrupt is a level that the NVIC latches, for all 32 of them (ARM B3.4.1); the library
 *   latches none, or forgets it, by its number.
 * - An exception entry takes 15 cycles (TRM 3.8); the library counts none.
 * - ADCS and SBCS overflow where the operand and the carry reach 2^31; the library adds the two first.
 * - A bad access, an undefined instruction and a breakpoint end in HardFault, where this core stands still.
 * - The stack in the variables and a program counter outside the image are reported.
 *
 * Wait states of the flash are not counted.
 */
import { RP2040 } from "rp2040js";
import { hex } from "./hex.ts";

/**
 * What the core reads and writes. Addresses have 32 bits; an access that is not aligned, or hits nothing, throws Fault.
 */
export interface Bus {
  readUint8(address: number): number;
  readUint16(address: number): number;
  readUint32(address: number): number;
  writeUint8(address: number, value: number): void;
  writeUint16(address: number, value: number): void;
  writeUint32(address: number, value: number): void;
  /** BKPT or UDF with its operand; throws Fault where nothing stands behind it. */
  onBreak(code: number): void;
}

/** The processor takes a HardFault. The message says what it did. */
export class Fault extends Error {
  override readonly name = "Fault";
}

/** The image that a core runs. */
export interface Program {
  /** The address of the first octet of the image, and the first behind the last. */
  readonly start: number;
  readonly end: number;
  /** The first address after the variables: the stack must stay at or above it. */
  readonly ramEnd: number;
}

/** The package exports the class of its core only through an instance. */
const LibraryCore = new RP2040().core.constructor as unknown as new (bus: Bus) => RP2040["core"];

/** What this class needs of the private side of the library's core. */
interface Arithmetic {
  substractUpdateFlags(minuend: number, subtrahend: number): number;
  addUpdateFlags(addend1: number, addend2: number): number;
}

const SP = 13;
const PC = 15;
const EXTERNAL = 16;
const SVCALL = 11;
const PENDSV = 14;
const SYSTICK = 15;
/** Below every priority that can be configured. */
const NOT_ACTIVE = 4;
const ENTRY_CYCLES = 15;
/** Code may also run in the SRAM region of the memory map (ARM B3.1). */
const SRAM_START = 0x20000000;
const SRAM_LIMIT = 0x40000000;
/** Bits 15:6 of the opcodes. */
const ADCS = 0b0100000101;
const SBCS = 0b0100000110;
const SIGN = 0x80000000;

export class CortexM0 extends LibraryCore {
  /** In WFI or WFE. */
  asleep = false;
  /** In HardFault: only a reset helps. */
  halted = false;
  /** SLEEPONEXIT of SCR (ARM B3.2.7). */
  sleepOnExit = false;
  /** The core does not go on before this instant: its memory is busy, or its clock is starting. */
  stalledUntilNs = 0;
  /** `run` returns when `cycles` has reached this. A peripheral may lower it while `run` is under way. */
  stopCycles = 0;
  /** The address of the instruction under way. */
  at = 0;
  /** The lowest stack pointer so far, and the one that the program began with. */
  lowestStackPointer = 0;
  stackStart = 0;
  /** Two bits for each interrupt (ARM B3.4.7). */
  readonly priorities = new Uint8Array(32);

  readonly #program: Program;
  readonly #report: (message: string) => void;
  #astray = false;
  /** The interrupt lines that are high. */
  #lines = 0;
  #nsPerCycle = 1;
  #originNs = 0;
  #originCycles = 0;

  /** Out of reset, its vectors at `vectorTable`. `report` receives each misuse that does not stop the core. */
  constructor(bus: Bus, program: Program, vectorTable: number, report: (message: string) => void) {
    super(bus);
    this.#program = program;
    this.#report = report;
    this.VTOR = vectorTable;
  }

  /** The library tells here what it does not execute. */
  override get logger(): RP2040["core"]["logger"] {
    return {
      debug: () => {},
      info: (_component, instruction) => {
        if (instruction === "SEV") this.eventRegistered = true;
      },
      warn: () => {
        throw new Fault(`executes an undefined instruction at ${hex(this.at)}`);
      },
      error: () => {},
    };
  }

  /** Takes stack pointer and program counter from the vector table, as a reset does (ARM B1.5.5). */
  start(): void {
    try {
      this.reset();
      this.stackStart = this.SP;
      this.lowestStackPointer = this.SP;
    } catch (error) {
      this.#halt(error);
    }
  }

  get nowNs(): number {
    return Math.round(this.#originNs + (this.cycles - this.#originCycles) * this.#nsPerCycle);
  }

  /** The clock of the core runs at `hz` from the present instant on. */
  setClock(hz: number, nowNs: number): void {
    this.#originNs = nowNs;
    this.#originCycles = this.cycles;
    this.#nsPerCycle = 1e9 / hz;
  }

  /** The cycle that is under way, or begins, at an instant. */
  cyclesAt(timeNs: number): number {
    return this.#originCycles + Math.ceil((timeNs - this.#originNs) / this.#nsPerCycle);
  }

  /** Lets time pass without executing anything; `counting`: the clock of the core goes on. */
  skipTo(timeNs: number, counting: boolean): void {
    if (counting) this.cycles = Math.max(this.cycles, this.cyclesAt(timeNs));
    else this.setClock(1e9 / this.#nsPerCycle, timeNs);
  }

  /**
   * Executes instructions until `stopCycles`, into sleep or into HardFault. An exception entry stands for an
   * instruction.
   */
  run(): void {
    const { registers } = this;
    const { start, end } = this.#program;
    const length = end - start;
    try {
      while (this.cycles < this.stopCycles) {
        if (this.interruptsUpdated && this.checkForInterrupts()) {
          this.#watchStack();
          continue;
        }
        const at = registers[PC];
        this.at = at;
        if ((at - start) >>> 0 >= length && !this.#astray) this.#checkPlace(at);
        this.executeInstruction();
        if (registers[SP] < this.lowestStackPointer) this.#watchStack();
        if (this.waiting) {
          this.waiting = false;
          this.asleep = true;
          return;
        }
      }
    } catch (error) {
      this.#halt(error);
    }
  }

  /** Whether a WFI goes on: an enabled interrupt is pending that PRIMASK alone may hold back (ARM B1.5.19). */
  get wakes(): boolean {
    return this.#nextException(this.#activePriority()) !== undefined;
  }

  /** An interrupt line of a peripheral goes high or low. */
  override setInterrupt(irq: number, value: boolean): void {
    const bit = 1 << irq;
    if (value === ((this.#lines & bit) !== 0)) return;
    this.#lines ^= bit;
    if (!value) return;
    this.pendingInterrupts |= bit;
    this.interruptsUpdated = true;
  }

  /** Clears pending interrupts, but not those whose line is high (ARM B3.4.6). */
  clearPending(mask: number): void {
    this.pendingInterrupts &= ~mask | this.#lines;
  }

  override checkForInterrupts(): boolean {
    this.interruptsUpdated = false;
    const exception = this.#nextException(
      this.PM ? Math.min(0, this.#activePriority()) : this.#activePriority(),
    );
    if (exception === undefined) return false;
    if (exception === SVCALL) this.pendingSVCall = false;
    else if (exception === PENDSV) this.pendingPendSV = false;
    else if (exception === SYSTICK) this.pendingSystick = false;
    else this.pendingInterrupts &= ~(1 << (exception - EXTERNAL));
    this.exceptionEntry(exception);
    // The library keeps the Thumb bit of the vector in the program counter.
    this.PC &= ~1;
    this.cycles += ENTRY_CYCLES;
    return true;
  }

  override exceptionPriority(exception: number): number {
    if (exception === SVCALL) return this.svCallPriority;
    if (exception === PENDSV) return this.pendSVPriority;
    if (exception === SYSTICK) return this.systickPriority;
    return this.priorities[exception - EXTERNAL];
  }

  override exceptionReturn(excReturn: number): void {
    const ended = this.IPSR;
    super.exceptionReturn(excReturn);
    if (ended >= EXTERNAL) this.pendingInterrupts |= this.#lines & (1 << (ended - EXTERNAL));
    if (this.sleepOnExit && this.IPSR === 0) this.waiting = true;
  }

  #activePriority(): number {
    return this.IPSR === 0 ? NOT_ACTIVE : this.exceptionPriority(this.IPSR);
  }

  /** The pending exception with the highest priority, which is the lowest number, if it is above `limit`. */
  #nextException(limit: number): number | undefined {
    let best: number | undefined;
    let priority = limit;
    const consider = (exception: number) => {
      const its = this.exceptionPriority(exception);
      if (its < priority) [best, priority] = [exception, its];
    };
    if (this.pendingSVCall) consider(SVCALL);
    if (this.pendingPendSV) consider(PENDSV);
    if (this.pendingSystick) consider(SYSTICK);
    let left = this.pendingInterrupts & this.enabledInterrupts;
    while (left !== 0) {
      const irq = 31 - Math.clz32(left & -left);
      left &= left - 1;
      consider(EXTERNAL + irq);
    }
    return best;
  }

  /** Whether code may lie there beside the image. */
  protected isCodeSpace(at: number): boolean {
    return at >= SRAM_START && at < SRAM_LIMIT;
  }

  #checkPlace(at: number): void {
    if (this.isCodeSpace(at)) return;
    this.#astray = true;
    this.#report(`executes what no image has put at ${hex(at)}: the program counter has left the image`);
  }

  #watchStack(): void {
    const stackPointer = this.SP;
    const lowestBefore = this.lowestStackPointer;
    if (stackPointer >= lowestBefore) return;
    this.lowestStackPointer = stackPointer;
    const { ramEnd } = this.#program;
    if (stackPointer < ramEnd && lowestBefore >= ramEnd) {
      this.#report(
        `the stack reaches down to ${hex(stackPointer)}, into the variables, which end at ${hex(ramEnd)}`,
      );
    }
  }

  #halt(error: unknown): void {
    if (!(error instanceof Fault)) throw error;
    this.halted = true;
    this.#report(`${error.message}: HardFault, and the processor stands still`);
  }
}

type Operating = Arithmetic & Pick<CortexM0, "C" | "N" | "V" | "at" | "readUint16">;

/** The library adds the carry to the operand first: what is 2^31 then may have been one less. */
function correctArithmetic(prototype: Arithmetic): void {
  const { substractUpdateFlags, addUpdateFlags } = prototype;
  const executes = (core: Operating, opcode: number) => core.readUint16(core.at) >> 6 === opcode;
  prototype.substractUpdateFlags = function (this: Operating, minuend, subtrahend) {
    const borrowed = subtrahend === SIGN && !this.C && executes(this, SBCS);
    const difference = substractUpdateFlags.call(this, minuend, subtrahend);
    if (borrowed) this.V = (minuend & SIGN) !== 0 && !this.N;
    return difference;
  };
  prototype.addUpdateFlags = function (this: Operating, addend1, addend2) {
    const carried = addend2 === SIGN && this.C && executes(this, ADCS);
    const sum = addUpdateFlags.call(this, addend1, addend2);
    if (carried) this.V = (addend1 & SIGN) === 0 && this.N;
    return sum;
  };
}
correctArithmetic(CortexM0.prototype as unknown as Arithmetic);
