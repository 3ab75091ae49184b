/** A receive window, whatever modem listens in it: SX1261/2 data sheet, sections 13.1.5 and 14.3. */
import { waitUntil } from "../../clock/index.ts";
import { COMMAND_LATENCY_US, radioEvents, radioSelect, radioTransfer } from "../../hal/index.ts";
import { type Bytes, type Int, i8, type u8, type u32 } from "../../lang/index.ts";
import { MAX_LENGTH } from "../limits.ts";
import { TCXO_START_UP_US } from "./board.ts";
import { begin, command, endWith24, Op, waitWhileBusy } from "./commands.ts";
import { IRQ_CRC_ERROR, IRQ_RX_DONE, readInterrupts } from "./interrupts.ts";
import { STANDBY_XOSC, sleepRadio, WAKE_UP_US, wake } from "./modes.ts";

/** How long before `openReceiver` opens it must be called: waking up, the oscillator, and the commands for that. */
export const OPENING_US = WAKE_UP_US + TCXO_START_UP_US + 2 * COMMAND_LATENCY_US + 100;

/** From the command to the receiver on air: 62 microseconds from STDBY_XOSC (data sheet, table 8-2). */
export const RECEIVER_START_UP_US = 62;

/** The time-out of SetRx for the window that is set up, in steps of 15.625 microseconds. */
let receiveTimeout: u32 = 0;

export function setReceiveTimeout(steps: u32): void {
  receiveTimeout = steps;
}

/**
 * Commands the receiver on at `time` of the board's clock, `OPENING_US` from now. DIO1 rises at the end of a frame,
 * or when none came.
 */
export function openReceiver(time: u32): void {
  wake();
  command(Op.SetStandby, STANDBY_XOSC);
  waitWhileBusy();
  radioEvents(); // discards what rose before
  waitUntil(time);
  begin(Op.SetRx);
  endWith24(receiveTimeout);
}

/** Of the last LoRa frame. */
let snr: Int<-32, 31> = 0;

/** The signal-to-noise ratio of the frame that `readFrame` gave last, in decibels, as DevStatusAns tells it; of LoRa only. */
export function frameSnr(): Int<-32, 31> {
  return snr;
}

/** SnrPkt: the second octet of GetPacketStatus, in quarters of a decibel, rounded down. */
function readSnr(): Int<-32, 31> {
  begin(Op.GetPacketStatus);
  radioTransfer(0);
  radioTransfer(0);
  const quarters = i8(radioTransfer(0));
  radioSelect(false);
  return quarters >> 2;
}

/** Reads `length` octets of the chip's buffer. */
export function readBuffer(start: u8, frame: Bytes<64>, length: Int<0, 64>): void {
  begin(Op.ReadBuffer);
  radioTransfer(start);
  radioTransfer(0);
  for (let i = 0; i < length; i++) frame[i] = radioTransfer(0);
  radioSelect(false);
}

/** Takes the received frame from the modem, lets the chip sleep, and returns the frame's length; 0 where there is none. */
export function readFrame(frame: Bytes<64>): Int<0, 64> {
  const flags = readInterrupts();
  begin(Op.GetRxBufferStatus);
  radioTransfer(0);
  const received = radioTransfer(0);
  const start = radioTransfer(0);
  radioSelect(false);
  let length: Int<0, 64> = 0;
  if ((flags & IRQ_RX_DONE) !== 0 && (flags & IRQ_CRC_ERROR) === 0 && received <= MAX_LENGTH) {
    length = received;
    snr = readSnr();
    readBuffer(start, frame, length);
  }
  sleepRadio();
  return length;
}
