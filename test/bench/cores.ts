/** The two processors that code is measured on: an ATmega328P and a Cortex-M0+ with nothing but memory. */
import { avrInstruction, CPU } from "avr8js";
import { RP2040 } from "rp2040js";
import { armProjectFlags } from "../../toolchain/image/arm-gcc.ts";
import { avrProjectFlags } from "../../toolchain/image/avr-gcc.ts";
import type { FamilyName } from "../../toolchain/image/processors.ts";

export interface Core {
  readonly name: string;
  readonly family: FamilyName;
  /** gcc's prefix, as in "avr-gcc". */
  readonly prefix: string;
  /** What every file is compiled with: as for an image, but each file for itself. */
  readonly flags: readonly string[];
  /** What the image is linked with besides. */
  readonly linkFlags: readonly string[];
  /**
   * Runs the image from its start, or from `main`: cycles at each of the first `count` calls of `mark`, and the RAM.
   */
  run(image: Uint8Array, symbols: ReadonlyMap<string, number>, count: number): Measured;
}

export interface Measured {
  readonly marks: readonly number[];
  /** Octets of stack taken before each mark since the one before, below the stack of the caller of `mark`. */
  readonly stacks: readonly number[];
  read(address: number, count: number): Uint8Array;
}

/** Far more than any measurement takes. */
const MOST_CYCLES = 10_000_000;

/** Where avr-gcc's addresses of RAM begin. */
const AVR_DATA = 0x800000;

/** Optimised at link time, what is measured would become one with what calls it. */
function eachForItself(flags: readonly string[]): string[] {
  return flags.filter((flag) => flag !== "-flto");
}

export const avr: Core = {
  name: "ATmega328P",
  prefix: "avr",
  family: "avr",
  flags: ["-mmcu=atmega328p", ...eachForItself(avrProjectFlags({}).compile)],
  linkFlags: ["-mmcu=atmega328p"],
  run(image, symbols, count) {
    const flash = new Uint16Array(16384);
    new Uint8Array(flash.buffer).set(image);
    const cpu = new CPU(flash);
    const mark = symbols.get("mark")! / 2;
    const step = () => avrInstruction(cpu);
    return {
      ...marksOf(
        step,
        () => cpu.pc === mark,
        () => cpu.cycles,
        () => cpu.SP,
        count,
      ),
      read: (address, length) => cpu.data.slice(address - AVR_DATA, address - AVR_DATA + length),
    };
  },
};

const M0_RAM = 0x20000000;
const M0_RAM_BYTES = 0x10000;

/** The core alone: the package exports it only as the class of an instance's field. */
const CortexM0 = new RP2040().core.constructor as new (bus: object) => RP2040["core"];

export const cortexM0: Core = {
  name: "Cortex-M0+",
  prefix: "arm-none-eabi",
  family: "cortex-m0plus",
  flags: eachForItself(armProjectFlags({}, M0_RAM_BYTES).compile),
  linkFlags: [
    "-mcpu=cortex-m0plus",
    "-mthumb",
    "-specs=nano.specs",
    "-nostartfiles",
    `-Wl,-Ttext=0x${M0_RAM.toString(16)},-e,main`,
  ],
  run(image, symbols, count) {
    const memory = new DataView(new ArrayBuffer(M0_RAM_BYTES));
    new Uint8Array(memory.buffer).set(image);
    const core = new CortexM0({
      logger: { debug() {}, info() {}, warn() {}, error() {} },
      readUint32: (address: number) => memory.getUint32(address - M0_RAM, true),
      readUint16: (address: number) => memory.getUint16(address - M0_RAM, true),
      readUint8: (address: number) => memory.getUint8(address - M0_RAM),
      writeUint32: (address: number, value: number) => memory.setUint32(address - M0_RAM, value, true),
      writeUint16: (address: number, value: number) => memory.setUint16(address - M0_RAM, value, true),
      writeUint8: (address: number, value: number) => memory.setUint8(address - M0_RAM, value),
    });
    core.SP = M0_RAM + M0_RAM_BYTES;
    core.PC = symbols.get("main")!;
    const mark = symbols.get("mark")!;
    return {
      ...marksOf(
        () => core.executeInstruction(),
        () => core.PC === mark,
        () => core.cycles,
        () => core.SP,
        count,
      ),
      read: (address, length) =>
        new Uint8Array(memory.buffer.slice(address - M0_RAM, address - M0_RAM + length)),
    };
  },
};

function marksOf(
  step: () => void,
  atMark: () => boolean,
  cycles: () => number,
  stackPointer: () => number,
  count: number,
): Pick<Measured, "marks" | "stacks"> {
  const marks: number[] = [];
  const stacks: number[] = [];
  let lowest = stackPointer();
  while (marks.length < count) {
    step();
    lowest = Math.min(lowest, stackPointer());
    if (atMark()) {
      marks.push(cycles());
      stacks.push(stackPointer() - lowest);
      lowest = stackPointer();
    }
    if (cycles() > MOST_CYCLES)
      throw new Error(`${marks.length} marks in ${MOST_CYCLES} cycles, not ${count}`);
  }
  return { marks, stacks };
}
