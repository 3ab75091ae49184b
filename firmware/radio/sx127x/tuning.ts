/** The carrier: data sheet, sections 2.1.3.8 (image calibration) and 4.1.4. */
import { wait } from "../../clock/index.ts";
import { u8, u32 } from "../../lang/index.ts";
import { FskRegister, Register, readRegister, writeRegister } from "./registers.ts";

/** RegImageCal: start, and running. */
const IMAGE_CAL_START = 0x40;
const IMAGE_CAL_RUNNING = 0x20;

/**
 * RegFrf = f * 2^19 / 32 MHz, to the nearest. With f in units of 100 Hz that is f * 1024 / 625, taken
 * apart so that it stays within 32 bits.
 */
export function setFrequency(frequency: u32): void {
  const quotient = u32(frequency / 625);
  const remainder = frequency % 625;
  const frf = u32(quotient * 1024 + u32((remainder * 1024 + 312) / 625));
  writeRegister(Register.FrfMsb, u8(frf >>> 16));
  writeRegister(Register.FrfMid, u8(frf >>> 8));
  writeRegister(Register.FrfLsb, u8(frf));
}

/** In FSK standby. Takes about 10 ms. */
export function calibrateImage(): void {
  writeRegister(FskRegister.ImageCal, readRegister(FskRegister.ImageCal) | IMAGE_CAL_START);
  for (let attempt = 0; attempt < 20; attempt++) {
    wait(1000);
    if ((readRegister(FskRegister.ImageCal) & IMAGE_CAL_RUNNING) === 0) break;
  }
}
