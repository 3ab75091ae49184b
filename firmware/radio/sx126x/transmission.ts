/** Transmission, whatever the modem: SX1261/2 data sheet, sections 14.2 and 15.1. */
import { radioEvents, radioSelect, radioTransfer } from "../../hal/index.ts";
import type { Bytes, Int, u32 } from "../../lang/index.ts";
import { begin, endWith24, Op, Register, readRegister, writeRegister } from "./commands.ts";
import { IRQ_TX_DONE, setInterrupts } from "./interrupts.ts";
import { Bandwidth, setModulation, setPacket } from "./lora.ts";
import { useLora } from "./modem.ts";
import { wake } from "./modes.ts";
import { setFrequency } from "./tuning.ts";

/** Sends by the modem that is set up. `isWide`: with LoRa at 500 kHz. */
export function send(frequency: u32, isWide: boolean, message: Bytes<64>, length: Int<1, 64>): void {
  // Known limitation 15.1: quality of the modulation at 500 kHz.
  const modulation = readRegister(Register.TxModulation);
  writeRegister(Register.TxModulation, isWide ? modulation & 0xfb : modulation | 0x04);
  begin(Op.WriteBuffer);
  radioTransfer(0);
  for (let i = 0; i < length; i++) radioTransfer(message[i]);
  radioSelect(false);
  setInterrupts(IRQ_TX_DONE);
  setFrequency(frequency);
  radioEvents(); // discards what rose before
  begin(Op.SetTx);
  endWith24(0); // no time-out
}

/** Transmits the first `length` octets of `message`. DIO1 rises at the end of the transmission. */
export function transmit(
  frequency: u32,
  spreadingFactor: Int<7, 12>,
  bandwidth: Bandwidth,
  message: Bytes<64>,
  length: Int<1, 64>,
): void {
  wake();
  useLora();
  setModulation(spreadingFactor, bandwidth);
  setPacket(length, true);
  send(frequency, bandwidth === Bandwidth.Khz500, message, length);
}
