/** Continuous reception, without an end of its own: SX1261/2 data sheet, section 13.1.5 (SetRx, continuous mode). */
import { radioEvents } from "../../hal/index.ts";
import type { Int, u32 } from "../../lang/index.ts";
import { TCXO_START_UP_US } from "./board.ts";
import { begin, command, endWith24, Op } from "./commands.ts";
import type { Bandwidth } from "./lora.ts";
import { setUpReceiver } from "./reception.ts";

/** From the command to the receiver on air: the start of the TCXO, and 83 microseconds from STDBY_RC (table 8-2). */
export const LISTENING_START_UP_US = TCXO_START_UP_US + 100;

/** SetRx: stay until told otherwise. */
export const CONTINUOUS = 0xffffff;

/** Listens for downlinks of LoRaWAN on this channel until `readFrame` or `sleepRadio`. DIO1 rises at the end of a frame. */
export function listen(frequency: u32, spreadingFactor: Int<7, 12>, bandwidth: Bandwidth): void {
  setUpReceiver(frequency, spreadingFactor, bandwidth);
  command(Op.SetLoRaSymbNumTimeout, 0);
  radioEvents(); // discards what rose before
  begin(Op.SetRx);
  endWith24(CONTINUOUS);
}
