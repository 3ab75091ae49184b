/** A receive window, whatever modem listens in it: data sheet, section 4.1.6. */
import { waitUntil } from "../../clock/index.ts";
import {
  COMMAND_LATENCY_US,
  FRONT_END_RECEIVE,
  radioEvents,
  radioFrontEnd,
  radioSelect,
  radioTransfer,
} from "../../hal/index.ts";
import { type Bytes, type Int, i8, type u32 } from "../../lang/index.ts";
import { MAX_LENGTH } from "../limits.ts";
import { FRONT_END } from "./board.ts";
import { receiveFsk, takeFskFrame } from "./fsk-window.ts";
import { IRQ_PAYLOAD_CRC_ERROR, IRQ_RX_DONE } from "./interrupts.ts";
import { isFsk, Mode, START_UP_US, setFskMode, setMode, sleepRadio } from "./modes.ts";
import { Register, readRegister, writeRegister } from "./registers.ts";

/** RegHopChannel: the header announced a CRC. */
const CRC_ON_PAYLOAD = 0x40;

/** How long before `openReceiver` opens it must be called: two commands, and the oscillator's start between them. */
export const OPENING_US = START_UP_US + 2 * COMMAND_LATENCY_US + 100;

/** From the command to the receiver on air: 60 microseconds for the PLL (data sheet: TS_FS). */
export const RECEIVER_START_UP_US = 60;

/** Never taken back: in a program without FSK it is a constant, and what depends on it costs nothing. */
let hasFskWindows = false;

/** Windows may be in FSK from now on. */
export function useFskWindows(): void {
  hasFskWindows = true;
}

/**
 * Commands the receiver on at `time` of the board's clock, `OPENING_US` from now. DIO0 rises at the end of a
 * frame, DIO1 when none came. With FSK it returns once a frame begins, or none.
 */
export function openReceiver(time: u32): void {
  const inFsk = hasFskWindows && isFsk();
  if (FRONT_END) radioFrontEnd(FRONT_END_RECEIVE);
  if (inFsk) setFskMode(Mode.FskStandby);
  else setMode(Mode.Standby);
  radioEvents(); // discards what rose before
  waitUntil(time);
  if (inFsk) receiveFsk();
  else setMode(Mode.ReceiveSingle);
}

/** Of the last LoRa frame. */
let snr: Int<-32, 31> = 0;

/** The signal-to-noise ratio of the frame that `readFrame` gave last, in decibels, as DevStatusAns tells it; of LoRa only. */
export function frameSnr(): Int<-32, 31> {
  return snr;
}

/** Takes the received frame from the modem, lets the chip sleep, and returns the frame's length; 0 where there is none. */
export function readFrame(frame: Bytes<64>): Int<0, 64> {
  if (hasFskWindows && isFsk()) return takeFskFrame(frame);
  const flags = readRegister(Register.IrqFlags);
  const broken =
    (flags & IRQ_PAYLOAD_CRC_ERROR) !== 0 && (readRegister(Register.HopChannel) & CRC_ON_PAYLOAD) !== 0;
  const received = readRegister(Register.RxNbBytes);
  let length: Int<0, 64> = 0;
  if ((flags & IRQ_RX_DONE) !== 0 && !broken && received <= MAX_LENGTH) {
    length = received;
    // In quarters of a decibel, rounded down.
    snr = i8(readRegister(Register.PktSnrValue)) >> 2;
    writeRegister(Register.FifoAddrPtr, readRegister(Register.FifoRxCurrentAddr));
    radioSelect(true);
    radioTransfer(Register.Fifo);
    for (let i = 0; i < length; i++) frame[i] = radioTransfer(0);
    radioSelect(false);
  }
  sleepRadio();
  return length;
}
