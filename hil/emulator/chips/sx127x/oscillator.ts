/**
 * The 32 MHz oscillator: a crystal, or a TCXO whose clock comes in at XTA. SX1276 datasheet, section 3.3.2 and register
 * 0x4B.
 */
import { hex } from "../hex.ts";
import type { ChipState } from "./chip-state.ts";
import { CRYSTAL_START_NS } from "./timing.ts";

/** The oscillator of a board that has no crystal. */
export interface Tcxo {
  readonly startUpUs: number;
}

/** RegTcxo. */
const TCXO_INPUT_ON = 0x10;

/** From the end of sleep: the board supplies a TCXO that does not always run no earlier. */
export function oscillatorStartNs(tcxo: Tcxo | undefined): number {
  return Math.max(CRYSTAL_START_NS, (tcxo?.startUpUs ?? 0) * 1000);
}

/**
 * What is wrong with RegTcxo when the chip is about to need its clock. A TCXO at the amplifier of the crystal is
 * against the datasheet, but runs: drivers of such boards leave it so.
 */
export function oscillatorFaults({ part, registers }: ChipState, tcxo: Tcxo | undefined): string[] {
  const value = registers.common(part.tcxo);
  if (tcxo !== undefined || (value & TCXO_INPUT_ON) === 0) return [];
  return [`RegTcxo is ${hex(value)}: the chip waits for a TCXO, but the board has a crystal`];
}
