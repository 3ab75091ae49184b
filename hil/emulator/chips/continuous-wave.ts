/** The continuous wave of a chip: on the air, and among the events of the radio, whichever chip sends it. */
import type { Air, Carrier } from "../../air/index.ts";
import type { RadioEvent } from "./radio-chip.ts";

export interface WaveStation {
  readonly air: Air;
  /** The station's name on the air. */
  readonly name: string;
  readonly onEvent: (event: RadioEvent) => void;
}

export class ContinuousWave {
  readonly #station: WaveStation;
  #carrier: Carrier | undefined;

  constructor(station: WaveStation) {
    this.#station = station;
  }

  get sending(): boolean {
    return this.#carrier !== undefined;
  }

  start({ atNs, frequencyHz, powerDbm }: { atNs: number; frequencyHz: number; powerDbm: number }): void {
    const { air, name, onEvent } = this.#station;
    this.#carrier = { from: name, frequencyHz, powerDbm, startNs: atNs };
    onEvent({ type: "carrier-start", atNs, frequencyHz, powerDbm });
    air.startCarrier(this.#carrier);
  }

  /** Another mode begins, or the power has gone; nothing where no wave is on the air. */
  stop(atNs: number): void {
    if (this.#carrier === undefined) return;
    const { frequencyHz, powerDbm } = this.#carrier;
    this.#station.air.stopCarrier(this.#carrier);
    this.#carrier = undefined;
    this.#station.onEvent({ type: "carrier-end", atNs, frequencyHz, powerDbm });
  }
}
