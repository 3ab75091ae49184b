/**
 * A carrier without modulation: the FSK modem in continuous mode, with no deviation, whatever DIO2 tells it. Data
 * sheet, section 6.2 (RegFdev, RegPacketConfig2).
 */
import { FRONT_END_TRANSMIT, radioEvents, radioFrontEnd } from "../../hal/index.ts";
import type { u32 } from "../../lang/index.ts";
import { FRONT_END } from "./board.ts";
import { Mode, setFskMode, sleepRadio, wakeFsk } from "./modes.ts";
import { FskRegister, Register, writeRegister } from "./registers.ts";
import { setFrequency } from "./tuning.ts";

/** RegPacketConfig2: DataMode continuous, and packet, as after reset. */
const CONTINUOUS = 0x00;
const PACKET = 0x40;

/** RegDioMapping1: nothing on DIO0 and DIO1, which would tell the clock of the bits and wake the board with each. */
const DIO_NOTHING = 0xf0;

/** Transmits the carrier until `endCarrier`. No event comes meanwhile. */
export function startCarrier(frequency: u32): void {
  wakeFsk();
  writeRegister(FskRegister.PacketConfig2, CONTINUOUS);
  writeRegister(Register.DioMapping1, DIO_NOTHING);
  writeRegister(FskRegister.FdevMsb, 0);
  writeRegister(FskRegister.FdevLsb, 0);
  setFrequency(frequency);
  radioEvents(); // discards what rose before
  if (FRONT_END) radioFrontEnd(FRONT_END_TRANSMIT);
  setFskMode(Mode.FskTransmit);
}

/** Ends it: the chip sleeps. */
export function endCarrier(): void {
  setFskMode(Mode.FskStandby);
  writeRegister(FskRegister.PacketConfig2, PACKET);
  sleepRadio();
}
