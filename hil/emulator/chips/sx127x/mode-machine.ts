/**
 * The modes of the chip, commanded through RegOpMode: start-up of oscillator and synthesizer, and the return to
 * standby. What the LoRa modem does in them is in files of its own, as is the FSK modem. Datasheet sections 4.1.5 and
 * 4.1.6.
 *
 * Timers carry the instant they stand for: the board's own time may have run ahead of it.
 */
import type { Timer } from "../../../clock/index.ts";
import { hex } from "../hex.ts";
import type { LoraChannel, RadioState } from "../radio-chip.ts";
import { ActivityDetector } from "./activity-detector.ts";
import { carrierFaults } from "./carrier.ts";
import type { ChipState } from "./chip-state.ts";
import { Irq1, irqFlags } from "./fsk/interrupts.ts";
import { FskModem } from "./fsk/modem.ts";
import type { ModeControl, Station } from "./mode-control.ts";
import { isLora, LONG_RANGE_MODE, Mode, modeName, modeOf, stateOf, withMode } from "./operating-mode.ts";
import { oscillatorFaults, oscillatorStartNs } from "./oscillator.ts";
import { clearCounters } from "./packet-registers.ts";
import { rampUs } from "./power-amplifier.ts";
import { Receiver } from "./receiver.ts";
import { FskReg, Reg } from "./registers.ts";
import { SYNTHESIZER_START_NS } from "./timing.ts";
import { Transmitter } from "./transmitter.ts";

export interface ModeMachineOptions extends Station {
  /** A flag, the lock of the PLL or the readiness of the mode changed. */
  readonly onSignal: () => void;
  readonly onState: (state: RadioState) => void;
}

/** RegSeqConfig1. */
const SEQUENCER_START = 0x80;

export class ModeMachine {
  readonly #options: ModeMachineOptions;
  readonly #transmitter: Transmitter;
  readonly #receiver: Receiver;
  readonly #activity: ActivityDetector;
  readonly fsk: FskModem;
  #chip: ChipState;
  #oscillatorReadyNs = 0;
  #modeReady = true;
  #pllLock = false;
  #transition: Timer | undefined;

  constructor(chip: ChipState, options: ModeMachineOptions) {
    this.#chip = chip;
    this.#options = options;
    this.fsk = new FskModem(chip, options);
    const control = this.#control();
    this.#transmitter = new Transmitter(options, control);
    this.#receiver = new Receiver(options, control);
    this.#activity = new ActivityDetector(options, control, this.#receiver);
  }

