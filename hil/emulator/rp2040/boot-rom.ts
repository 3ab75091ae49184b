/**
 * The boot ROM: RP2040 datasheet, section 2.8. None of its maker's code: a table of functions as programs look for it,
 * and behind each entry a breakpoint that is served here, in the time that the original takes (its source is public:
 * github.com/raspberrypi/pico-bootrom-rp2040, program_flash_generic.c). There is neither USB nor the other processor.
 *
 * A breakpoint is executed again until its work is done, so interrupts come in between, as they do in the original.
 */
import type { CortexM0 } from "../cortex-m/core.ts";
import { hex } from "../cortex-m/hex.ts";
import type { Host } from "../cortex-m/machine.ts";
import { type FlashChip, PAGE_BYTES, SECTOR_BYTES } from "./flash-chip.ts";
import {
  RESET_IO_QSPI,
  RESET_PADS_QSPI,
  RESET_TIMER,
  ROM_BYTES,
  SRAM_BYTES,
  SRAM_START,
} from "./memory-map.ts";
import type { Resets } from "./resets.ts";
import { ROM_DIVIDER, type Xip } from "./xip.ts";

/** Where things are (2.8.2.1). */
const MAGIC = 0x10;
const FUNCTION_TABLE = 0x14;
const LOOKUP = 0x18;
const CODE = 0x100;
const TABLE = 0x200;
/** Its own stack, and where it puts the second stage: at the end of the SRAM (2.8.1.3.1). */
const STACK = SRAM_START + SRAM_BYTES;
const STAGE_BYTES = 256;
export const STAGE_START = STACK - STAGE_BYTES;

const PC = 15;
const LR = 14;
const BKPT = 0xbe00;
const BX_LR = 0x4770;
const RESET_BREAK = 0;

/** rom_table_lookup(table, code): the second half-word of the pair that begins with the code, or 0. */
const LOOKUP_CODE = [0x8802, 0x2a00, 0xd005, 0x428a, 0xd001, 0x3004, 0xe7f8, 0x8840, BX_LR, 0x2000, BX_LR];

/** Cycles of the processor for an octet on the lines of the flash. */
const OCTET_CYCLES = 8 * ROM_DIVIDER;
/** A command, its address, and the status that is asked for at least once. */
const COMMAND_OCTETS = 1 + 4 + 2;
/** flash_exit_xip sends ten octets, and gives the pull-ups of the lines twice 2048 rounds of three cycles. */
const EXIT_OCTETS = 10 + (2 * 2048 * 3) / OCTET_CYCLES;
/** "just over 1024 clock cycles" (2.6.3.2). */
const FLUSH_CYCLES = 1030;
/** Set-up, and what the strap of the flash's select line is waited for. */
const START_CYCLES = 6_000;
const SHORT_CYCLES = 100;
/** Between two looks at a flash that works. */
const POLL_CYCLES = 2 * OCTET_CYCLES;
const FOREVER_CYCLES = 1_000_000;

interface BootRomOptions {
  readonly host: Host;
  readonly core: () => CortexM0;
  readonly flash: FlashChip;
  readonly xip: Xip;
  readonly resets: Resets;
  readonly sram: Uint8Array;
}

/** What a breakpoint does: yields the cycles that pass until its next step. */
type Work = Generator<number, void, void>;

export class BootRom {
  readonly octets = new Uint8Array(ROM_BYTES);

  readonly #options: BootRomOptions;
  readonly #works: (() => Work)[] = [() => this.#boot()];
  #work: Work | undefined;

