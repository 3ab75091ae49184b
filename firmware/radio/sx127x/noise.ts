/** Random numbers of the receiver: data sheet, register 0x2C. */
import { wait } from "../../clock/index.ts";
import { u32 } from "../../lang/index.ts";
import { MASK_ALL } from "./interrupts.ts";
import { Mode, setMode, sleepRadio, wake } from "./modes.ts";
import { Register, readRegister, writeRegister } from "./registers.ts";

/** Between two readings of the noise, so that they do not depend on each other. */
const NOISE_INTERVAL_US = 1000;

/** 32 bits of noise from the wideband RSSI of the antenna. Takes 33 ms. */
export function readNoise(): u32 {
  wake();
  writeRegister(Register.IrqFlagsMask, MASK_ALL);
  setMode(Mode.ReceiveContinuous);
  let noise: u32 = 0;
  for (let i = 0; i < 32; i++) {
    wait(NOISE_INTERVAL_US);
    noise = u32((noise << 1) | (readRegister(Register.RssiWideband) & 1));
  }
  sleepRadio();
  return noise;
}
