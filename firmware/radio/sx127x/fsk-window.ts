/** A receive window in FSK: data sheet, sections 2.1.8, 2.1.12 and 2.1.13. */
import { radioSelect, radioTransfer } from "../../hal/index.ts";
import type { Bytes, Int, u8 } from "../../lang/index.ts";
import { MAX_LENGTH } from "../limits.ts";
import { Mode, setFskMode, sleepRadio } from "./modes.ts";
import { FskRegister, Register, readRegister, writeRegister } from "./registers.ts";

/** RegDioMapping1: DIO1 tells FifoEmpty. */
const DIO1_FIFO_EMPTY = 0x10;

/** RegIrqFlags1 and RegIrqFlags2. */
const TIMEOUT = 0x04;
const FIFO_EMPTY = 0x40;
const FIFO_OVERRUN = 0x10;
const RECEIVED_INTACT = 0x06; // PayloadReady, CrcOk

/** The first octets of the frame that is being received. */
let receivedLength: Int<0, 64> = 0;
let firstOctet: u8 = 0;

/** Listens until a frame has begun; DIO1 rises where none does. */
export function receiveFsk(): void {
  setFskMode(Mode.FskReceive);
  receivedLength = 0;
  // An octet in the FIFO follows a sync word, and stops the time-out.
  while ((readRegister(FskRegister.IrqFlags1) & TIMEOUT) === 0) {
    if ((readRegister(FskRegister.IrqFlags2) & FIFO_EMPTY) !== 0) continue;
    const octet = readRegister(Register.Fifo);
    if (receivedLength > 0) {
      firstOctet = octet;
      return;
    }
    if (octet === 0 || octet > MAX_LENGTH) break;
    receivedLength = octet;
  }
  setFskMode(Mode.FskStandby);
  writeRegister(FskRegister.IrqFlags2, FIFO_OVERRUN); // empties the FIFO
  writeRegister(Register.DioMapping1, DIO1_FIFO_EMPTY);
}

/** `readFrame` of a window in FSK. */
export function takeFskFrame(frame: Bytes<64>): Int<0, 64> {
  let length: Int<0, 64> = 0;
  if ((readRegister(FskRegister.IrqFlags2) & RECEIVED_INTACT) === RECEIVED_INTACT) {
    length = receivedLength;
    frame[0] = firstOctet;
    radioSelect(true);
    radioTransfer(Register.Fifo);
    for (let i = 1; i < length; i++) frame[i] = radioTransfer(0);
    radioSelect(false);
  }
  sleepRadio();
  return length;
}
