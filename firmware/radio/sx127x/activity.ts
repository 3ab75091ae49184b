/** Channel activity detection: data sheet, section 4.1.6 (CAD). */
import { EVENT_DIO0, radioEvents } from "../../hal/index.ts";
import type { Int, u32 } from "../../lang/index.ts";
import { DIO_DETECT, IRQ_CAD_DETECTED, MASK_BUT_CAD, setInterrupts } from "./interrupts.ts";
import { type Bandwidth, setUplink } from "./lora.ts";
import { Mode, setMode, sleepRadio, wake } from "./modes.ts";
import { Register, readRegister } from "./registers.ts";

/** The detection has ended; `readActivity` says with what. */
export const EVENT_DETECTION_DONE = EVENT_DIO0;

/**
 * Looks for uplinks on this channel: for a preamble of the spreading factor with IQ not inverted, in little more than a
 * symbol. DIO0 rises when that has ended.
 */
export function detectActivity(frequency: u32, spreadingFactor: Int<7, 12>, bandwidth: Bandwidth): void {
  wake();
  setUplink(frequency, spreadingFactor, bandwidth);
  setInterrupts(MASK_BUT_CAD, DIO_DETECT);
  radioEvents(); // discards what rose before
  setMode(Mode.DetectActivity);
}

/** Whether the detection found something. Lets the chip sleep. */
export function readActivity(): boolean {
  const flags = readRegister(Register.IrqFlags);
  sleepRadio();
  return (flags & IRQ_CAD_DETECTED) !== 0;
}
