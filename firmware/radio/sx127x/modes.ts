/** RegOpMode: data sheet, sections 2.1.8, 4.1.5 and 4.1.6. */
import { wait } from "../../clock/index.ts";
import { FRONT_END_OFF, FRONT_END_RECEIVE, radioFrontEnd } from "../../hal/index.ts";
import type { u8 } from "../../lang/index.ts";
import { FRONT_END, IS_SX1272, TCXO_START_UP_US } from "./board.ts";
import { Register, readRegister, writeRegister } from "./registers.ts";

/** The registers of high frequencies; bit 7 is the LoRa modem, which changes in sleep only. */
export const enum Mode {
  FskSleep = 0x00,
  FskStandby = 0x01,
  FskTransmit = 0x03,
  FskReceive = 0x05,
  Sleep = 0x80,
  Standby = 0x81,
  Transmit = 0x83,
  ReceiveContinuous = 0x85,
  ReceiveSingle = 0x86,
  DetectActivity = 0x87,
}

const LONG_RANGE_MODE = 0x80;

/** The SX1272 has the Gaussian filter of FSK here: BT 1.0. The SX1276 has it in RegPaRamp. */
const SHAPING = IS_SX1272 ? 0x08 : 0x00;

/** The crystal starts in 250 microseconds (data sheet: TS_OSC). */
const CRYSTAL_START_UP_US = 500;

/** From sleep to standby. */
export const START_UP_US = TCXO_START_UP_US > CRYSTAL_START_UP_US ? TCXO_START_UP_US : CRYSTAL_START_UP_US;

/** Never taken back: in a program without FSK it is a constant, and what depends on it costs nothing. */
let hasUsedFsk = false;

export function setMode(mode: u8): void {
  writeRegister(Register.OpMode, mode);
}

/** Whether the chip is in FSK mode. Programs without FSK need not ask. */
export function isFsk(): boolean {
  return (readRegister(Register.OpMode) & LONG_RANGE_MODE) === 0;
}

/** Lets the chip sleep. */
export function sleepRadio(): void {
  if (hasUsedFsk && isFsk()) setMode(Mode.FskSleep);
  setMode(Mode.Sleep);
  if (FRONT_END) radioFrontEnd(FRONT_END_OFF);
}

/** From sleep, in either mode, to standby with the LoRa modem. */
export function wake(): void {
  if (FRONT_END) radioFrontEnd(FRONT_END_RECEIVE);
  setMode(Mode.Standby);
  wait(START_UP_US);
}

/** To standby with the FSK modem, whatever the chip does. `sleepRadio` goes back. */
export function wakeFsk(): void {
  hasUsedFsk = true;
  sleepRadio();
  setMode(Mode.FskSleep);
  if (FRONT_END) radioFrontEnd(FRONT_END_RECEIVE);
  setFskMode(Mode.FskStandby);
  wait(START_UP_US);
}

export function setFskMode(mode: u8): void {
  setMode(mode | SHAPING);
}
