/** A carrier without modulation: SX1261/2 data sheet, section 13.1.9. */
import { radioEvents, radioSelect } from "../../hal/index.ts";
import type { u32 } from "../../lang/index.ts";
import { begin, Op } from "./commands.ts";
import { setInterrupts } from "./interrupts.ts";
import { sleepRadio, wake } from "./modes.ts";
import { setFrequency } from "./tuning.ts";

/** Transmits the carrier until `endCarrier`. No event comes meanwhile. */
export function startCarrier(frequency: u32): void {
  wake();
  setInterrupts(0);
  setFrequency(frequency);
  radioEvents(); // discards what rose before
  begin(Op.SetTxContinuousWave);
  radioSelect(false);
}

/** Ends it: the chip sleeps. */
export function endCarrier(): void {
  sleepRadio();
}
