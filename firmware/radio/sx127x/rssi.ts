/** The power that the receiver hears: data sheet, section 5.5.5. */
import type { Int } from "../../lang/index.ts";
import { IS_SX1272 } from "./board.ts";
import { Register, readRegister } from "./registers.ts";

/** What 0 stands for; below 525 MHz 7 dB less, so that a channel counts as louder there than it is. */
const OFFSET_DBM = IS_SX1272 ? -139 : -157;

/** While `listen` is under way, the power in the channel right now, in dBm. */
export function readRssi(): Int<-157, 116> {
  return OFFSET_DBM + readRegister(Register.RssiValue);
}
