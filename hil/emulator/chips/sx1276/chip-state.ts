/** What the host side and the modem side of the chip share: everything that a reset clears. */
import { DataBuffer } from "../lora/index.ts";
import { ImageCalibration } from "./image-calibration.ts";
import { InterruptFlags } from "./interrupts.ts";
import { Reg, Registers } from "./registers.ts";

export class ChipState {
  readonly registers = new Registers();
  readonly fifo = new DataBuffer();
  readonly interrupts = new InterruptFlags();
  readonly calibration = new ImageCalibration();
  /** The carrier in steps, 24 bits: what RegFrf* held when the least significant octet was last written. */
  frf = 0x6c8000;
  /** A more significant octet was written since. */
  frfPending = false;

  get opMode(): number {
    return this.registers.common(Reg.OpMode);
  }

  set opMode(value: number) {
    this.registers.setCommon(Reg.OpMode, value);
  }

  /** Takes over a write to one of RegFrf*. */
  latchFrf(address: number): void {
    this.frfPending = address !== Reg.FrfLsb;
    if (this.frfPending) return;
    const { registers } = this;
    this.frf =
      (registers.common(Reg.FrfMsb) << 16) |
      (registers.common(Reg.FrfMid) << 8) |
      registers.common(Reg.FrfLsb);
  }
}
