/** A driver alone on a board under Node: virtual time, of which an octet on the bus takes a microsecond, and a chip. */
import type * as HalModule from "../../../../firmware/hal/index.ts";
import type * as RadioModule from "../../../../firmware/radio/index.ts";
import type { VirtualClock } from "../../../../hil/clock/index.ts";
import type { RadioChip } from "../../../../hil/emulator/chips/index.ts";
import { loadFirmware, type RadioDriver } from "./instance.ts";

const OCTET_NS = 1000;

export class DriverBoard {
  readonly radio: typeof RadioModule;
  readonly #clock: VirtualClock;
  #events = 0;
  #eventTime = 0;

  constructor(options: {
    readonly clock: VirtualClock;
    readonly chip: RadioChip;
    readonly driver: RadioDriver;
    readonly config?: Readonly<Record<string, boolean | number>>;
  }) {
    const { clock, chip, driver, config } = options;
    this.#clock = clock;
    chip.onDio((dio, level) => {
      if (!level || dio > 1) return;
      this.#events |= 1 << dio;
      this.#eventTime = this.now();
    });
    const firmware = loadFirmware(config, { driver });
    const hal = {
      now: () => this.now(),
      sleepUntil: (deadline: number) => this.#sleepUntil(deadline),
      radioReset: (asserted: boolean) => chip.reset(asserted),
      radioSelect: (selected: boolean) => chip.select(selected),
      radioTransfer: (out: number) => {
        clock.advanceTo(clock.nowNs() + OCTET_NS);
        return chip.transfer(out);
      },
      radioBusy: () => {
        clock.advanceTo(clock.nowNs() + OCTET_NS);
        return chip.busy === true;
      },
      radioEvents: () => this.takeEvents(),
      radioEventTime: () => this.#eventTime,
    } as unknown as HalModule.Hal;
    (firmware("hal/index.ts") as unknown as typeof HalModule).bindHal(hal);
    this.radio = firmware("radio/index.ts") as unknown as typeof RadioModule;
  }

  now(): number {
    return Math.floor(this.#clock.nowNs() / 1000) >>> 0;
  }

  /** When the last event rose, in microseconds. */
  get eventTimeUs(): number {
    return this.#eventTime;
  }

  /** The EVENT_ bits raised since the last call, and clears them. */
  takeEvents(): number {
    const events = this.#events;
    this.#events = 0;
    return events;
  }

  /** Lets time pass until an event is pending, at most for `us`. */
  await(us: number): void {
    this.#sleepUntil((this.now() + us) >>> 0);
  }

  #sleepUntil(deadline: number): void {
    const clock = this.#clock;
    const targetNs = clock.nowNs() + Math.max(0, (deadline - this.now()) | 0) * 1000;
    while (this.#events === 0 && clock.nowNs() < targetNs) clock.advanceTo(Math.min(targetNs, clock.nextNs));
    // Where an event is pending the processor does not sleep, and time passes all the same.
    if (this.#events !== 0) clock.advanceTo(clock.nowNs() + OCTET_NS);
  }
}
