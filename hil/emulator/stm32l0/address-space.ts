/**
 * What the core reaches beside flash and SRAM: data EEPROM, peripherals, its own control space. Reference manual
 * RM0367.
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
import { APB_LIMIT, APB_START, BLOCKS, type Block, BOOT_ALIAS, FLASH_SIZE, UNIQUE_ID } from "./memory-map.ts";
import { EEPROM_BYTES, EEPROM_START, FLASH_BYTES, FLASH_START, type Nvm } from "./nvm.ts";
import type { Peripheral } from "./peripheral.ts";
import type { Rcc } from "./rcc.ts";

/** The identity of this part: any, but always the same. */
const IDENTITY = [0x00300041, 0x3131470f, 0x20343733];

export interface Parts {
  readonly host: Host;
  readonly flash: Uint8Array;
  readonly nvm: Nvm;
  readonly rcc: Rcc;
  readonly systemControl: () => SystemControl;
  /** The blocks that there is a model of, by the name in the memory map. */
  readonly models: ReadonlyMap<string, Peripheral>;
}

export class Stm32L0Space implements AddressSpace {
  readonly #parts: Parts;
  /** Blocks by their address in KB. */
  readonly #blocks = new Map<number, Block>();

  constructor(parts: Parts) {
    this.#parts = parts;
    for (const block of BLOCKS) {
      for (let at = block.base; at < block.base + block.bytes; at += 1024) this.#blocks.set(at >>> 10, block);
    }
  }

  read(address: number, width: Width): number {
    const block = this.#blocks.get(address >>> 10);
    if (block !== undefined) {
      const word = this.#readRegister(block, address & ~3);
      return width === 4 ? word : (word >>> (8 * (address & 3))) & (width === 2 ? 0xffff : 0xff);
    }
    const { nvm, host, flash } = this.#parts;
    if (isEeprom(address)) return nvm.readEeprom(address, width);
    if (isControlSpace(address)) {
      if (width !== 4) throw new Fault(`reads ${hex(address)} in the control space otherwise than as a word`);
      return this.#parts.systemControl().read(address - SYSTEM_CONTROL_SPACE);
    }
    if (address < BOOT_ALIAS + FLASH_BYTES) {
      host.report(`reads address ${hex(address)}, an image of the flash: a null pointer?`);
      let value = 0;
      for (let index = 0; index < width; index++) value |= flash[address - BOOT_ALIAS + index] << (8 * index);
      return value;
    }
    const identity = UNIQUE_ID.indexOf(address);
    if (identity >= 0 && width === 4) return IDENTITY[identity];
    if (address === FLASH_SIZE) return FLASH_BYTES / 1024;
    throw new Fault(`reads address ${hex(address)}, where nothing is`);
  }

  write(address: number, width: Width, value: number): void {
    const block = this.#blocks.get(address >>> 10);
    if (block !== undefined) {
      this.#writeRegister(block, address, width, value);
      return;
    }
    const { nvm } = this.#parts;
    if (isEeprom(address)) {
      nvm.writeEeprom(address, width, value);
    } else if (isControlSpace(address)) {
      if (width !== 4)
        throw new Fault(`writes ${hex(address)} in the control space otherwise than as a word`);
      this.#parts.systemControl().write(address - SYSTEM_CONTROL_SPACE, value);
    } else if (
      address < BOOT_ALIAS + FLASH_BYTES ||
      (address >= FLASH_START && address < FLASH_START + FLASH_BYTES)
    ) {
      nvm.writeFlash(address);
    } else {
      throw new Fault(`writes address ${hex(address)}, where nothing is`);
    }
  }

  onBreak(code: number): void {
    throw new Fault(`executes breakpoint ${code} with no debugger behind it`);
  }

  #readRegister(block: Block, address: number): number {
    const model = this.#modelFor("reads", block, address);
    const word = model?.read(address - block.base);
    if (model !== undefined && word === undefined) this.#reportReserved("reads", block, address);
    return (word ?? 0) >>> 0;
  }

  #writeRegister(block: Block, address: number, width: Width, value: number): void {
    const model = this.#modelFor("writes", block, address);
    if (model === undefined) return;
    const repeated = width === 4 ? value : width === 2 ? value * 0x10001 : value * 0x1010101;
    const isApb = address >= APB_START && address < APB_LIMIT;
    const lanes = width === 4 || isApb ? 0xffffffff : (width === 2 ? 0xffff : 0xff) << (8 * (address & 3));
    if (!model.write((address & ~3) - block.base, repeated >>> 0, lanes >>> 0)) {
      this.#reportReserved("writes", block, address);
    }
  }

  /** Without a clock a peripheral reads zero and takes nothing (7.2.17); it need not be there at all. */
  #modelFor(verb: string, block: Block, address: number): Peripheral | undefined {
    const { rcc, host, models } = this.#parts;
    if (block.clock !== "always") {
      const [register, bit, name] = block.clock;
      if (!rcc.isClocked(register, bit)) {
        host.report(
          `${verb} ${hex(address)} of ${block.name}, which has no clock: set ${name} of RCC_${register}`,
        );
        return undefined;
      }
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

function isEeprom(address: number): boolean {
  return address >= EEPROM_START && address < EEPROM_START + EEPROM_BYTES;
}

function isControlSpace(address: number): boolean {
  return address >= SYSTEM_CONTROL_SPACE && address < SYSTEM_CONTROL_SPACE + SYSTEM_CONTROL_BYTES;
}