  constructor(options: BootRomOptions) {
    this.#options = options;
    const rom = new DataView(this.octets.buffer);
    const halfWord = (at: number, value: number) => rom.setUint16(at, value, true);
    rom.setUint32(0, STACK, true);
    rom.setUint32(4, CODE + 1, true);
    this.octets.set([0x4d, 0x75, 0x01, 0x03], MAGIC);
    halfWord(FUNCTION_TABLE, TABLE);
    halfWord(CODE, BKPT | RESET_BREAK);

    let at = CODE + 4;
    halfWord(LOOKUP, at + 1);
    for (const instruction of LOOKUP_CODE) {
      halfWord(at, instruction);
      at += 2;
    }
    let entry = TABLE;
    for (const [name, work] of this.#functions()) {
      halfWord(entry, name.charCodeAt(0) | (name.charCodeAt(1) << 8));
      halfWord(entry + 2, at + 1);
      halfWord(at, BKPT | this.#works.length);
      halfWord(at + 2, BX_LR);
      this.#works.push(work);
      entry += 4;
      at += 4;
    }
  }

  /** A breakpoint has been executed; false where it is none of the ROM's. */
  serve(code: number): boolean {
    const core = this.#options.core();
    const work = this.#works[code];
    if (core.at >= ROM_BYTES || work === undefined) return false;
    this.#work ??= work();
    const { done, value } = this.#work.next();
    if (done) {
      this.#work = undefined;
    } else {
      core.cycles += value;
      core.registers[PC] -= 2;
    }
    return true;
  }

  /** Names and arguments: 2.8.3.1.3. */
  #functions(): readonly (readonly [name: string, work: () => Work])[] {
    return [
      ["IF", () => this.#connectFlash()],
      ["EX", () => this.#exitXip()],
      ["RE", () => this.#erase()],
      ["RP", () => this.#program()],
      ["FC", () => this.#flushCache()],
      ["CX", () => this.#enterXip()],
    ];
  }

  /** 2.8.1: the second stage, where its CRC is right; otherwise the USB boot loader, which waits for a host. */
  *#boot(): Work {
    const { core, flash, resets, sram, host } = this.#options;
    resets.release(RESET_IO_QSPI, RESET_PADS_QSPI, RESET_TIMER);
    yield START_CYCLES;
    yield* this.#exitXip();
    const stage = sram.subarray(STAGE_START - SRAM_START);
    for (let at = 0; at < STAGE_BYTES; at++) {
      stage[at] = flash.read(at);
      yield OCTET_CYCLES;
    }
    const crc = new DataView(stage.buffer, stage.byteOffset).getUint32(STAGE_BYTES - 4, true);
    if (crc !== crc32(stage.subarray(0, STAGE_BYTES - 4))) {
      host.report(
        "boots from USB: the first 256 octets of the flash are no second stage that ends with its CRC (2.8.1.3.1)",
      );
      for (;;) yield FOREVER_CYCLES;
    }
    yield* this.#flushCache();
    core().registers[LR] = 0;
    core().registers[PC] = STAGE_START;
  }

  *#connectFlash(): Work {
    this.#options.resets.release(RESET_IO_QSPI, RESET_PADS_QSPI);
    yield SHORT_CYCLES;
  }

  *#exitXip(): Work {
    this.#options.xip.takeCommands();
    for (let octet = 0; octet < EXIT_OCTETS; octet++) yield OCTET_CYCLES;
  }

  /** r0: where from, r1: how many octets, a sector at a time where the block of r2 is larger. */
  *#erase(): Work {
    const { core, flash } = this.#options;
    const [from, count, blockBytes] = core().registers;
    if (!this.#takesCommands("flash_range_erase")) return;
    if (from % SECTOR_BYTES !== 0 || count % SECTOR_BYTES !== 0 || count >= blockBytes) {
      this.#options.host.report(
        `calls flash_range_erase for ${count} octets from ${hex(from)} on, in blocks of ${blockBytes}: the emulation erases whole sectors`,
      );
    }
    for (let at = from; at < from + count; at += SECTOR_BYTES) {
      for (let octet = 0; octet < COMMAND_OCTETS; octet++) yield OCTET_CYCLES;
      flash.erase(at);
      while (flash.busy) yield POLL_CYCLES;
    }
  }

  /** r0: where to, r1: where from, r2: how many octets. */
  *#program(): Work {
    const { core, flash } = this.#options;
    const [to, from, count] = core().registers;
    if (!this.#takesCommands("flash_range_program")) return;
    if (to % PAGE_BYTES !== 0 || count % PAGE_BYTES !== 0) {
      this.#options.host.report(
        `calls flash_range_program for ${count} octets at ${hex(to)}: whole pages of 256 only`,
      );
    }
    for (let at = 0; at < count; at += PAGE_BYTES) {
      const page = new Uint8Array(PAGE_BYTES);
      for (let octet = 0; octet < PAGE_BYTES; octet++) {
        page[octet] = core().readUint8(from + at + octet);
        yield OCTET_CYCLES;
      }
      for (let octet = 0; octet < COMMAND_OCTETS; octet++) yield OCTET_CYCLES;
      flash.program(to + at - ((to + at) % PAGE_BYTES), page);
      while (flash.busy) yield POLL_CYCLES;
    }
  }

  *#flushCache(): Work {
    this.#options.xip.enableCache();
    yield FLUSH_CYCLES;
  }

  *#enterXip(): Work {
    this.#options.xip.readByCommand();
    yield SHORT_CYCLES;
  }

  #takesCommands(name: string): boolean {
    if (this.#options.xip.takesCommands) return true;
    this.#options.host.report(`calls ${name} without flash_exit_xip before: the flash does not hear it`);
    return false;
  }
}

/** Polynomial 0x04c11db7, initial value 0xffffffff, most significant bit first, no final XOR (2.8.1.3.1). */
function crc32(octets: Uint8Array): number {
  let crc = 0xffffffff;
  for (const octet of octets) {
    for (let bit = 7; bit >= 0; bit--) {
      const feedback = (crc >>> 31) ^ ((octet >> bit) & 1);
      crc = (crc << 1) ^ (feedback === 1 ? 0x04c11db7 : 0);
    }
  }
  return crc >>> 0;
}
