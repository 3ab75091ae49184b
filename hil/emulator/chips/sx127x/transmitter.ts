/** Transmission of the LoRa modem over time: datasheet section 4.1.6. */
import type { LoraTransmission } from "../../../air/index.ts";
import { channelOf } from "./channel.ts";
import { Irq } from "./interrupts.ts";
import type { ModeControl, Station } from "./mode-control.ts";
import { modulate } from "./modulator.ts";

export class Transmitter {
  readonly #station: Station;
  readonly #modes: ModeControl;
  #transmission: LoraTransmission | undefined;

  constructor(station: Station, modes: ModeControl) {
    this.#station = station;
    this.#modes = modes;
  }

  /** Whether a packet is on the air. */
  get sending(): boolean {
    return this.#transmission !== undefined;
  }

  /** TX, with the synthesizer locked at `lockNs`. */
  transmit(lockNs: number, nowNs: number): void {
    const modes = this.#modes;
    const { air, name, onEvent, report } = this.#station;
    const { transmission, faults } = modulate(modes.chip, { name, lockNs });
    report(faults);
    if (transmission === undefined) return;
    const { startNs, endNs, powerDbm, payload } = transmission;
    modes.reachAt(startNs, nowNs, () => {
      modes.lock();
      this.#transmission = transmission;
      onEvent({ type: "tx-start", atNs: startNs, ...channelOf(transmission), powerDbm, payload });
      air.transmit(transmission);
      modes.at(endNs, () => this.#transmitted(transmission));
    });
  }

  /** Another mode begins, or a reset. */
  abort(atNs: number): void {
    if (this.#transmission === undefined) return;
    const channel = channelOf(this.#transmission);
    this.#station.air.abort(this.#transmission);
    this.#transmission = undefined;
    this.#station.onEvent({ type: "tx-aborted", atNs, ...channel });
  }

  #transmitted(transmission: LoraTransmission): void {
    this.#transmission = undefined;
    this.#modes.returnToStandby();
    this.#station.onEvent({ type: "tx-done", atNs: transmission.endNs, ...channelOf(transmission) });
    this.#modes.raise(Irq.TxDone);
  }
}
