/** Setting up the receiver for LoRa: SX1261/2 data sheet, sections 13.1.5, 13.4.9 and 14.3. */
import { type Int, u8, u32 } from "../../lang/index.ts";
import { MAX_LENGTH } from "../limits.ts";
import { command, Op, Register, writeRegister } from "./commands.ts";
import { IRQ_CRC_ERROR, IRQ_RX_END, setInterrupts } from "./interrupts.ts";
import { Bandwidth, setModulation, setPacket } from "./lora.ts";
import { useLora } from "./modem.ts";
import { sleepRadio, wake } from "./modes.ts";
import { setFrequency } from "./tuning.ts";
import { setReceiveTimeout } from "./window.ts";

/** The most symbols that the modem's own time-out counts. */
const MAX_SYMBOLS = 248;
/** Symbols from the detection of a preamble in the last instant of a window to the end of the header, and some to spare. */
const HEADER_SYMBOLS = 24;

/** SetLoRaSymbNumTimeout and its register, which holds mantissa * 2^(2 * exponent + 1). More than it counts: none. */
function setSymbolTimeout(symbols: Int<4, 1023>): void {
  let mantissa: u8 = 0;
  let exponent: u8 = 0;
  if (symbols <= MAX_SYMBOLS) {
    mantissa = (symbols + 1) >> 1;
    if (mantissa > 31) {
      mantissa = (mantissa + 3) >> 2;
      exponent = 1;
    }
  }
  command(Op.SetLoRaSymbNumTimeout, u8(mantissa << (2 * exponent + 1)));
  writeRegister(Register.SynchTimeout, u8(exponent + (mantissa << 3)));
}

/** From sleep to standby with all that a reception takes, but for its time-outs: downlinks of LoRaWAN on this channel. */
export function setUpReceiver(frequency: u32, spreadingFactor: Int<7, 12>, bandwidth: Bandwidth): void {
  wake();
  useLora();
  setModulation(spreadingFactor, bandwidth);
  setPacket(MAX_LENGTH, false);
  setInterrupts(IRQ_RX_END | IRQ_CRC_ERROR);
  setFrequency(frequency);
}

/**
 * Sets a window up: downlinks of LoRaWAN on this channel, `symbols` symbols for a preamble to be found. Then the
 * chip sleeps until `openReceiver`.
 *
 * The time-out of SetRx ends what the symbols do not: a packet of somebody else, and windows of more symbols than
 * the modem counts. It waits for the header, so it is longer by as much.
 */
export function prepareReceiver(
  frequency: u32,
  spreadingFactor: Int<7, 12>,
  bandwidth: Bandwidth,
  symbols: Int<4, 1023>,
): void {
  setUpReceiver(frequency, spreadingFactor, bandwidth);
  setSymbolTimeout(symbols);
  // A symbol has 2^SF / BW: at 125 kHz 2^SF * 64 / 125 steps of 15.625 microseconds.
  const chips = u32((symbols + HEADER_SYMBOLS) << spreadingFactor);
  setReceiveTimeout(u32((chips * 64) / 125) >>> (bandwidth - Bandwidth.Khz125));
  sleepRadio();
}
