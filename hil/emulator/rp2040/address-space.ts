/**
 * What the core reaches beside the SRAM: boot ROM, flash, peripherals, its own control space. RP2040 datasheet, 2.2.
 */
import type { AddressSpace, Width } from "../cortex-m/bus.ts";
import { Fault } from "../cortex-m/core.ts";
import { hex } from "../cortex-m/hex.ts";
import type { Host } from "../cortex-m/machine.ts";
import {
  SYSTEM_CONTROL_BYTES,
  SYSTEM_CONTROL_SPACE,
  type SystemControl,
} from "../cortex-m/system-control.ts";
import type { BootRom } from "./boot-rom.ts";
import { BLOCK_SHIFT, BLOCKS, type Block, ROM_BYTES, XIP_LIMIT, XIP_START } from "./memory-map.ts";
import type { Peripheral } from "./peripheral.ts";
import type { Resets } from "./resets.ts";
import type { Xip } from "./xip.ts";

/** Addresses that a null pointer leads to; what programs read of the ROM lies behind them (2.8.2.1). */
const NULL_BYTES = 0x10;
/** Bits 13:12 of a peripheral's address: what is done to its register with the value (2.1.2). */
const ALIAS_SHIFT = 12;
const REGISTER_MASK = 0xfff;

export interface Parts {
  readonly host: Host;
  readonly rom: BootRom;
  readonly xip: Xip;
  readonly resets: Resets;
  readonly systemControl: () => SystemControl;
  /** Whether the program has begun: its vectors are read before. */
  readonly hasBegun: () => boolean;
  /** The blocks that there is a model of, by the name in the memory map. */
  readonly models: ReadonlyMap<string, Peripheral>;
}

export class Rp2040Space implements AddressSpace {
  readonly #parts: Parts;
  readonly #blocks = new Map<number, Block>();

  constructor(parts: Parts) {
    this.#parts = parts;
    for (const block of BLOCKS) {
      for (let at = block.base; at < block.base + block.bytes; at += 1 << BLOCK_SHIFT)
        this.#blocks.set(at >>> BLOCK_SHIFT, block);
    }
  }

  read(address: number, width: Width): number {
    if (address < ROM_BYTES) return this.#readRom(address, width);
    if (address >= XIP_START && address < XIP_LIMIT) return this.#parts.xip.read(address, width);
    const block = this.#blocks.get(address >>> BLOCK_SHIFT);
    if (block !== undefined) {
      const word = this.#readRegister(block, address & ~3);
      return width === 4 ? word : (word >>> (8 * (address & 3))) & (width === 2 ? 0xffff : 0xff);
    }
    if (isControlSpace(address)) {
      if (width !== 4) throw new Fault(`reads ${hex(address)} in the control space otherwise than as a word`);
      return this.#parts.systemControl().read(address - SYSTEM_CONTROL_SPACE);
    }
    throw new Fault(`reads address ${hex(address)}, where nothing is`);
  }

  write(address: number, width: Width, value: number): void {
    const block = this.#blocks.get(address >>> BLOCK_SHIFT);
    if (block !== undefined) {
      this.#writeRegister(block, address, width, value);
    } else if (isControlSpace(address)) {
      if (width !== 4)
        throw new Fault(`writes ${hex(address)} in the control space otherwise than as a word`);
      this.#parts.systemControl().write(address - SYSTEM_CONTROL_SPACE, value);
    } else if (address < ROM_BYTES) {
      this.#parts.host.report(`writes address ${hex(address)} in the boot ROM: a null pointer?`);
    } else if (address >= XIP_START && address < XIP_LIMIT) {
      this.#parts.host.report(
        `writes address ${hex(address)} in the flash, which only drops it from the cache (2.6.3.2)`,
      );
    } else {
      throw new Fault(`writes address ${hex(address)}, where nothing is`);
    }
  }

  onBreak(code: number): void {
    if (!this.#parts.rom.serve(code))
      throw new Fault(`executes breakpoint ${code} with no debugger behind it`);
  }

  #readRom(address: number, width: Width): number {
    const { rom, host, hasBegun } = this.#parts;
    if (address < NULL_BYTES && hasBegun())
      host.report(`reads address ${hex(address)} in the boot ROM: a null pointer?`);
    let value = 0;
    for (let index = 0; index < width; index++) value |= rom.octets[address + index] << (8 * index);
    return value >>> 0;
  }

  #readRegister(block: Block, address: number): number {
    const model = this.#modelFor("reads", block, address);
    const word = model?.read(registerOf(block, address));
    if (model !== undefined && word === undefined) this.#reportReserved("reads", block, address);
    return (word ?? 0) >>> 0;
  }

  #writeRegister(block: Block, address: number, width: Width, value: number): void {
    const model = this.#modelFor("writes", block, address);
    if (model === undefined) return;
    const repeated = width === 4 ? value : width === 2 ? value * 0x10001 : value * 0x1010101;
    const register = registerOf(block, address & ~3);
    const next = block.atomic ? combine(address, () => model.read(register) ?? 0, repeated) : repeated;
    if (!model.write(register, next >>> 0)) this.#reportReserved("writes", block, address);
  }

  /** What is held in reset takes nothing; a block of the chip need not be there at all. */
  #modelFor(verb: string, block: Block, address: number): Peripheral | undefined {
    const { resets, host, models } = this.#parts;
    if (block.reset !== undefined && resets.holds(block.reset)) {
      host.report(
        `${verb} ${hex(address)} of ${block.name}, which is held in reset: clear bit ${block.reset} of RESETS_RESET, and wait for RESET_DONE`,
      );
      return undefined;
    }
    const model = models.get(block.name);
    if (model === undefined)
      host.report(`${verb} ${hex(address)} of ${block.name}, which the emulation does not have`);
    return model;
  }

  #reportReserved(verb: string, block: Block, address: number): void {
    this.#parts.host.report(`${verb} ${hex(address)}, a reserved address of ${block.name}`);
  }
}

/** Normal, XOR, set, clear (2.1.2). */
function combine(address: number, old: () => number, value: number): number {
  switch ((address >>> ALIAS_SHIFT) & 3) {
    case 1:
      return old() ^ value;
    case 2:
      return old() | value;
    case 3:
      return old() & ~value;
  }
  return value;
}

function registerOf(block: Block, address: number): number {
  return block.atomic ? address & REGISTER_MASK : address - block.base;
}

function isControlSpace(address: number): boolean {
  return address >= SYSTEM_CONTROL_SPACE && address < SYSTEM_CONTROL_SPACE + SYSTEM_CONTROL_BYTES;
}
