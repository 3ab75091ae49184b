/** Channel activity detection: SX1261/2 data sheet, sections 13.1.11 and 13.4.7. */
import { EVENT_DIO1, radioEvents, radioSelect, radioTransfer } from "../../hal/index.ts";
import { type Int, table8, type u32 } from "../../lang/index.ts";
import { MAX_LENGTH } from "../limits.ts";
import { begin, Op } from "./commands.ts";
import { readInterrupts, setInterrupts } from "./interrupts.ts";
import { type Bandwidth, setModulation, setPacket } from "./lora.ts";
import { useLora } from "./modem.ts";
import { sleepRadio, wake } from "./modes.ts";
import { setFrequency } from "./tuning.ts";

/** The detection has ended; `readActivity` says with what. */
export const EVENT_DETECTION_DONE = EVENT_DIO1;

const IRQ_CAD_DONE = 0x0080;
const IRQ_CAD_DETECTED = 0x0100;

/** SetCadParams from SF7 to SF12, as AN1200.48 recommends at 125 kHz: the peak, above a least of 10. */
const DETECTION_PEAKS = table8([22, 22, 23, 24, 25, 28]);
const DETECTION_LEAST = 10;
/** Codes for the symbols to listen to: two up to SF8, four from SF9 on. */
const TWO_SYMBOLS = 1;
const FOUR_SYMBOLS = 2;

/**
 * Looks for uplinks on this channel: for chirps of the spreading factor with standard IQ. DIO1 rises when that has
 * ended.
 */
export function detectActivity(frequency: u32, spreadingFactor: Int<7, 12>, bandwidth: Bandwidth): void {
  wake();
  useLora();
  setModulation(spreadingFactor, bandwidth);
  setPacket(MAX_LENGTH, true);
  setInterrupts(IRQ_CAD_DONE | IRQ_CAD_DETECTED);
  setFrequency(frequency);
  begin(Op.SetCadParams);
  radioTransfer(spreadingFactor < 9 ? TWO_SYMBOLS : FOUR_SYMBOLS);
  radioTransfer(DETECTION_PEAKS[spreadingFactor - 7]);
  radioTransfer(DETECTION_LEAST);
  for (let i = 0; i < 4; i++) radioTransfer(0); // back to standby, without a reception and its time-out
  radioSelect(false);
  radioEvents(); // discards what rose before
  begin(Op.SetCad);
  radioSelect(false);
}

/** Whether the detection found something. Lets the chip sleep. */
export function readActivity(): boolean {
  const flags = readInterrupts();
  sleepRadio();
  return (flags & IRQ_CAD_DETECTED) !== 0;
}
