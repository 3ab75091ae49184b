/** RegOpMode, datasheet sections 4.1.5 and 6.2: which modem, which page, which mode. */
import type { RadioState } from "../radio-chip.ts";

export const Mode = {
  Sleep: 0,
  Standby: 1,
  FsTx: 2,
  Tx: 3,
  FsRx: 4,
  RxContinuous: 5,
  RxSingle: 6,
  Cad: 7,
} as const;

export const LONG_RANGE_MODE = 0x80;
const ACCESS_SHARED_REG = 0x40;
const MODE_BITS = 0x07;

const NAMES = ["SLEEP", "STDBY", "FSTX", "TX", "FSRX", "RXCONTINUOUS", "RXSINGLE", "CAD"] as const;

export function modeName(mode: number): string {
  return NAMES[mode & MODE_BITS];
}

/** What the chip draws in a mode: the datasheet has one current for standby and, close to it, the synthesizer. */
export function stateOf(mode: number): RadioState {
  if (mode === Mode.Sleep) return "sleep";
  if (mode === Mode.Tx) return "transmit";
  return mode >= Mode.RxContinuous ? "receive" : "standby";
}

export function modeOf(opMode: number): number {
  return opMode & MODE_BITS;
}

export function withMode(opMode: number, mode: number): number {
  return (opMode & ~MODE_BITS) | mode;
}

export function isLora(opMode: number): boolean {
  return (opMode & LONG_RANGE_MODE) !== 0;
}

/** The registers that 0x0D to 0x3F reach: AccessSharedReg shows the FSK page to a chip in LoRa mode. */
export function visiblePage(opMode: number): "lora" | "fsk" {
  return isLora(opMode) && (opMode & ACCESS_SHARED_REG) === 0 ? "lora" : "fsk";
}

/** Whether the frequency and the modem settings are in use. */
export function onAir(mode: number): boolean {
  return mode === Mode.Tx || mode >= Mode.RxContinuous;
}
