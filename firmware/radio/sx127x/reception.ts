/** Setting up the receiver for LoRa: data sheet, section 4.1.6; errata note of the SX1276, item 2.3. */
import { type Int, u8, type u32 } from "../../lang/index.ts";
import { IS_SX1272 } from "./board.ts";
import { DIO_RECEIVE, MASK_BUT_RX, setInterrupts } from "./interrupts.ts";
import { Bandwidth, CONFIG2_DOWNLINK, setModem } from "./lora.ts";
import { sleepRadio, wake } from "./modes.ts";
import { Register, writeRegister } from "./registers.ts";

/** From sleep to standby with all that a reception takes: downlinks of LoRaWAN on this channel. */
export function setUpReceiver(
  frequency: u32,
  spreadingFactor: Int<7, 12>,
  bandwidth: Bandwidth,
  symbols: Int<4, 1023>,
): void {
  wake();
  setModem(frequency, spreadingFactor, bandwidth, false);
  writeRegister(Register.ModemConfig2, (spreadingFactor << 4) | CONFIG2_DOWNLINK | (symbols >> 8));
  writeRegister(Register.SymbTimeoutLsb, u8(symbols));
  writeRegister(Register.InvertIq, 0x67);
  writeRegister(Register.InvertIq2, 0x19);
  if (!IS_SX1272) avoidSpuriousReception(bandwidth); // the SX1272 once, when it starts
  setInterrupts(MASK_BUT_RX, DIO_RECEIVE);
}

/**
 * Sets a window up: downlinks of LoRaWAN on this channel, `symbols` symbols for a preamble to be found. Then
 * the chip sleeps until `openReceiver`.
 */
export function prepareReceiver(
  frequency: u32,
  spreadingFactor: Int<7, 12>,
  bandwidth: Bandwidth,
  symbols: Int<4, 1023>,
): void {
  setUpReceiver(frequency, spreadingFactor, bandwidth, symbols);
  sleepRadio();
}

/** Errata 2.3: what the intermediate frequency is, by bandwidth. */
function avoidSpuriousReception(bandwidth: Bandwidth): void {
  if (bandwidth === Bandwidth.Khz500) {
    writeRegister(Register.DetectOptimize, 0xc3);
  } else {
    writeRegister(Register.DetectOptimize, 0x43);
    writeRegister(Register.IfFreq1, 0x00);
    writeRegister(Register.IfFreq2, 0x40);
  }
}
