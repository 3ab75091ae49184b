/**
 * The EEPROM: data sheet DS40002061B, section 8.4. avr8js keeps the registers; this has the store erase and program
 * an octet in its time, which is over when the bit of the registers says so, and reports accesses that the chip
 * ignores.
 */
import { AVREEPROM, type CPU, eepromConfig } from "avr8js";
import type { Step, StoreMemory } from "../store-memory.ts";
import { EEARH, EEARL, EECR } from "./registers.ts";

/** Half of the 3.4 ms that erase and write take as one operation (table 8-1). */
const ERASE_NS = 1_700_000;
const WRITE_NS = 1_700_000;

/** Bits of EECR (8.6.3). */
const READ_ENABLE = 0x01;
const PROGRAM_ENABLE = 0x02;
const MASTER_PROGRAM_ENABLE = 0x04;
/** Of the two halves of a write, the one that follows the erase is left out. */
const ERASE_ONLY = 0x10;

export interface EepromOptions {
  /** Word address of the vector of its interrupt. */
  readonly vector: number;
  readonly store: StoreMemory;
  readonly cyclesPerNs: number;
  readonly report: (message: string) => void;
}

export interface Eeprom {
  /** A reset of the processor does not stop the programming of an octet (8.4.2). */
  completeWrite(): void;
}

/** Connects the EEPROM registers of `cpu` to `options.store`. */
export function attachEeprom(cpu: CPU, options: EepromOptions): Eeprom {
  const { store, cyclesPerNs, report } = options;
  const eraseCycles = Math.round(ERASE_NS * cyclesPerNs);
  const writeCycles = Math.round(WRITE_NS * cyclesPerNs);

  const completeWrite = () => {
    cpu.clearClockEvent(completeWrite);
    if (store.busy) store.complete();
  };
  const begin = (address: number, steps: readonly Step[], cycles: number) => {
    if (store.begin(address, steps)) cpu.addClockEvent(completeWrite, cycles);
  };

  const erase: Step = { takesNs: ERASE_NS, drives: Uint8Array.of(0xff), to: 1 };
  let erasesBefore = false;
  const backend = {
    readMemory: (address: number): number => store.octets[address],
    eraseMemory(address: number): void {
      if (cpu.data[EECR] & ERASE_ONLY) begin(address, [erase], eraseCycles);
      else erasesBefore = true;
    },
    writeMemory(address: number, value: number): void {
      const write: Step = { takesNs: WRITE_NS, drives: Uint8Array.of(~value), to: 0 };
      if (erasesBefore) begin(address, [erase, write], eraseCycles + writeCycles);
      else begin(address, [write], writeCycles);
      erasesBefore = false;
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
    [EEARH, (store.octets.length - 1) >> 8],
  ]) {
    cpu.writeHooks[register] = (value) => {
      if (isBusy()) report("changes the EEPROM address while a write is going on: wait for EEPE = 0");
      else cpu.data[register] = value & bits;
      return true;
    };
  }
  return { completeWrite };
}
