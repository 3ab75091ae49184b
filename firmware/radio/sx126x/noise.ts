/** Random numbers of the receiver: SX1261/2 data sheet, section 6.1 and register 0x0819. */
import { wait } from "../../clock/index.ts";
import { radioSelect, radioTransfer } from "../../hal/index.ts";
import { u32 } from "../../lang/index.ts";
import { begin, beginReading, command, endWith24, Op, Register } from "./commands.ts";
import { setInterrupts } from "./interrupts.ts";
import { useLora } from "./modem.ts";
import { sleepRadio, wake } from "./modes.ts";

/** Reception for noise: until its numbers are random. */
const NOISE_US = 10000;

/** 32 bits of noise from the receiver's random numbers. */
export function readNoise(): u32 {
  wake();
  useLora();
  setInterrupts(0);
  command(Op.SetLoRaSymbNumTimeout, 0);
  begin(Op.SetRx);
  endWith24(0xffffff);
  wait(NOISE_US);
  let noise: u32 = 0;
  beginReading(Register.RandomNumber);
  for (let i = 0; i < 4; i++) noise = u32((noise << 8) | radioTransfer(0));
  radioSelect(false);
  sleepRadio();
  return noise;
}
