/**
 * Transmission over time, from SetTx to TxDone or Timeout, and the continuous wave of SetTxContinuousWave: SX1261/2
 * datasheet, sections 13.1.4, 13.1.9, 13.1.12 and 13.1.13.
 */
import type { Transmission } from "../../../air/index.ts";
import { ContinuousWave } from "../continuous-wave.ts";
import { transmissionChannel } from "./channel.ts";
import { CommandStatus } from "./chip-mode.ts";
import { GfskStatus, PacketType } from "./chip-state.ts";
import { Irq } from "./interrupts.ts";
import type { ModeControl, Station } from "./mode-control.ts";
import { emittedPower, modulate } from "./modulator.ts";
import { carrierReadiness, transmissionReadiness } from "./readiness.ts";
import { timeoutNs } from "./timing.ts";

export class Transmitter {
  readonly #station: Station;
  readonly #modes: ModeControl;
  readonly #wave: ContinuousWave;
  #transmission: Transmission | undefined;

  constructor(station: Station, modes: ModeControl) {
    this.#station = station;
    this.#modes = modes;
    this.#wave = new ContinuousWave(station);
  }

  /** Whether a packet is on the air. */
  get sending(): boolean {
    return this.#transmission !== undefined;
  }

  /** Whether anything is on the air, so that the antenna is at the amplifier. */
  get radiating(): boolean {
    return this.sending || this.#wave.sending;
  }

  /** SetTx, or what `command` ends in. `timeoutSteps` 0 is none. */
  transmit(command: string, timeoutSteps: number, nowNs: number): void {
    const modes = this.#modes;
    const { air, name, onEvent, report, board } = this.#station;
    const ready = modes.checked(transmissionReadiness(command, modes.chip, board));
    const { tx } = modes.chip.settings;
    if (ready === undefined || tx === undefined) return;
    const lockNs = modes.enter("TX", command, nowNs);
    if (lockNs === undefined) return;
    const startNs = lockNs + tx.rampUs * 1000;
    const { transmission, faults } = modulate(modes.chip, ready, { name, startNs, board });
    for (const fault of faults) report(fault);
    modes.busy.hold(startNs);
    const limitNs = timeoutSteps === 0 ? Number.POSITIVE_INFINITY : startNs + timeoutNs(timeoutSteps);
    modes.at(startNs, () => {
      const { powerDbm, payload, endNs } = transmission;
      this.#transmission = transmission;
      const channel = transmissionChannel(transmission);
      onEvent({ type: "tx-start", atNs: startNs, ...channel, powerDbm, payload });
      air.transmit(transmission);
      modes.signal();
      if (endNs <= limitNs) modes.at(endNs, () => this.#transmitted(transmission));
      else modes.at(limitNs, () => this.#timedOut(limitNs));
    });
  }

  /** SetTxContinuousWave: the carrier alone, until another mode is commanded. */
  transmitWave(command: string, nowNs: number): void {
    const modes = this.#modes;
    const { report, board } = this.#station;
    const { frequencyHz, faults } = carrierReadiness(command, modes.chip, board);
    for (const fault of faults) report(fault);
    const { pa, tx } = modes.chip.settings;
    if (frequencyHz === undefined || pa === undefined || tx === undefined) {
      modes.chip.commandStatus = CommandStatus.Failed;
      return;
    }
    const lockNs = modes.enter("TX", command, nowNs);
    if (lockNs === undefined) return;
    const power = emittedPower(modes.chip, { pa, tx }, board);
    for (const fault of power.faults) report(fault);
    const startNs = lockNs + tx.rampUs * 1000;
    modes.busy.hold(startNs);
    modes.at(startNs, () => {
      this.#wave.start({ atNs: startNs, frequencyHz, powerDbm: power.powerDbm });
      modes.signal();
    });
  }

  /** SetTxInfinitePreamble: the mode without the signal. */
  transmitPreamble(command: string, nowNs: number): void {
    this.#station.report(`${command}: a preamble without end is not modelled, the air stays silent`);
    this.#modes.enter("TX", command, nowNs);
  }

  /** Another mode begins, or the power has gone. */
  abort(atNs: number): void {
    this.#wave.stop(atNs);
    if (this.#transmission === undefined) return;
    const channel = transmissionChannel(this.#transmission);
    this.#station.air.abort(this.#transmission);
    this.#transmission = undefined;
    this.#station.onEvent({ type: "tx-aborted", atNs, ...channel });
  }

  #transmitted(transmission: Transmission): void {
    const { chip } = this.#modes;
    this.#transmission = undefined;
    this.#modes.fallBack();
    if (chip.settings.packetType === PacketType.Gfsk) chip.gfskStatus.flags = GfskStatus.PacketSent;
    const channel = transmissionChannel(transmission);
    this.#station.onEvent({ type: "tx-done", atNs: transmission.endNs, ...channel });
    this.#modes.raise(Irq.TxDone, CommandStatus.TxDone);
  }

  #timedOut(atNs: number): void {
    this.abort(atNs);
    this.#modes.fallBack();
    this.#modes.raise(Irq.Timeout, CommandStatus.Timeout);
  }
}
