/** Interrupt flags of the LoRa modem and the lines that show them: data sheet, sections 4.1.6 and 6.4, table 18. */
import { EVENT_DIO0, EVENT_DIO1 } from "../../hal/index.ts";
import type { u8 } from "../../lang/index.ts";
import { Register, writeRegister } from "./registers.ts";

/** What rises at the end of a transmission, of a received frame, and of a window without one. */
export const EVENT_TRANSMITTED = EVENT_DIO0;
export const EVENT_RECEIVED = EVENT_DIO0;
export const EVENT_TIMED_OUT = EVENT_DIO1;

/** RegIrqFlags, and masks that let these pass. */
export const IRQ_RX_DONE = 0x40;
export const IRQ_PAYLOAD_CRC_ERROR = 0x20;
export const IRQ_CAD_DETECTED = 0x01;
const ALL_IRQS = 0xff;
export const MASK_ALL = 0xff;
export const MASK_BUT_TX_DONE = 0xf7;
export const MASK_BUT_RX = 0x1f;
export const MASK_BUT_CAD = 0xfa;

/** RegDioMapping1: DIO0 tells RxDone and DIO1 RxTimeout; or DIO0 tells TxDone; or CadDone. */
export const DIO_RECEIVE = 0x00;
export const DIO_TRANSMIT = 0x40;
export const DIO_DETECT = 0x80;

/** Lets the flags pass that are 0 in `mask`, puts some on the lines, and clears all. */
export function setInterrupts(mask: u8, mapping: u8): void {
  writeRegister(Register.IrqFlagsMask, mask);
  writeRegister(Register.DioMapping1, mapping);
  writeRegister(Register.IrqFlags, ALL_IRQS);
}
