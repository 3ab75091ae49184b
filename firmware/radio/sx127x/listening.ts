/** Continuous reception of LoRa, without an end of its own: data sheet, section 4.1.6 (RXCONTINUOUS). */
import { radioEvents } from "../../hal/index.ts";
import type { Int, u32 } from "../../lang/index.ts";
import type { Bandwidth } from "./lora.ts";
import { Mode, setMode } from "./modes.ts";
import { setUpReceiver } from "./reception.ts";
import { RECEIVER_START_UP_US } from "./window.ts";

/** From the command to the receiver on air: the oscillator runs by then. */
export const LISTENING_START_UP_US = RECEIVER_START_UP_US;

/** What a window counts and this does not. */
const LEAST_SYMBOLS = 4;

/** Listens for downlinks of LoRaWAN on this channel until `readFrame` or `sleepRadio`. DIO0 rises at the end of a frame. */
export function listen(frequency: u32, spreadingFactor: Int<7, 12>, bandwidth: Bandwidth): void {
  setUpReceiver(frequency, spreadingFactor, bandwidth, LEAST_SYMBOLS);
  radioEvents(); // discards what rose before
  setMode(Mode.ReceiveContinuous);
}
