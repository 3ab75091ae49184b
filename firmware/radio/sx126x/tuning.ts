/** The carrier: SX1261/2 data sheet, sections 9.2.1 (image calibration) and 13.4.1 (SetRfFrequency). */
import { radioTransfer } from "../../hal/index.ts";
import { u8, u32 } from "../../lang/index.ts";
import { begin, command2, endWith24, Op } from "./commands.ts";

/**
 * f * 2^25 / 32 MHz, to the nearest. With f in units of 100 Hz that is f * 65536 / 625, taken apart so that it
 * stays within 32 bits.
 */
export function setFrequency(frequency: u32): void {
  const quotient = u32(frequency / 625);
  const remainder = frequency % 625;
  const steps = u32(quotient * 65536 + u32((remainder * 65536 + 312) / 625));
  begin(Op.SetRfFrequency);
  radioTransfer(u8(steps >>> 24));
  endWith24(steps);
}

/** The band's edges as the data sheet gives them (table 9-2). */
export function calibrateImage(frequency: u32): void {
  if (frequency >= 9000000) command2(Op.CalibrateImage, 0xe1, 0xe9);
  else if (frequency >= 8500000) command2(Op.CalibrateImage, 0xd7, 0xdb);
  else if (frequency >= 7700000) command2(Op.CalibrateImage, 0xc1, 0xc5);
  else if (frequency >= 4600000) command2(Op.CalibrateImage, 0x75, 0x81);
  else command2(Op.CalibrateImage, 0x6b, 0x6f);
}
