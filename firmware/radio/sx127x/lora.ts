/** The LoRa modem: data sheet, sections 4.1.1 and 6.4; errata note of the SX1276, item 2.1. */
import type { Int, u32 } from "../../lang/index.ts";
import { IS_SX1272 } from "./board.ts";
import { Register, writeRegister } from "./registers.ts";
import { setFrequency } from "./tuning.ts";

/** Bandwidth as the SX1276's RegModemConfig1 codes it. */
export const enum Bandwidth {
  Khz125 = 7,
  Khz250 = 8,
  Khz500 = 9,
}

/** RegModemConfig2, beside the spreading factor: payload CRC of the SX1276, automatic gain of the SX1272. */
const CONFIG2_UPLINK = 0x04;
export const CONFIG2_DOWNLINK = IS_SX1272 ? 0x04 : 0x00;

/** What both directions set: channel, modem with 4/5 and explicit header, and what the errata note asks for. */
export function setModem(
  frequency: u32,
  spreadingFactor: Int<7, 12>,
  bandwidth: Bandwidth,
  isUplink: boolean,
): void {
  setFrequency(frequency);
  // LowDataRateOptimize from 16 ms a symbol on; automatic gain always.
  const slow = spreadingFactor - (bandwidth - Bandwidth.Khz125) >= 11;
  if (IS_SX1272) {
    const width = (bandwidth - Bandwidth.Khz125) << 6;
    writeRegister(Register.ModemConfig1, width | 0x08 | (isUplink ? 0x02 : 0x00) | (slow ? 0x01 : 0x00));
    return;
  }
  writeRegister(Register.ModemConfig1, (bandwidth << 4) | 0x02);
  writeRegister(Register.ModemConfig3, slow ? 0x0c : 0x04);
  if (bandwidth === Bandwidth.Khz500) {
    writeRegister(Register.HighBwOptimize1, 0x02); // errata 2.1
    writeRegister(Register.HighBwOptimize2, 0x64);
  } else {
    writeRegister(Register.HighBwOptimize1, 0x03);
  }
}

/** The chirps of uplinks, as they are sent and looked for: IQ not inverted, with CRC. */
export function setUplink(frequency: u32, spreadingFactor: Int<7, 12>, bandwidth: Bandwidth): void {
  setModem(frequency, spreadingFactor, bandwidth, true);
  writeRegister(Register.ModemConfig2, (spreadingFactor << 4) | CONFIG2_UPLINK);
  writeRegister(Register.InvertIq, 0x27);
  writeRegister(Register.InvertIq2, 0x1d);
}
