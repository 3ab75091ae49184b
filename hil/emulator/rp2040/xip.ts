/**
 * The flash as memory: the cache and the SSI behind it. RP2040 datasheet, sections 2.6.3 and 4.10.
 *
 * The SSI reads by the command 03h, which needs no mode of the flash; a program that sets it otherwise is told so.
 */
import type { Width } from "../cortex-m/bus.ts";
import { Fault } from "../cortex-m/core.ts";
import { hex } from "../cortex-m/hex.ts";
import type { Host } from "../cortex-m/machine.ts";
import type { FlashChip } from "./flash-chip.ts";
import { XIP_BYTES } from "./memory-map.ts";
import type { Peripheral } from "./peripheral.ts";

/** XIP_CTRL (2.6.3.6). */
const CTRL = 0x00;
const FLUSH = 0x04;
const STAT = 0x08;
const CTR_HIT = 0x0c;
const CTR_ACC = 0x10;
const CTRL_EN = 1 << 0;
const FLUSH_READY = 1 << 1;
/** Two ways of 1024 lines of eight octets (2.6.3.1, 2.6.3.2). */
const LINE_SHIFT = 3;
const SETS = 1024;
const WAYS = 2;
const LINE_WORDS = 2;
/** The image of the flash that goes past the cache (2.6.3.1). */
const UNCACHED = 2;

/** XIP_SSI (4.10.13). */
const CTRLR0 = 0x00;
const CTRLR1 = 0x04;
const SSIENR = 0x08;
const SER = 0x10;
const BAUDR = 0x14;
const SR = 0x28;
const RX_SAMPLE_DLY = 0xf0;
const SPI_CTRLR0 = 0xf4;
/** Status: not busy, ready to send, nothing left to send. */
const SR_IDLE = 0x06;
/** One line, frames of 32 bits, an address out and data in; of 8 bits both ways. */
const READING = 0x001f0300;
const COMMANDING = 0x00070000;
const READ_03H = 0x03000218;
/** 8 of the command, 24 of the address, 32 of the data. */
const BITS_OF_WORD = 64;
/** What the boot ROM divides the clock of the processor by (program_flash_generic.c of its source). */
export const ROM_DIVIDER = 6;

export class Xip {
  readonly control: Peripheral = {
    read: (offset) => this.#readControl(offset),
    write: (offset, value) => this.#writeControl(offset, value),
    reset: () => {},
  };
  readonly ssi: Peripheral = {
    read: (offset) => (offset === SR ? SR_IDLE : this.#ssi.get(offset)),
    write: (offset, value) => this.#writeSsi(offset, value),
    reset: () => {},
  };

  readonly #host: Host;
  readonly #flash: FlashChip;
  readonly #wait: (cycles: number) => void;
  readonly #tags = new Int32Array(SETS * WAYS);
  readonly #ssi = new Map([
    [CTRLR0, 0],
    [CTRLR1, 0],
    [SSIENR, 0],
    [SER, 0],
    [BAUDR, 0],
    [RX_SAMPLE_DLY, 0],
    [SPI_CTRLR0, 0],
  ]);
  #cached = true;
  #hits = 0;
  #accesses = 0;

  /** `wait`: the processor stands for so many cycles. */
  constructor(host: Host, flash: FlashChip, wait: (cycles: number) => void) {
    this.#host = host;
    this.#flash = flash;
    this.#wait = wait;
    this.flush();
  }

  read(address: number, width: Width): number {
    const image = (address >>> 24) & 3;
    const at = address % XIP_BYTES;
    if (image >= UNCACHED || !this.#cached) this.#fetch(address, 1);
    else if (!this.#hit(at)) this.#fetch(address, LINE_WORDS);
    let value = 0;
    for (let index = 0; index < width; index++) value |= this.#flash.read(at + index) << (8 * index);
    return value >>> 0;
  }

  /** The cache forgets everything. */
  flush(): void {
    this.#tags.fill(-1);
  }

  /** flash_flush_cache of the boot ROM. */
  enableCache(): void {
    this.flush();
    this.#cached = true;
  }

  /** The SSI sends what the processor gives it, octet by octet. */
  takeCommands(): void {
    this.#ssi.set(CTRLR0, COMMANDING).set(BAUDR, ROM_DIVIDER).set(SSIENR, 1);
  }

  /** The SSI reads for the bus. */
  readByCommand(): void {
    this.#ssi.set(CTRLR0, READING).set(SPI_CTRLR0, READ_03H).set(SSIENR, 1);
  }

  get takesCommands(): boolean {
    return this.#ssi.get(SSIENR) === 1 && this.#ssi.get(CTRLR0) === COMMANDING;
  }

  #hit(at: number): boolean {
    this.#accesses++;
    const line = at >>> LINE_SHIFT;
    const first = (line % SETS) * WAYS;
    const found = this.#tags.subarray(first, first + WAYS).indexOf(line);
    if (found >= 0) this.#hits++;
    // The line used last stands first, so that the other one goes.
    if (found !== 0) this.#tags[first + 1] = this.#tags[first];
    this.#tags[first] = line;
    return found >= 0;
  }

  #fetch(address: number, words: number): void {
    if (this.#flash.busy)
      throw new Fault(`reads the flash at ${hex(address)} while that erases or programs itself`);
    const readable =
      this.#ssi.get(SSIENR) === 1 &&
      this.#ssi.get(CTRLR0) === READING &&
      this.#ssi.get(SPI_CTRLR0) === READ_03H &&
      (this.#ssi.get(BAUDR) ?? 0) >= 2;
    if (!readable) {
      throw new Fault(
        `reads the flash at ${hex(address)} while the SSI is not set to read by the command 03h: call flash_enter_cmd_xip`,
      );
    }
    this.#wait(words * BITS_OF_WORD * (this.#ssi.get(BAUDR) as number));
  }

  #readControl(offset: number): number | undefined {
    switch (offset) {
      case CTRL:
        return this.#cached ? CTRL_EN : 0;
      case FLUSH:
        return 0;
      case STAT:
        return FLUSH_READY;
      case CTR_HIT:
        return this.#hits;
      case CTR_ACC:
        return this.#accesses;
    }
    return undefined;
  }

  #writeControl(offset: number, value: number): boolean {
    if (offset === CTRL) this.#cached = (value & CTRL_EN) !== 0;
    else if (offset === FLUSH) this.flush();
    else if (offset === CTR_HIT) this.#hits = 0;
    else if (offset === CTR_ACC) this.#accesses = 0;
    else return this.#readControl(offset) !== undefined;
    return true;
  }

  #writeSsi(offset: number, value: number): boolean {
    if (!this.#ssi.has(offset)) {
      this.#host.report("sends commands to the flash by the SSI, which the emulation leaves to the boot ROM");
      return true;
    }
    if (offset !== SSIENR && offset !== SER && this.#ssi.get(SSIENR) === 1) {
      this.#host.report("writes a register of the SSI that holds while SSIENR is set (4.10.13)");
      return true;
    }
    this.#ssi.set(offset, value);
    return true;
  }
}
