/**
 * FSK of LoRaWAN: 50 kbit/s, deviation 25 kHz, Gaussian filter BT 1.0, packets of variable length with whitening and
 * CRC-CCITT (RP002-1.0.4, 2.4.3). SX1261/2 data sheet, sections 6.2, 13.4.5.1 and 13.4.6.1.
 */
import { radioSelect, radioTransfer } from "../../hal/index.ts";
import { type Bytes, type Int, table8, type u8, type u16, u32 } from "../../lang/index.ts";
import { MAX_LENGTH } from "../limits.ts";
import { begin, Op, Register, readRegister, sendCommands, writeRegister } from "./commands.ts";
import { IRQ_CRC_ERROR, IRQ_RX_END, setInterrupts } from "./interrupts.ts";
import { useFsk } from "./modem.ts";
import { sleepRadio, wake } from "./modes.ts";
import { send } from "./transmission.ts";
import { setFrequency } from "./tuning.ts";
import { setReceiveTimeout } from "./window.ts";

/**
 * SetModulationParams: 32 * 32 MHz / 50 kbit/s, BT 1.0, a receiver of 117.3 kHz (the signal has 100 kHz, the rest is for
 * the clocks), 25 kHz * 2^25 / 32 MHz. The sync word C1 94 C1; start value and polynomial of the CRC.
 */
// biome-ignore format: a command a line
const SETTINGS = table8([
  9, Op.SetModulationParams, 0x00, 0x50, 0x00, 0x0b, 0x0b, 0x00, 0x66, 0x66,
  6, Op.WriteRegister, Register.FskSyncWord >> 8, Register.FskSyncWord & 0xff, 0xc1, 0x94, 0xc1,
  7, Op.WriteRegister, Register.Crc >> 8, Register.Crc & 0xff, 0x1d, 0x0f, 0x10, 0x21,
]);

/** SetPacketParams, which comes after SetModulationParams; the other settings with it. */
function setFskPacket(length: u8): void {
  useFsk();
  sendCommands(SETTINGS);
  begin(Op.SetPacketParams);
  radioTransfer(0);
  radioTransfer(40); // bits of preamble
  radioTransfer(0x04); // detected by 8 of them
  radioTransfer(24); // bits of the sync word
  radioTransfer(0); // no address
  radioTransfer(1); // with a length octet
  radioTransfer(length);
  radioTransfer(0x06); // CRC of two octets, inverted
  radioTransfer(1); // whitening
  radioSelect(false);
  // It starts from nine ones. The other bits of its first register stay as they are.
  writeRegister(Register.WhiteningMsb, readRegister(Register.WhiteningMsb) | 0x01);
  writeRegister(Register.WhiteningLsb, 0xff);
}

/** Transmits the first `length` octets of `message` in FSK. DIO1 rises at the end of the transmission. */
export function transmitFsk(frequency: u32, message: Bytes<64>, length: Int<1, 64>): void {
  wake();
  setFskPacket(length);
  send(frequency, false, message, length);
}

/**
 * Sets a window up for FSK on this channel, which ends when no sync word has come `listenUs` after its opening. Then
 * the chip sleeps until `openReceiver`.
 */
export function prepareFskReceiver(frequency: u32, listenUs: u16): void {
  wake();
  setFskPacket(MAX_LENGTH);
  setInterrupts(IRQ_RX_END | IRQ_CRC_ERROR);
  setFrequency(frequency);
  setReceiveTimeout(u32((listenUs * 8 + 124) / 125));
  sleepRadio();
}
