/**
 * Known limitation 15.3 of the SX1261/2 datasheet: after a packet with implicit header the timer of SetRx runs on.
 * When it expires the chip raises Timeout, whatever it does by then. The host stops it: 0 to register 0x0902, then
 * bit 1 of 0x0944.
 */
import type { Clock } from "../../../clock/index.ts";
import { WindowTimer } from "../lora/index.ts";
import { Reg, type Registers } from "./registers.ts";

const RUNNING = 0x01;
const CLEAR_EVENT = 0x02;

export class LeftoverTimer {
  readonly #timer: WindowTimer;
  #registers: Registers | undefined;

  constructor(clock: Clock) {
    this.#timer = new WindowTimer(clock);
  }

  /** A packet came while the timer, which expires at `endNs`, was running. */
  leave(registers: Registers, endNs: number, expired: () => void): void {
    registers.set(Reg.RtcControl, RUNNING);
    registers.set(Reg.EventMask, registers.read(Reg.EventMask) & ~CLEAR_EVENT);
    this.#registers = registers;
    this.#timer.start(endNs, () => {
      if (this.running) expired();
      this.forget();
    });
  }

  /** Whether it was left running and the host has not stopped it. */
  get running(): boolean {
    const registers = this.#registers;
    if (registers === undefined) return false;
    return registers.read(Reg.RtcControl) !== 0 || (registers.read(Reg.EventMask) & CLEAR_EVENT) === 0;
  }

  /** Sleep, reset, or another use of the timer. */
  forget(): void {
    this.#registers?.set(Reg.RtcControl, 0);
    this.#registers = undefined;
    this.#timer.cancel();
  }
}
