/** FSK transmission: data sheet, sections 2.1.12 and 2.1.13. */
import { reached, wait } from "../../clock/index.ts";
import {
  FRONT_END_TRANSMIT,
  now,
  radioEvents,
  radioFrontEnd,
  radioSelect,
  radioTransfer,
  sleepUntil,
} from "../../hal/index.ts";
import { type Bytes, type Int, u32 } from "../../lang/index.ts";
import { FRONT_END } from "./board.ts";
import { wakeForFsk } from "./fsk.ts";
import { Mode, setFskMode, sleepRadio } from "./modes.ts";
import { FskRegister, Register, readRegister } from "./registers.ts";

/** With the length octet as many as FifoLevel passes without a word. */
const FIRST_OCTETS = 62;

/** RegIrqFlags2. */
const PACKET_SENT = 0x08;

/** Preamble, sync word and some octets: then the FIFO has room for the last ones. */
const REST_DELAY_US = 2500;
/** The longest frame takes 12 ms. */
const LONGEST_TRANSMISSION_US = 15000;

function beginWriting(): void {
  radioSelect(true);
  radioTransfer(Register.Fifo | 0x80);
}

/**
 * Transmits the first `length` octets of `message` in FSK, and returns when that is done and the chip sleeps: after 15 ms
 * at most. DIO0 has risen at the end of the transmission.
 */
export function transmitFsk(frequency: u32, message: Bytes<64>, length: Int<1, 64>): void {
  wakeForFsk(frequency);
  beginWriting();
  radioTransfer(length);
  for (let i = 0; i < length && i < FIRST_OCTETS; i++) radioTransfer(message[i]);
  radioSelect(false);
  radioEvents(); // discards what rose before
  if (FRONT_END) radioFrontEnd(FRONT_END_TRANSMIT);
  setFskMode(Mode.FskTransmit);
  const end = u32(now() + LONGEST_TRANSMISSION_US);
  if (length > FIRST_OCTETS) {
    wait(REST_DELAY_US);
    beginWriting();
    for (let i = FIRST_OCTETS; i < length; i++) radioTransfer(message[i]);
    radioSelect(false);
  }
  while ((readRegister(FskRegister.IrqFlags2) & PACKET_SENT) === 0 && !reached(end, now())) sleepUntil(end);
  sleepRadio();
}
