/**
 * The non-volatile memories and their interface: reference manual RM0367, section 3 "Flash program memory and data
 * EEPROM". Flash is read and executed; data EEPROM is also written, octet by octet or more, after its lock is open.
 * "DS" marks the STM32L073 data sheet, DS10685.
 *
 * Erased is zero here. While a location is written, whoever reads the same bank waits (3.3.4): a program in the
 * first bank of the flash stands still while it writes the first bank of the data EEPROM.
 *
 * What is written is the whole word, whose octets share their error correction: power that goes in between tears all
 * four.
 */

import type { Width } from "../cortex-m/bus.ts";
import { Fault } from "../cortex-m/core.ts";
import { Due } from "../cortex-m/due.ts";
import { hex } from "../cortex-m/hex.ts";
import type { Host } from "../cortex-m/machine.ts";
import type { Step } from "../store-memory.ts";
import { merge, type Peripheral } from "./peripheral.ts";

export const FLASH_START = 0x08000000;
export const FLASH_BYTES = 192 * 1024;
export const EEPROM_START = 0x08080000;
export const EEPROM_BYTES = 6 * 1024;
const WORD_BYTES = 4;

/** Registers (3.7). */
const ACR = 0x00;
const PECR = 0x04;
const PDKEYR = 0x08;
const PEKEYR = 0x0c;
const PRGKEYR = 0x10;
const OPTKEYR = 0x14;
const SR = 0x18;
const OPTR = 0x1c;
const WRPROT1 = 0x20;
const WRPROT2 = 0x80;

const LATENCY = 1 << 0;
const ACR_SETTINGS = 0x7b;
/** PECR (3.7.2). */
const PELOCK = 1 << 0;
const PRGLOCK = 1 << 1;
const OPTLOCK = 1 << 2;
const LOCKS = PELOCK | PRGLOCK | OPTLOCK;
const PROG = 1 << 3;
const DATA = 1 << 4;
const FIX = 1 << 8;
const ERASE = 1 << 9;
const EOPIE = 1 << 16;
const ERRIE = 1 << 17;
const PECR_SETTINGS = 0x00878718;
/** The two words that open PELOCK (3.3.4, "Unlocking the data EEPROM and the FLASH_PECR register"). */
const PE_KEYS = [0x89abcdef, 0x02030405];
/** SR (3.7.7). */
const BSY = 1 << 0;
const EOP = 1 << 1;
const ENDHV = 1 << 2;
const READY = 1 << 3;
const WRPERR = 1 << 8;
const CLEARABLE = 0x00032f02;

/** One erase, one write: 3.28 ms typical (DS table 57). */
const PROGRAM_NS = 3_280_000;
/** The fastest system clock without a wait state, and with one, by voltage range 1 to 3 (table 13 of 3.3.3). */
const FASTEST_HZ: Readonly<Record<number, readonly [number, number]>> = {
  1: [16_000_000, 32_000_000],
  2: [8_000_000, 16_000_000],
  3: [4_194_000, 4_194_000],
};

interface NvmOptions {
  readonly host: Host;
  readonly interrupt: (level: boolean) => void;
  /** The processor cannot fetch before this instant. */
  readonly stall: (untilNs: number) => void;
  /** Where the processor executes. */
  readonly programCounter: () => number;
}

/** A word that is being written. */
interface Write {
  readonly offset: number;
  readonly value: Uint8Array;
}

export class Nvm implements Peripheral {
  /**
   * All of the data EEPROM. Its first octets are the store, which outlives the power; what lies behind them does not.
   */
  readonly eeprom = new Uint8Array(EEPROM_BYTES);

  readonly #options: NvmOptions;
  readonly #done: Due;
  #access = 0;
  #control = LOCKS;
  #status = 0;
  #keys: number[] = [];
  /** A wrong key has locked PECR until the next reset. */
  #lockedOut = false;
  #write: Write | undefined;
  #writeEndsNs = 0;

  constructor(options: NvmOptions) {
    this.#options = options;
    this.#done = new Due(options.host.clock, () => this.#finish());
    this.eeprom.set(options.host.store.octets);
  }

  reset(): void {}

