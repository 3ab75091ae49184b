/** Interrupt flags, all of which DIO1 shows: SX1261/2 data sheet, section 13.3. */
import { EVENT_DIO1, radioSelect, radioTransfer } from "../../hal/index.ts";
import { u8, u16 } from "../../lang/index.ts";
import { begin, command2, Op } from "./commands.ts";

/** The chip tells everything by DIO1: the end of a transmission, and that of a reception, whatever that was. */
export const EVENT_TRANSMITTED = EVENT_DIO1;
export const EVENT_RECEIVED = EVENT_DIO1;
/** No event says by itself that nothing came: `readFrame` does. */
export const EVENT_TIMED_OUT = 0;

export const IRQ_TX_DONE = 0x0001;
export const IRQ_RX_DONE = 0x0002;
export const IRQ_CRC_ERROR = 0x0040;
/** RxDone, HeaderErr, Timeout: the ends of a reception. CrcErr comes with RxDone. */
export const IRQ_RX_END = 0x0222;

/** Lets these flags be set and raise DIO1, and clears all. */
export function setInterrupts(mask: u16): void {
  begin(Op.SetDioIrqParams);
  for (let i = 0; i < 2; i++) {
    radioTransfer(u8(mask >> 8));
    radioTransfer(u8(mask));
  }
  for (let i = 0; i < 4; i++) radioTransfer(0);
  radioSelect(false);
  command2(Op.ClearIrqStatus, 0xff, 0xff);
}

/** The flags that are set. */
export function readInterrupts(): u16 {
  begin(Op.GetIrqStatus);
  radioTransfer(0);
  const flagsMsb = radioTransfer(0);
  const flags = u16((flagsMsb << 8) | radioTransfer(0));
  radioSelect(false);
  return flags;
}
