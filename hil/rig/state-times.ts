/** How long the processor and the radio of an emulated board have been in each of their states. */
import type { StateTimes } from "../../toolchain/image/index.ts";
import type { RadioState } from "../emulator/chips/index.ts";
import type { ProcessorMachine } from "../emulator/index.ts";

/** From power-up on. */
export class StateClock {
  readonly #machine: ProcessorMachine;
  readonly #bootNs: number;
  readonly #radioNs = { sleep: 0, standby: 0, receive: 0, transmit: 0 };
  #state: RadioState = "standby";
  #sinceNs: number;

  constructor(machine: ProcessorMachine) {
    this.#machine = machine;
    this.#bootNs = machine.nowNs();
    this.#sinceNs = this.#bootNs;
  }

  /** The radio is in a state from now on. */
  enter(state: RadioState): void {
    const nowNs = this.#machine.nowNs();
    this.#radioNs[this.#state] += nowNs - this.#sinceNs;
    this.#state = state;
    this.#sinceNs = nowNs;
  }

  /** Up to now. */
  read(): StateTimes {
    this.enter(this.#state);
    const { idle, powerDown } = this.#machine.asleepNs;
    const { sleep, standby, receive, transmit } = this.#radioNs;
    const active = this.#sinceNs - this.#bootNs - idle - powerDown;
    return {
      processor: { active: active / 1e9, idle: idle / 1e9, deep: powerDown / 1e9 },
      radio: { sleep: sleep / 1e9, standby: standby / 1e9, receive: receive / 1e9, transmit: transmit / 1e9 },
    };
  }
}

/** A `share` of what has passed from one reading to a later one. */
export function timesBetween(from: StateTimes, to: StateTimes, share = 1): StateTimes {
  const between = <T extends Readonly<Record<string, number>>>(a: T, b: T) =>
    Object.fromEntries(Object.keys(a).map((state) => [state, (b[state] - a[state]) * share])) as T;
  return {
    processor: between(from.processor, to.processor),
    radio: between(from.radio, to.radio),
  };
}