  /** Whether the flash is fast enough for a system clock (3.3.3). */
  checkLatency(systemHz: number, voltageRange: number): void {
    const waitStates = this.#access & LATENCY;
    const fastest = FASTEST_HZ[voltageRange][waitStates];
    if (systemHz <= fastest) return;
    this.#options.host.report(
      `runs at ${systemHz / 1e6} MHz with ${waitStates} wait states in voltage range ${voltageRange}, which carries ${fastest / 1e6} MHz (RM0367 3.3.3)`,
    );
  }

  get busy(): boolean {
    return this.#write !== undefined;
  }

  read(offset: number): number | undefined {
    switch (offset) {
      case ACR:
        return this.#access;
      case PECR:
        return this.#control;
      case PDKEYR:
      case PEKEYR:
      case PRGKEYR:
      case OPTKEYR:
      case WRPROT1:
      case WRPROT2:
        return 0;
      case SR:
        return this.#status | READY | (this.busy ? BSY : ENDHV);
      case OPTR: // level 0 of protection, brown-out off: as delivered (3.8)
        return 0x807000aa;
    }
    return undefined;
  }

  write(offset: number, value: number, mask: number): boolean {
    const { host } = this.#options;
    switch (offset) {
      case ACR:
        this.#access = merge(this.#access, value, mask) & ACR_SETTINGS;
        return true;
      case PECR:
        this.#writeControl(merge(this.#control, value, mask));
        return true;
      case PEKEYR:
        this.#unlock(value);
        return true;
      case SR:
        this.#status &= ~(value & mask & CLEARABLE);
        this.#updateInterrupt();
        return true;
      case PRGKEYR:
      case OPTKEYR:
        host.report("unlocks the program memory or the option bytes: the emulation does not write them");
        return true;
      case PDKEYR:
        host.report("unlocks the power-down of the memory in Run mode, which the emulation does not have");
        return true;
    }
    return false;
  }

  readEeprom(address: number, width: Width): number {
    const offset = address - EEPROM_START;
    if (this.#write !== undefined) {
      this.#options.host.report(
        `reads the data EEPROM at ${hex(address)} while a write is going on: wait for BSY = 0`,
      );
      return 0;
    }
    let value = 0;
    for (let index = 0; index < width; index++) value |= this.eeprom[offset + index] << (8 * index);
    return value;
  }

  /** 3.3.4, "Data EEPROM write": an erase first where something stands in the word, always with FIX. */
  writeEeprom(address: number, width: Width, value: number): void {
    const { host } = this.#options;
    const offset = address - EEPROM_START;
    if (this.#control & PELOCK) {
      this.#fail(WRPERR);
      host.report(
        `writes the data EEPROM at ${hex(address)} while PELOCK is set: write both keys to FLASH_PEKEYR`,
      );
      return;
    }
    if (this.#write !== undefined) {
      host.report(`writes the data EEPROM at ${hex(address)} while a write is going on: wait for BSY = 0`);
      return;
    }
    const isErase = (this.#control & ERASE) !== 0;
    if (isErase && !(this.#control & DATA)) {
      host.report("erases without DATA or PROG of FLASH_PECR (RM0367 3.3.4)");
      return;
    }
    const word = offset & ~3;
    const old = this.eeprom.slice(word, word + WORD_BYTES);
    const next = Uint8Array.from(old);
    if (isErase) next.fill(0);
    else for (let index = 0; index < width; index++) next[offset - word + index] = value >>> (8 * index);
    const steps: Step[] = [];
    if (isErase || (this.#control & FIX) !== 0 || old.some((octet) => octet !== 0)) {
      steps.push({ takesNs: PROGRAM_NS, drives: new Uint8Array(WORD_BYTES).fill(0xff), to: 0 });
    }
    if (!isErase) steps.push({ takesNs: PROGRAM_NS, drives: next, to: 1 });
    if (!host.store.begin(word, steps)) return;
    this.#write = { offset: word, value: next };
    this.#writeEndsNs = host.clock.nowNs() + PROGRAM_NS * steps.length;
    this.#done.plan(this.#writeEndsNs);
    if (bankOf(this.#options.programCounter()) === bankOf(address)) this.#options.stall(this.#writeEndsNs);
  }

  /** A write to the flash as a memory. */
  writeFlash(address: number): void {
    this.#fail(WRPERR);
    this.#options.host.report(
      `writes the flash at ${hex(address)}, which is locked (RM0367 3.3.4): a null pointer?`,
    );
  }

  /** A reset during a write is held back until it is over. */
  finish(): void {
    if (this.#write !== undefined) this.#finish();
  }

  #unlock(key: number): void {
    if (!(this.#control & PELOCK)) return;
    this.#keys.push(key);
    if (this.#lockedOut || key !== PE_KEYS[this.#keys.length - 1]) {
      this.#lockedOut = true;
      throw new Fault(
        `writes the wrong key ${hex(key)} to FLASH_PEKEYR, which locks FLASH_PECR until the next reset`,
      );
    }
    if (this.#keys.length < PE_KEYS.length) return;
    this.#keys = [];
    this.#control &= ~PELOCK;
  }

  #writeControl(next: number): void {
    const { host } = this.#options;
    if (this.#control & PELOCK) {
      throw new Fault("writes FLASH_PECR while PELOCK is set: write both keys to FLASH_PEKEYR first");
    }
    if (next & PROG) host.report("starts to program the flash, which the emulation does not have");
    const locks = (this.#control | next) & LOCKS;
    this.#control = (next & PECR_SETTINGS & ~PROG) | (next & PELOCK ? LOCKS : locks);
    this.#updateInterrupt();
  }

  #fail(flag: number): void {
    this.#status |= flag;
    this.#updateInterrupt();
  }

  #finish(): void {
    const write = this.#write as Write;
    this.#write = undefined;
    this.#done.plan(Number.POSITIVE_INFINITY);
    this.eeprom.set(write.value, write.offset);
    if (!this.#options.host.store.complete()) return;
    this.#status |= EOP;
    this.#updateInterrupt();
  }

  #updateInterrupt(): void {
    const end = (this.#control & EOPIE) !== 0 && (this.#status & EOP) !== 0;
    const error = (this.#control & ERRIE) !== 0 && (this.#status & ~EOP) !== 0;
    this.#options.interrupt(end || error);
  }
}

/** Two banks of flash, each with its half of the data EEPROM (3.3.1, category 5); undefined outside them. */
function bankOf(address: number): number | undefined {
  if (address >= EEPROM_START && address < EEPROM_START + EEPROM_BYTES)
    return address - EEPROM_START < EEPROM_BYTES / 2 ? 1 : 2;
  if (address >= FLASH_START && address < FLASH_START + FLASH_BYTES)
    return address - FLASH_START < FLASH_BYTES / 2 ? 1 : 2;
  return undefined;
}
