/**
 * The wires between a processor and its radio: NSS and the reset line, the lines that the radio drives, and the bus. A
 * processor without power holds the radio in reset, so that it forgets everything.
 */
import type { RadioChip } from "./chips/index.ts";
import type { RadioPins } from "./machine.ts";
import type { Pins } from "./pins.ts";

/** What a line that nobody drives reads as. */
const IDLE_BUS = 0xff;

export class RadioPort {
  #radio: { readonly chip: RadioChip; readonly wiring: RadioPins } | undefined;
  /** Undefined while the processor has no power. */
  #pins: Pins | undefined;
  /** What the radio drives, by pin. */
  readonly #levels = new Map<string, boolean>();
  #selected = false;
  #resetAsserted = false;

  attach(chip: RadioChip, wiring: RadioPins): void {
    this.#radio = { chip, wiring };
    this.#drive(wiring.dio0, false);
    this.#drive(wiring.dio1, false);
    this.#drive(wiring.busy, chip.busy ?? false);
    chip.onDio((dio, level) => {
      if (dio <= 1) this.#drive(dio === 0 ? wiring.dio0 : wiring.dio1, level);
    });
    chip.onBusy?.((level) => this.#drive(wiring.busy, level));
    this.#follow();
  }

  /** The processor starts, and these are its pins until its next reset. */
  connect(pins: Pins): void {
    this.#pins = pins;
    for (const [pin, level] of this.#levels) pins.drive(pin, level);
    pins.onChange(() => this.#follow());
    this.#follow();
  }

  /** The power is gone. */
  disconnect(): void {
    this.#pins = undefined;
    this.#follow();
  }

  /** Exchanges an octet with whatever is selected on the bus. */
  exchange(out: number): number {
    return this.#selected && this.#radio !== undefined ? this.#radio.chip.transfer(out) : IDLE_BUS;
  }

  /** A line of the radio, where the board has it on a pin. */
  #drive(pin: string | undefined, level: boolean): void {
    if (pin === undefined) return;
    this.#levels.set(pin, level);
    this.#pins?.drive(pin, level);
  }

  /** Brings to the radio what the processor drives. */
  #follow(): void {
    if (this.#radio === undefined) return;
    const { chip, wiring } = this.#radio;
    const pins = this.#pins;
    const selected = pins !== undefined && pins.driven(wiring.radioSelect) === false;
    const resetAsserted = pins === undefined || pins.driven(wiring.radioReset) === (chip.resetLevel ?? false);
    // First: a power cut in the middle of a command is not the end of that command.
    if (resetAsserted !== this.#resetAsserted) {
      this.#resetAsserted = resetAsserted;
      chip.reset(resetAsserted);
    }
    if (selected !== this.#selected) {
      this.#selected = selected;
      chip.select(selected);
    }
  }
}
