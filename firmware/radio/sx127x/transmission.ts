/** LoRa transmission: data sheet, section 4.1.6. */
import {
  FRONT_END_TRANSMIT,
  radioEvents,
  radioFrontEnd,
  radioSelect,
  radioTransfer,
} from "../../hal/index.ts";
import type { Bytes, Int, u32 } from "../../lang/index.ts";
import { FRONT_END } from "./board.ts";
import { DIO_TRANSMIT, MASK_BUT_TX_DONE, setInterrupts } from "./interrupts.ts";
import { type Bandwidth, setUplink } from "./lora.ts";
import { Mode, setMode, wake } from "./modes.ts";
import { Register, writeRegister } from "./registers.ts";

/** Transmits the first `length` octets of `message`. DIO0 rises at the end of the transmission. */
export function transmit(
  frequency: u32,
  spreadingFactor: Int<7, 12>,
  bandwidth: Bandwidth,
  message: Bytes<64>,
  length: Int<1, 64>,
): void {
  wake();
  setUplink(frequency, spreadingFactor, bandwidth);
  writeRegister(Register.PayloadLength, length);
  writeRegister(Register.FifoAddrPtr, 0);
  radioSelect(true);
  radioTransfer(Register.Fifo | 0x80);
  for (let i = 0; i < length; i++) radioTransfer(message[i]);
  radioSelect(false);
  setInterrupts(MASK_BUT_TX_DONE, DIO_TRANSMIT);
  radioEvents(); // discards what rose before
  if (FRONT_END) radioFrontEnd(FRONT_END_TRANSMIT);
  setMode(Mode.Transmit);
}
