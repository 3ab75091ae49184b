/**
 * The EEPROM: data sheet DS40002061B, section 8.4. avr8js keeps the registers; this keeps the contents in
 * the caller's memory, programs an octet when its time is over and not before, cuts the power at a chosen
 * write, and reports accesses that the chip ignores.
 */
import { AVREEPROM, type CPU, eepromConfig } from "avr8js";
import type { StoreCut } from "../store-cut.ts";
import { EEARH, EEARL, EECR } from "./registers.ts";

/** Half of the 3.4 ms that erase and write take as one operation (table 8-1). */
const ERASE_NS = 1_700_000;
const WRITE_NS = 1_700_000;

/** Bits of EECR (8.6.3). */
const READ_ENABLE = 0x01;
const PROGRAM_ENABLE = 0x02;
const MASTER_PROGRAM_ENABLE = 0x04;

export interface EepromOptions {
  /** Word address of the vector of its interrupt. */
  readonly vector: number;
  readonly memory: Uint8Array;
  readonly cyclesPerNs: number;
  readonly report: (message: string) => void;
  readonly powerOff: () => void;
  readonly cut: StoreCut;
}

export interface Eeprom {
  /** A reset of the processor does not stop the programming of an octet (8.4.2). */
  completeWrite(): void;
}

/** Connects the EEPROM registers of `cpu` to `options.memory`. */
export function attachEeprom(cpu: CPU, options: EepromOptions): Eeprom {
  const { memory, cyclesPerNs, report, cut } = options;
  const eraseCycles = Math.round(ERASE_NS * cyclesPerNs);
  const writeCycles = Math.round(WRITE_NS * cyclesPerNs);
  let erasing = false;
  let completeWrite = () => {};

  /** Counts a programming operation; true where the power went before it began. */
  const cutAtStart = (address: number): boolean => {
    const phase = cut.beginWrite();
    if (phase === undefined || phase === "after") return false;
    if (phase === "during") memory[address] = 0xff;
    options.powerOff();
    return true;
  };

  const backend = {
    readMemory: (address: number): number => memory[address],
    eraseMemory(address: number): void {
      erasing = true;
      if (!cutAtStart(address)) memory[address] = 0xff;
    },
    writeMemory(address: number, value: number): void {
      const alone = !erasing;
      erasing = false;
      if (alone && cutAtStart(address)) return;
      completeWrite = () => {
        completeWrite = () => {};
        memory[address] &= value;
        if (cut.endWrite()) options.powerOff();
      };
      cpu.addClockEvent(() => completeWrite(), (alone ? 0 : eraseCycles) + writeCycles);
    },
  };
  new AVREEPROM(cpu, backend, {
    ...eepromConfig,
    eepromReadyInterrupt: options.vector,
    eraseCycles,
    writeCycles,
  });

  const isBusy = () => (cpu.data[EECR] & PROGRAM_ENABLE) !== 0;
  const writeControl = cpu.writeHooks[EECR];
  cpu.writeHooks[EECR] = (value, old, address, mask) => {
    const set = value & mask;
    if (isBusy() && set & READ_ENABLE)
      report("reads the EEPROM while a write is going on: wait for EEPE = 0");
    if (isBusy() && set & PROGRAM_ENABLE && old & MASTER_PROGRAM_ENABLE) {
      report("writes the EEPROM while a write is going on: wait for EEPE = 0");
    }
    return writeControl(value, old, address, mask);
  };
  for (const [register, bits] of [
    [EEARL, 0xff],
    [EEARH, (memory.length - 1) >> 8],
  ]) {
    cpu.writeHooks[register] = (value) => {
      if (isBusy()) report("changes the EEPROM address while a write is going on: wait for EEPE = 0");
      else cpu.data[register] = value & bits;
      return true;
    };
  }
  return { completeWrite: () => completeWrite() };
}
