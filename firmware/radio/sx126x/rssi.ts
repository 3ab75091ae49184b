/** The power that the receiver hears: SX1261/2 data sheet, section 13.5.4. */
import { radioSelect, radioTransfer } from "../../hal/index.ts";
import type { Int } from "../../lang/index.ts";
import { begin, Op } from "./commands.ts";

/** While `listen` is under way, the power in the channel right now, in dBm. */
export function readRssi(): Int<-127, 0> {
  begin(Op.GetRssiInst);
  radioTransfer(0);
  const halves = radioTransfer(0);
  radioSelect(false);
  return -(halves >> 1);
}
