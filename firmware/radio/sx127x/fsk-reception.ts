/** Setting up a receive window in FSK: data sheet, section 2.1.8.6 (time-outs). */
import { FRONT_END_OFF, radioFrontEnd } from "../../hal/index.ts";
import { u8, u16, type u32 } from "../../lang/index.ts";
import { FRONT_END } from "./board.ts";
import { wakeForFsk } from "./fsk.ts";
import { Mode, setMode } from "./modes.ts";
import { FskRegister, writeRegister } from "./registers.ts";
import { useFskWindows } from "./window.ts";

/** RegRxTimeout3 counts 16 bits. */
const TIMEOUT_UNIT_US = 320;

/**
 * Sets a window up for FSK on this channel, which ends when no sync word has come `listenUs` after its opening. Then
 * the chip sleeps until `openReceiver`.
 */
export function prepareFskReceiver(frequency: u32, listenUs: u16): void {
  useFskWindows();
  wakeForFsk(frequency);
  writeRegister(FskRegister.RxTimeout3, u8(u16(listenUs / TIMEOUT_UNIT_US) + 1));
  setMode(Mode.FskSleep);
  if (FRONT_END) radioFrontEnd(FRONT_END_OFF);
}
