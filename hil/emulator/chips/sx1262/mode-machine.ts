/**
 * The chip's modes: start and sleep, oscillator and synthesizer, and the way from one mode to another. What it does in
 * TX and RX have parts of their own. SX1261/2 datasheet, chapter 9 and section 13.1.
 *
 * Timers carry the instant they stand for: the board's own time may have run ahead of it.
 */
import type { Timer } from "../../../clock/index.ts";
import type { RadioChannel, RadioState } from "../radio-chip.ts";
import { ActivityDetector } from "./activity-detector.ts";
import { BusyLine } from "./busy-line.ts";
import type { ChipMode } from "./chip-mode.ts";
import { CommandStatus, STATES } from "./chip-mode.ts";
import { ChipState, DeviceError } from "./chip-state.ts";
import type { ModeControl, Station } from "./mode-control.ts";
import { oscillatorStart } from "./oscillator.ts";
import type { Readiness, Ready } from "./readiness.ts";
import { Receiver } from "./receiver.ts";
import { COLD_START_NS, switchingNs, WARM_START_NS } from "./timing.ts";
import { Transmitter } from "./transmitter.ts";

interface ModeMachineOptions extends Station {
  /** A flag or the switch of the antenna changed. */
  readonly onSignal: () => void;
  readonly onState: (state: RadioState) => void;
}

export class ModeMachine {
  readonly #options: ModeMachineOptions;
  readonly busy: BusyLine;
  readonly transmitter: Transmitter;
  readonly receiver: Receiver;
  readonly activityDetector: ActivityDetector;
  #chip = new ChipState();
  #mode: ChipMode = "STDBY_RC";
  #retained = true;
  /** What begins or ends next in the present mode. */
  #step: Timer | undefined;

  constructor(options: ModeMachineOptions) {
    this.#options = options;
    this.busy = new BusyLine(options.clock);
    const control = this.#control();
    this.transmitter = new Transmitter(options, control);
    this.receiver = new Receiver(options, control);
    this.activityDetector = new ActivityDetector(options, control, this);
    this.start(options.clock.nowNs());
  }

  /** What the host has told the chip; anew after reset and after sleep without retention. */
  get chip(): ChipState {
    return this.#chip;
  }

  get mode(): ChipMode {
    return this.#mode;
  }

  /** The channel on which the receiver is on, if it is. */
  get receiving(): RadioChannel | undefined {
    return this.receiver.channel;
  }

  /** The level of DIO2 where it drives the antenna's switch. */
  get rfSwitch(): boolean | undefined {
    return this.#chip.settings.dio2IsRfSwitch ? this.transmitter.radiating : undefined;
  }

  /** Power-up, or the release of NRESET: everything is new, and busy with it. */
  start(nowNs: number): void {
    this.stop(nowNs);
    this.#renew();
    this.busy.hold(nowNs + COLD_START_NS);
  }

  /** NRESET fell, or the power: the chip does nothing any more. */
  stop(nowNs: number): void {
    this.transmitter.abort(nowNs);
    this.#leave(nowNs);
    this.receiver.leftover.forget();
    this.#become("STDBY_RC");
    this.#options.onSignal();
  }

  /** A command that leaves the mode alone, but takes `durationNs`. */
  occupy(durationNs: number, nowNs: number): void {
    this.busy.hold(nowNs + durationNs);
  }

  /** SetSleep. */
  sleep(retained: boolean, nowNs: number): void {
    this.#leave(nowNs);
    this.receiver.leftover.forget();
    this.#fallAsleep(retained);
  }