  /** The machine as the parts of the LoRa modem see it. */
  #control(): ModeControl {
    const chip = () => this.#chip;
    return {
      get chip() {
        return chip();
      },
      reachAt: (readyNs, nowNs, action) => this.#reachAt(readyNs, nowNs, action),
      at: (atNs, action) => {
        this.#transition = this.#options.clock.at(atNs, () => {
          this.#transition = undefined;
          action();
        });
      },
      lock: () => {
        this.#pllLock = true;
      },
      returnToStandby: () => {
        this.#setOpMode(withMode(this.#chip.opMode, Mode.Standby));
        this.#pllLock = false;
      },
      raise: (flags) => {
        this.#chip.interrupts.raise(flags, this.#chip.registers.lora[Reg.IrqFlagsMask]);
        this.#options.onSignal();
      },
    };
  }

  get modeReady(): boolean {
    return this.#modeReady;
  }

  get pllLock(): boolean {
    return this.#pllLock;
  }

  /** The channel on which the receiver is on, if it is. */
  get receiving(): LoraChannel | undefined {
    return this.#receiver.receiving;
  }

  /** Whether RegRxNbBytes tells of a packet that came before the reception under way. */
  get packetLengthStale(): boolean {
    return this.#receiver.packetLengthStale;
  }

  /** RegIrqFlags1 and RegIrqFlags2 of the FSK page. */
  get fskFlags(): number {
    const { fsk } = this;
    const own = (this.#modeReady ? Irq1.ModeReady : 0) | (this.#pllLock ? Irq1.PllLock : 0);
    return irqFlags(fsk.flags1 | own, fsk.flags2);
  }

  /** RegModemStat 4:0. */
  get modemStatus(): number {
    return this.#receiver.modemStatus;
  }

  /** The reset line is at its level: everything stops, and goes on with the registers of `chip`. */
  reset(chip: ChipState, nowNs: number): void {
    this.#leave(nowNs);
    this.#chip = chip;
    this.#setOpMode(chip.opMode);
    this.fsk.reset(chip);
    this.#modeReady = true;
    this.#pllLock = false;
  }

  /** A write to RegOpMode. */
  command(value: number, nowNs: number): void {
    const before = this.#chip.opMode;
    let wanted = value;
    if (isLora(before) !== isLora(value) && modeOf(before) !== Mode.Sleep) {
      this.#options.report([
        `write of ${hex(value)} to RegOpMode in ${modeName(modeOf(before))}: LongRangeMode changes in SLEEP only, the bit is ignored`,
      ]);
      wanted = (value & ~LONG_RANGE_MODE) | (before & LONG_RANGE_MODE);
    }
    const mode = modeOf(wanted);
    if (mode === modeOf(before) && isLora(wanted) === isLora(before)) {
      this.#chip.opMode = wanted;
      return;
    }
    if (this.#transmitter.sending) {
      this.#options.report([`${modeName(mode)} commanded before TxDone: the packet on the air is cut off`]);
    }
    if (this.fsk.sending) {
      this.#options.report([
        `${modeName(mode)} commanded before PacketSent: the packet on the air is cut off`,
      ]);
    }
    this.#leave(nowNs);
    this.#setOpMode(wanted);
    if (isLora(wanted)) this.fsk.clearFifo();
    else this.#clearFskFifo(modeOf(before), mode);
    this.#enter(mode, modeOf(before), nowNs);
  }

  #setOpMode(value: number): void {
    this.#chip.opMode = value;
    this.#options.onState(stateOf(modeOf(value)));
  }

  /** What becomes of the FSK modem's FIFO when the mode changes: datasheet table 27. */
  #clearFskFifo(before: number, mode: number): void {
    if (
      before === Mode.Tx ||
      mode === Mode.RxContinuous ||
      (before === Mode.RxContinuous && mode === Mode.Tx)
    ) {
      this.fsk.clearFifo();
    }
  }

  /** Stops whatever the present mode does. */
  #leave(nowNs: number): void {
    this.#transition?.cancel();
    this.#transition = undefined;
    this.#transmitter.abort(nowNs);
    this.#receiver.close(nowNs);
    this.fsk.stop(nowNs);
  }

  #enter(mode: number, before: number, nowNs: number): void {
    if (before === Mode.Sleep && mode !== Mode.Sleep) {
      this.#oscillatorReadyNs = nowNs + oscillatorStartNs(this.#options.tcxo);
    }
    const lockedAlready = this.#pllLock && before === (mode === Mode.Tx ? Mode.FsTx : Mode.FsRx);
    this.#pllLock = lockedAlready;
    if (mode === Mode.Sleep && isLora(this.#chip.opMode)) {
      this.#chip.fifo.clear();
      clearCounters(this.#chip.registers);
    }
    const oscillatingNs = mode === Mode.Sleep ? nowNs : Math.max(nowNs, this.#oscillatorReadyNs);
    if (mode === Mode.Sleep || mode === Mode.Standby) {
      this.#reachAt(oscillatingNs, nowNs, () => {});
      return;
    }
    const { part, frf, frfPending, opMode, registers } = this.#chip;
    this.#options.report([
      ...oscillatorFaults(this.#chip, this.#options.tcxo),
      ...carrierFaults(part, frf, frfPending),
    ]);
    const lockNs = lockedAlready ? nowNs : oscillatingNs + SYNTHESIZER_START_NS;
    if (!isLora(opMode) && mode !== Mode.FsTx && mode !== Mode.FsRx) {
      const rampNs = mode === Mode.Tx ? rampUs(registers.common(Reg.PaRamp)) * 1000 : 0;
      this.#enterFsk(mode, lockNs + rampNs, nowNs);
    } else if (mode === Mode.Tx) this.#transmitter.transmit(lockNs, nowNs);
    else if (mode === Mode.Cad) this.#activity.detect(lockNs, nowNs);
    else if (mode === Mode.RxSingle || mode === Mode.RxContinuous) {
      this.#receiver.receive(lockNs, nowNs);
    } else {
      this.#reachAt(lockNs, nowNs, () => {
        this.#pllLock = true;
      });
    }
  }

  #enterFsk(mode: number, readyNs: number, nowNs: number): void {
    if (mode !== Mode.Tx && mode !== Mode.RxContinuous) {
      this.#options.report([`${modeName(mode)} in FSK/OOK mode: mode ${mode} is reserved there`]);
      return;
    }
    if ((this.#chip.registers.fsk[FskReg.SeqConfig1] & SEQUENCER_START) !== 0) {
      this.#options.report(["the sequencer is started (RegSeqConfig1), which is not modelled"]);
    }
    this.#reachAt(readyNs, nowNs, () => {
      this.#pllLock = true;
      if (mode === Mode.Tx) this.fsk.transmit(readyNs);
      else this.fsk.receive(readyNs);
    });
  }

  /** Runs `action` when the mode is reached, at once if that is now. */
  #reachAt(readyNs: number, nowNs: number, action: () => void): void {
    const reached = () => {
      this.#transition = undefined;
      this.#modeReady = true;
      action();
      this.#options.onSignal();
    };
    this.#modeReady = false;
    if (readyNs <= nowNs) reached();
    else this.#transition = this.#options.clock.at(readyNs, reached);
  }
}
