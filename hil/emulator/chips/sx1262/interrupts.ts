/** Interrupt flags and the DIO lines that they drive: SX1261/2 datasheet, sections 8.5 and 13.3 (table 13-29). */
import type { Dio } from "../radio-chip.ts";

export const Irq = {
  TxDone: 0x0001,
  RxDone: 0x0002,
  PreambleDetected: 0x0004,
  SyncWordValid: 0x0008,
  HeaderValid: 0x0010,
  HeaderErr: 0x0020,
  CrcErr: 0x0040,
  CadDone: 0x0080,
  CadDetected: 0x0100,
  Timeout: 0x0200,
  LrFhssHop: 0x4000,
} as const;

/** All flags that there are. */
export const ALL_IRQS = Object.values(Irq).reduce((all, flag) => all | flag, 0);

/** SetDioIrqParams: which flags are set at all, and which of them DIO1, DIO2 and DIO3 show. */
export interface IrqMasks {
  readonly irq: number;
  readonly dio: readonly [number, number, number];
}

/** Set by the modem where the mask lets them, cleared by ClearIrqStatus. */
export class InterruptFlags {
  #flags = 0;
  masks: IrqMasks = { irq: 0, dio: [0, 0, 0] };

  get flags(): number {
    return this.#flags;
  }

  raise(flags: number): void {
    this.#flags |= flags & this.masks.irq;
  }

  clear(flags: number): void {
    this.#flags &= ~flags;
  }
}

/** The pins DIO1 to DIO3: levels, not pulses. */
export class DioLines {
  readonly #listeners: Array<(dio: Dio, level: boolean) => void> = [];
  readonly #levels = new Map<Dio, boolean>();

  onChange(listener: (dio: Dio, level: boolean) => void): void {
    this.#listeners.push(listener);
  }

  /** Sets the lines from the flags; `rfSwitch` is the level of DIO2 where that drives the antenna's switch. */
  update(interrupts: InterruptFlags, rfSwitch: boolean | undefined): void {
    const { flags, masks } = interrupts;
    for (const dio of [1, 2, 3] as const) {
      const shown = (flags & masks.dio[dio - 1]) !== 0;
      const level = dio === 2 && rfSwitch !== undefined ? rfSwitch : shown;
      if (level === (this.#levels.get(dio) ?? false)) continue;
      this.#levels.set(dio, level);
      for (const listener of this.#listeners) listener(dio, level);
    }
  }
}
