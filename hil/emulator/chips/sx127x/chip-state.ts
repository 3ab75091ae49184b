/** What the host side and the modem side of the chip share: everything that a reset clears. */
import { DataBuffer } from "../lora/index.ts";
import { FskFifo } from "./fsk/fifo.ts";
import { ImageCalibration } from "./image-calibration.ts";
import { InterruptFlags } from "./interrupts.ts";
import type { Part } from "./part.ts";
import { Reg, Registers } from "./registers.ts";

export class ChipState {
  readonly registers: Registers;
  /** The FIFO as the LoRa modem has it, and as the FSK modem has it. */
  readonly fifo = new DataBuffer();
  readonly fskFifo = new FskFifo();
  readonly interrupts = new InterruptFlags();
  readonly calibration = new ImageCalibration();
  /** The carrier in steps, 24 bits: what RegFrf* held when the least significant octet was last written. */
  frf: number;
  /** A more significant octet was written since. */
  frfPending = false;

  constructor(readonly part: Part) {
    this.registers = new Registers(part);
    this.frf = this.#writtenFrf;
  }

  get opMode(): number {
    return this.registers.common(Reg.OpMode);
  }

  set opMode(value: number) {
    this.registers.setCommon(Reg.OpMode, value);
  }

  /** Takes over a write to one of RegFrf*. */
  latchFrf(address: number): void {
    this.frfPending = address !== Reg.FrfLsb;
    if (!this.frfPending) this.frf = this.#writtenFrf;
  }

  get #writtenFrf(): number {
    const { registers } = this;
    return (
      (registers.common(Reg.FrfMsb) << 16) |
      (registers.common(Reg.FrfMid) << 8) |
      registers.common(Reg.FrfLsb)
    );
  }
}
