/** Sleep, and the way out of it: SX1261/2 data sheet, chapter 9 and section 13.1. */
import { wait } from "../../clock/index.ts";
import { radioSelect, radioTransfer } from "../../hal/index.ts";
import { command, Op, selectUnlessStuck, waitWhileBusy } from "./commands.ts";

export const STANDBY_RC = 0;
export const STANDBY_XOSC = 1;
/** SetSleep with retention of the settings. */
const WARM_SLEEP = 0x04;

/** After SetSleep the chip hears nothing for as long (data sheet, 13.1.1). */
const SLEEP_ENTRY_US = 500;

/** From sleep to STDBY_RC and on to STDBY_XOSC (data sheet, table 8-2: 340 and 31 microseconds). */
export const WAKE_UP_US = 500;

/** Falling NSS wakes the chip; one that is awake just tells its status. */
export function wake(): void {
  selectUnlessStuck();
  radioTransfer(Op.GetStatus);
  radioTransfer(0);
  radioSelect(false);
  waitWhileBusy();
}

/** Lets the chip sleep, whatever it does. Takes half a millisecond, in which it hears nothing. */
export function sleepRadio(): void {
  command(Op.SetStandby, STANDBY_RC);
  command(Op.SetSleep, WARM_SLEEP);
  wait(SLEEP_ENTRY_US);
}