  /** NSS fell in sleep. */
  wake(nowNs: number): void {
    this.receiver.endDutyCycle();
    this.#step?.cancel();
    this.#step = undefined;
    if (!this.#retained) this.#renew();
    this.#become("STDBY_RC");
    this.busy.hold(nowNs + (this.#retained ? WARM_START_NS : COLD_START_NS));
  }

  /** SetStandby, SetFs. */
  idle(command: string, mode: "STDBY_RC" | "STDBY_XOSC" | "FS", nowNs: number): void {
    if (mode === this.#mode) return;
    if (mode === "FS" && this.#chip.settings.frequency === undefined) {
      this.fail(`${command} without SetRfFrequency: the synthesizer has nothing to lock to`);
      return;
    }
    const oscillatorNs = mode === "STDBY_RC" ? 0 : this.startOscillator(command);
    if (oscillatorNs === undefined) return;
    const before = this.#mode;
    this.#leave(nowNs);
    this.#become(mode);
    this.busy.hold(nowNs + switchingNs(before, mode) + oscillatorNs);
  }

  /** Nanoseconds until crystal or TCXO runs, beyond those of the change of mode. Undefined: it does not start. */
  startOscillator(command: string): number | undefined {
    if (this.#mode !== "STDBY_RC") return 0;
    const start = oscillatorStart(command, this.#chip.settings, this.#options.board);
    if ("delayNs" in start) return start.delayNs;
    this.fail(start.fault);
    this.#chip.deviceErrors |= DeviceError.OscillatorStart;
    return undefined;
  }

  /** A command that cannot be carried out now. */
  fail(fault: string): void {
    this.#options.report(fault);
    this.#chip.commandStatus = CommandStatus.Failed;
  }

  #control(): ModeControl {
    const machine = this;
    return {
      get chip() {
        return machine.#chip;
      },
      busy: this.busy,
      enter: (mode, command, nowNs) => this.#enter(mode, command, nowNs),
      become: (mode) => {
        this.#become(mode);
      },
      fallBack: () => {
        this.#become(this.#chip.settings.fallback);
      },
      doze: () => this.#fallAsleep(true),
      at: (atNs, action) => this.#at(atNs, action),
      raise: (flags, commandStatus) => this.#raise(flags, commandStatus),
      signal: () => this.#options.onSignal(),
      fail: (fault) => this.fail(fault),
      checked: (readiness) => this.#checked(readiness),
    };
  }

  #renew(): void {
    this.#chip = new ChipState();
    // A TCXO has no supply yet: what the chip does by itself at its start fails.
    if (this.#options.board.tcxo === undefined) this.#chip.calibrated = true;
    else this.#chip.deviceErrors = DeviceError.OscillatorStart;
    this.#options.onSignal();
  }

  #enter(mode: "RX" | "TX", command: string, nowNs: number): number | undefined {
    const oscillatorNs = this.startOscillator(command);
    if (oscillatorNs === undefined) return undefined;
    if (!this.#chip.calibrated) {
      this.#options.report(
        `${command} before Calibrate 0x7F: what the chip calibrated at its start failed without its TCXO (section 9.2.1)`,
      );
    }
    const { leftover } = this.receiver;
    if (leftover.running) {
      this.#options.report(
        `${command} while the timer of the last reception, with implicit header, runs on: stop it by registers 0x0902 and 0x0944 (section 15.3)`,
      );
    }
    leftover.forget();
    const before = this.#mode;
    this.#leave(nowNs);
    this.#become(mode);
    const reachedNs = nowNs + switchingNs(before, mode) + oscillatorNs;
    this.busy.hold(reachedNs);
    return reachedNs;
  }

  #become(mode: ChipMode): void {
    this.#mode = mode;
    this.#options.onState(STATES[mode]);
  }

  /** Stops whatever the present mode does. */
  #leave(nowNs: number): void {
    this.#step?.cancel();
    this.#step = undefined;
    this.receiver.endDutyCycle();
    if (this.transmitter.sending) {
      this.#options.report("another mode was commanded before TxDone: the packet on the air is cut off");
    }
    this.transmitter.abort(nowNs);
    this.receiver.close(nowNs);
  }

  #fallAsleep(retained: boolean): void {
    const { registers, buffer, interrupts } = this.#chip;
    this.#become("SLEEP");
    this.#retained = retained;
    registers.loseVolatile();
    buffer.clear();
    interrupts.clear(interrupts.flags);
    this.busy.hold(Number.POSITIVE_INFINITY);
    this.#options.onSignal();
  }

  #checked({ ready, faults }: Readiness): Ready | undefined {
    for (const fault of faults) this.#options.report(fault);
    if (ready === undefined) this.#chip.commandStatus = CommandStatus.Failed;
    return ready;
  }

  #raise(flags: number, commandStatus?: number): void {
    this.#chip.interrupts.raise(flags);
    if (commandStatus !== undefined) this.#chip.commandStatus = commandStatus;
    this.#options.onSignal();
  }

  #at(atNs: number, action: () => void): void {
    this.#step = this.#options.clock.at(atNs, () => {
      this.#step = undefined;
      action();
    });
  }
}
