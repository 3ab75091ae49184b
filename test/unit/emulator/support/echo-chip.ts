/** A chip that answers with the complement of what it is sent, and notes what happens to it. */
import type { RadioChip } from "../../../../hil/emulator/chips/index.ts";

export class EchoChip implements RadioChip {
  readonly log: string[] = [];
  readonly resetLevel: boolean;
  #setDio: (dio: 0 | 1, level: boolean) => void = () => {};
  /** `resetLevel`: that of the line that resets it. */
  constructor(resetLevel = false) {
    this.resetLevel = resetLevel;
  }
  select(selected: boolean): void {
    this.log.push(selected ? "select" : "deselect");
  }
  transfer(out: number): number {
    this.log.push(out.toString(16));
    return ~out & 0xff;
  }
  reset(asserted: boolean): void {
    this.log.push(asserted ? "reset" : "release");
  }
  onDio(listener: (dio: 0 | 1, level: boolean) => void): void {
    this.#setDio = listener;
  }
  rise(dio: 0 | 1): void {
    this.#setDio(dio, true);
  }
  fall(dio: 0 | 1): void {
    this.#setDio(dio, false);
  }
  /** A pulse on a DIO line. */
  pulse(dio: 0 | 1): void {
    this.rise(dio);
    this.fall(dio);
  }
}
