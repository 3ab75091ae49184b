/** The LoRa modem: SX1261/2 data sheet, sections 13.4.5.2, 13.4.6.2 and 15.4. */
import { radioSelect, radioTransfer } from "../../hal/index.ts";
import type { Int, u8 } from "../../lang/index.ts";
import { begin, Op, Register, readRegister, writeRegister } from "./commands.ts";

/** Bandwidth as SetModulationParams codes it. */
export const enum Bandwidth {
  Khz125 = 4,
  Khz250 = 5,
  Khz500 = 6,
}

/** SetModulationParams with 4/5, and LowDataRateOptimize from 16 ms a symbol on. */
export function setModulation(spreadingFactor: Int<7, 12>, bandwidth: Bandwidth): void {
  const slow = spreadingFactor - (bandwidth - Bandwidth.Khz125) >= 11;
  begin(Op.SetModulationParams);
  radioTransfer(spreadingFactor);
  radioTransfer(bandwidth);
  radioTransfer(1);
  radioTransfer(slow ? 1 : 0);
  radioSelect(false);
}

/** SetPacketParams with 8 symbols of preamble, an explicit header, and what the known limitation 15.4 asks for then. */
export function setPacket(length: u8, isUplink: boolean): void {
  begin(Op.SetPacketParams);
  radioTransfer(0);
  radioTransfer(8);
  radioTransfer(0);
  radioTransfer(length);
  radioTransfer(isUplink ? 1 : 0); // CRC
  radioTransfer(isUplink ? 0 : 1); // inverted IQ
  radioSelect(false);
  const polarity = readRegister(Register.IqPolarity);
  writeRegister(Register.IqPolarity, isUplink ? polarity | 0x04 : polarity & 0xfb);
}
