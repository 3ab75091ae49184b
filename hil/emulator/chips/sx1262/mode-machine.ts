/**
 * What the chip does over time: oscillator and synthesizer, transmission, reception, channel activity detection,
 * sleep, and the way back. SX1261/2 datasheet, chapter 9 and section 13.1.
 *
 * Timers carry the instant they stand for: the board's own time may have run ahead of it.
 */
import { type Air, type LoraTransmission, reportedSnrDb, symbolUs } from "../../../air/index.ts";
import type { Clock, Timer } from "../../../clock/index.ts";
import { activityPresent, type ReceivedPacket } from "../lora/index.ts";
import type { LoraChannel, RadioEvent } from "../radio-chip.ts";
import type { BoardTraits } from "./board-traits.ts";
import { BusyLine } from "./busy-line.ts";
import { type ChipMode, CommandStatus } from "./chip-mode.ts";
import { ChipState, DeviceError } from "./chip-state.ts";
import { Irq } from "./interrupts.ts";
import { LeftoverTimer } from "./leftover-timer.ts";
import { receiverSettings, symbolTimeout } from "./lora-settings.ts";
import { modulate } from "./modulator.ts";
import { type Ready, receptionReadiness, transmissionReadiness } from "./readiness.ts";
import { Reception } from "./reception.ts";
import { Reg } from "./registers.ts";
import { COLD_START_NS, switchingNs, timeoutNs, WARM_START_NS } from "./timing.ts";

/** SetRx: stay until told otherwise. */
const CONTINUOUS = 0xffffff;

export interface ModeMachineOptions {
  readonly clock: Clock;
  readonly air: Air;
  readonly name: string;
  readonly board: BoardTraits;
  /** Misuse, in words. */
  readonly report: (fault: string) => void;
  readonly onEvent: (event: RadioEvent) => void;
  /** A flag or the switch of the antenna changed. */
  readonly onSignal: () => void;
}

/** SetRxDutyCycle: how long to listen and to sleep in turn. */
interface DutyCycle {
  readonly rxNs: number;
  readonly sleepNs: number;
  readonly ready: Ready;
}

export class ModeMachine {
  readonly #options: ModeMachineOptions;
  readonly #reception: Reception;
  readonly #leftover: LeftoverTimer;
  readonly busy: BusyLine;
  #chip: ChipState;
  #mode: ChipMode = "STDBY_RC";
  #retained = true;
  /** What begins or ends next in the present mode. */
  #step: Timer | undefined;
  #transmission: LoraTransmission | undefined;
  #receiving: LoraChannel | undefined;
  #single = true;
  #dutyCycle: DutyCycle | undefined;
  /** Where in the buffer the next packet goes. */
  #rxPointer = 0;

  constructor(options: ModeMachineOptions) {
    const { air, clock, name } = options;
    this.#options = options;
    this.busy = new BusyLine(clock);
    this.#leftover = new LeftoverTimer(clock);
    this.#reception = new Reception({
      air,
      clock,
      name,
      events: {
        preamble: (atNs) => this.#preambleDetected(atNs),
        header: (header) => this.#headerReceived(header),
        headerError: (atNs) => this.#headerBroken(atNs),
        packet: (packet, atNs) => this.#packetReceived(packet, atNs),
        brokenOff: (atNs) => this.#packetBrokenOff(atNs),
        timeout: (atNs) => this.#receptionTimedOut(atNs),
      },
    });
    this.#chip = new ChipState();
    this.start(clock.nowNs());
  }

  /** What the host has told the chip; anew after reset and after sleep without retention. */
  get chip(): ChipState {
    return this.#chip;
  }

  get mode(): ChipMode {
    return this.#mode;
  }

  /** The channel on which the receiver is on, if it is. */
  get receiving(): LoraChannel | undefined {
    return this.#receiving;
  }

  /** The level of DIO2 where it drives the antenna's switch. */
  get rfSwitch(): boolean | undefined {
    return this.#chip.settings.dio2IsRfSwitch ? this.#transmission !== undefined : undefined;
  }

  /** Power-up, or the release of NRESET: everything is new, and busy with it. */
  start(nowNs: number): void {
    this.stop(nowNs);
    this.#renew();
    this.busy.hold(nowNs + COLD_START_NS);
  }

  /** NRESET fell, or the power: the chip does nothing any more. */
  stop(nowNs: number): void {
    this.#abortTransmission(nowNs);
    this.#leave(nowNs);
    this.#leftover.forget();
    this.#mode = "STDBY_RC";
    this.#options.onSignal();
  }

  #renew(): void {
    this.#chip = new ChipState();
    // A TCXO has no supply yet: what the chip does by itself at its start fails.
    if (this.#options.board.tcxo === undefined) this.#chip.calibrated = true;
    else this.#chip.deviceErrors = DeviceError.OscillatorStart;
    this.#options.onSignal();
  }

  /** A command that leaves the mode alone, but takes `durationNs`. */
  occupy(durationNs: number, nowNs: number): void {
    this.busy.hold(nowNs + durationNs);
  }

  /** SetSleep. */
  sleep(retained: boolean, nowNs: number): void {
    this.#leave(nowNs);
    this.#leftover.forget();
    this.#fallAsleep(retained);
  }

  /** NSS fell in sleep. */
  wake(nowNs: number): void {
    this.#dutyCycle = undefined;
    this.#step?.cancel();
    this.#step = undefined;
    if (!this.#retained) this.#renew();
    this.#mode = "STDBY_RC";
    this.busy.hold(nowNs + (this.#retained ? WARM_START_NS : COLD_START_NS));
  }

  /** SetStandby, SetFs. */
  idle(command: string, mode: "STDBY_RC" | "STDBY_XOSC" | "FS", nowNs: number): void {
    if (mode === this.#mode) return;
    if (mode === "FS" && this.#chip.settings.frequency === undefined) {
      this.fail(`${command} without SetRfFrequency: the synthesizer has nothing to lock to`);
      return;
    }
    const oscillatorNs = mode === "STDBY_RC" ? 0 : this.#startOscillator(command);
    if (oscillatorNs === undefined) return;
    const before = this.#mode;
    this.#leave(nowNs);
    this.#mode = mode;
    this.busy.hold(nowNs + switchingNs(before, mode) + oscillatorNs);
  }

  /** SetTx. `timeoutSteps` 0 is none. */
  transmit(timeoutSteps: number, nowNs: number): void {
    this.#prepareTransmission("SetTx", timeoutSteps, nowNs);
  }

  /** SetRx. */
  receive(timeoutSteps: number, nowNs: number): void {
    const ready = this.#readyToReceive("SetRx");
    if (ready === undefined) return;
    const continuous = timeoutSteps === CONTINUOUS;
    if (continuous && symbolTimeout(this.#chip) > 0) {
      this.#options.report(
        `SetRx, continuous, with a symbol time-out of ${symbolTimeout(this.#chip)}: it ends the reception`,
      );
    }
    const unlimited = continuous || timeoutSteps === 0;
    this.#enterReception("SetRx", ready, {
      single: !continuous,
      timeoutNs: unlimited ? Number.POSITIVE_INFINITY : timeoutNs(timeoutSteps),
      nowNs,
    });
  }

  /** SetRxDutyCycle. */
  receiveDutyCycle(rxSteps: number, sleepSteps: number, nowNs: number): void {
    const ready = this.#readyToReceive("SetRxDutyCycle");
    if (ready === undefined) return;
    const dutyCycle = { rxNs: timeoutNs(rxSteps), sleepNs: timeoutNs(sleepSteps), ready };
    this.#enterReception("SetRxDutyCycle", ready, { single: true, timeoutNs: dutyCycle.rxNs, nowNs });
    if (this.#mode === "RX") this.#dutyCycle = dutyCycle;
  }

  /** SetCad. */
  detectActivity(nowNs: number): void {
    const ready = this.#readyToReceive("SetCad");
    if (ready === undefined) return;
    const cad = this.#chip.settings.cad;
    if (cad === undefined) {
      this.fail("SetCad without SetCadParams: nothing is looked for");
      return;
    }
    const openNs = this.#enter("RX", "SetCad", nowNs);
    if (openNs === undefined) return;
    const { air, name } = this.#options;
    const channel = channelOf(ready);
    const detector = { rxInverted: ready.packet.iqInverted, detects: "packet" } as const;
    const symbolNs = symbolUs(channel) * 1000;
    const listenedNs = Math.round(openNs + cad.symbols * symbolNs);
    // Half a symbol for the correlation (AN1200.48, section 3).
    const doneNs = Math.round(listenedNs + symbolNs / 2);
    this.#at(openNs, () => {
      this.#openReceiver(channel, openNs);
      this.#at(listenedNs, () => {
        const detected = activityPresent(air.arrivals(name, openNs), detector, channel, openNs, listenedNs);
        this.#closeReceiver(listenedNs);
        this.#at(doneNs, () => this.#activityDetected(detected, ready, channel, doneNs));
      });
    });
  }

  /** SetTxContinuousWave, SetTxInfinitePreamble: the mode without the signal. */
  transmitForever(command: string, nowNs: number): void {
    this.#options.report(`${command}: signals without end are not modelled, the air stays silent`);
    const startNs = this.#enter("TX", command, nowNs);
    if (startNs !== undefined) this.#at(startNs, () => {});
  }

  /** Calibrate and CalibrateImage run on the oscillator: whether it starts, after which time. */
  oscillatorForCalibration(command: string): number | undefined {
    return this.#startOscillator(command);
  }

  /** A command that cannot be carried out now. */
  fail(fault: string): void {
    this.#options.report(fault);
    this.#chip.commandStatus = CommandStatus.Failed;
  }

  #readyToReceive(command: string): Ready | undefined {
    const { ready, faults } = receptionReadiness(command, this.#chip);
    return this.#checked(ready, faults);
  }

  #checked(ready: Ready | undefined, faults: readonly string[]): Ready | undefined {
    for (const fault of faults) this.#options.report(fault);
    if (ready === undefined) this.#chip.commandStatus = CommandStatus.Failed;
    return ready;
  }

  /** Nanoseconds until the crystal or the TCXO runs, beyond those of the change of mode. Undefined: it does not start. */
  #startOscillator(command: string): number | undefined {
    if (this.#mode !== "STDBY_RC") return 0;
    const { tcxo: supplied } = this.#chip.settings;
    const { tcxo } = this.#options.board;
    const delayNs = supplied === undefined ? 0 : timeoutNs(supplied.delaySteps);
    if (supplied === undefined && tcxo === undefined) return 0;
    if (tcxo === undefined) {
      this.fail(`${command}: the chip waits for a TCXO (SetDIO3AsTCXOCtrl), but the board has a crystal`);
    } else if (supplied === undefined) {
      this.fail(`${command}: the board's TCXO has no supply, send SetDIO3AsTCXOCtrl first`);
    } else if (delayNs < tcxo.startUpUs * 1000) {
      this.fail(
        `${command}: the TCXO starts in ${tcxo.startUpUs} us, SetDIO3AsTCXOCtrl gives it ${delayNs / 1000} us`,
      );
    } else {
      return delayNs;
    }
    this.#chip.deviceErrors |= DeviceError.OscillatorStart;
    return undefined;
  }

  /** Changes to a mode on the air and returns when it is reached, without the ramp of a transmission. */
  #enter(mode: "RX" | "TX", command: string, nowNs: number): number | undefined {
    const oscillatorNs = this.#startOscillator(command);
    if (oscillatorNs === undefined) return undefined;
    if (!this.#chip.calibrated) {
      this.#options.report(
        `${command} before Calibrate 0x7F: what the chip calibrated at its start failed without its TCXO (section 9.2.1)`,
      );
    }
    if (this.#leftover.running) {
      this.#options.report(
        `${command} while the timer of the last reception, with implicit header, runs on: stop it by registers 0x0902 and 0x0944 (section 15.3)`,
      );
    }
    this.#leftover.forget();
    const before = this.#mode;
    this.#leave(nowNs);
    this.#mode = mode;
    const reachedNs = nowNs + switchingNs(before, mode) + oscillatorNs;
    this.busy.hold(reachedNs);
    return reachedNs;
  }

  /** Stops whatever the present mode does. */
  #leave(nowNs: number): void {
    this.#step?.cancel();
    this.#step = undefined;
    this.#dutyCycle = undefined;
    if (this.#transmission !== undefined) {
      this.#options.report("another mode was commanded before TxDone: the packet on the air is cut off");
      this.#abortTransmission(nowNs);
    }
    this.#closeReceiver(nowNs);
  }

  #abortTransmission(atNs: number): void {
    if (this.#transmission === undefined) return;
    this.#options.air.abort(this.#transmission);
    this.#options.onEvent({ type: "tx-aborted", atNs, ...channelOf(this.#transmission) });
    this.#transmission = undefined;
  }

  #fallAsleep(retained: boolean): void {
    const { registers, buffer, interrupts } = this.#chip;
    this.#mode = "SLEEP";
    this.#retained = retained;
    registers.loseVolatile();
    buffer.clear();
    interrupts.clear(interrupts.flags);
    this.busy.hold(Number.POSITIVE_INFINITY);
    this.#options.onSignal();
  }

  /** The modem has done what its mode was for. */
  #fallBack(): void {
    this.#mode = this.#chip.settings.fallback;
  }

  #prepareTransmission(command: string, timeoutSteps: number, nowNs: number): void {
    const { air, name, onEvent, report, board } = this.#options;
    const { ready, faults } = transmissionReadiness(command, this.#chip, board);
    const { tx, dio2IsRfSwitch } = this.#chip.settings;
    if (this.#checked(ready, faults) === undefined || ready === undefined || tx === undefined) return;
    const lockNs = this.#enter("TX", command, nowNs);
    if (lockNs === undefined) return;
    const startNs = lockNs + tx.rampUs * 1000;
    const antennaConnected = board.rfSwitch !== "DIO2" || dio2IsRfSwitch;
    const { transmission, faults: powerFaults } = modulate(this.#chip, ready, {
      name,
      startNs,
      antennaConnected,
    });
    for (const fault of powerFaults) report(fault);
    this.busy.hold(startNs);
    const limitNs = timeoutSteps === 0 ? Number.POSITIVE_INFINITY : startNs + timeoutNs(timeoutSteps);
    this.#at(startNs, () => {
      const { powerDbm, payload, endNs } = transmission;
      this.#transmission = transmission;
      onEvent({ type: "tx-start", atNs: startNs, ...channelOf(transmission), powerDbm, payload });
      air.transmit(transmission);
      this.#options.onSignal();
      if (endNs <= limitNs) this.#at(endNs, () => this.#transmitted(transmission));
      else this.#at(limitNs, () => this.#transmissionTimedOut(limitNs));
    });
  }

  #transmitted(transmission: LoraTransmission): void {
    this.#transmission = undefined;
    this.#fallBack();
    this.#options.onEvent({ type: "tx-done", atNs: transmission.endNs, ...channelOf(transmission) });
    this.#raise(Irq.TxDone, CommandStatus.TxDone);
  }

  #transmissionTimedOut(atNs: number): void {
    this.#abortTransmission(atNs);
    this.#fallBack();
    this.#raise(Irq.Timeout, CommandStatus.Timeout);
  }

  #enterReception(
    command: string,
    ready: Ready,
    window: { single: boolean; timeoutNs: number; nowNs: number },
  ): void {
    const openNs = this.#enter("RX", command, window.nowNs);
    if (openNs === undefined) return;
    this.#single = window.single;
    this.#rxPointer = this.#chip.settings.rxBase;
    this.#at(openNs, () => this.#startReception(ready, window.timeoutNs, openNs));
  }

  #startReception(ready: Ready, timeoutNs: number, openNs: number): void {
    const chip = this.#chip;
    const channel = channelOf(ready);
    const symbols = symbolTimeout(chip);
    this.#openReceiver(channel, openNs);
    this.#reception.open({
      settings: receiverSettings(chip, ready.modulation, ready.packet),
      frequencyHz: ready.frequencyHz,
      openNs,
      timeoutNs,
      symbolTimeoutNs:
        symbols === 0 ? Number.POSITIVE_INFINITY : Math.round(symbols * symbolUs(channel) * 1000),
      stopTimerOnPreamble: chip.settings.stopTimerOnPreamble,
    });
  }

  #preambleDetected(atNs: number): void {
    if (this.#dutyCycle !== undefined) {
      // The packet is given the time of two windows and a sleep (section 13.1.7).
      const { rxNs, sleepNs } = this.#dutyCycle;
      this.#reception.expireAt(atNs + 2 * rxNs + sleepNs);
      this.#dutyCycle = undefined;
    }
    this.#raise(Irq.PreambleDetected);
  }

  #headerReceived(header: { codingRate: number; crc: boolean }): void {
    const { registers } = this.#chip;
    registers.set(Reg.HeaderCodingRate, header.codingRate << 4);
    registers.set(Reg.HeaderCrc, header.crc ? 0x10 : 0);
    this.#raise(Irq.HeaderValid);
  }

  #headerBroken(atNs: number): void {
    this.#chip.counts.headerErrors++;
    if (this.#single) this.#finishReception(atNs);
    this.#raise(Irq.HeaderErr);
  }

  #packetReceived(packet: ReceivedPacket, atNs: number): void {
    const channel = this.#receiving;
    if (channel === undefined) return;
    const { arrival, payload } = packet;
    const crcError = packet.crc && !packet.intact;
    const snrDb = reportedSnrDb(arrival.snrDb);
    const { rssiDbm } = arrival;
    const chip = this.#chip;
    chip.buffer.store(this.#rxPointer, payload);
    // Under the noise, the power in the channel is that of the noise.
    const channelDbm = snrDb < 0 ? rssiDbm - snrDb : rssiDbm;
    chip.received = {
      length: payload.length,
      start: this.#rxPointer,
      rssiDbm: channelDbm,
      snrDb,
      signalDbm: rssiDbm,
    };
    this.#rxPointer = (this.#rxPointer + payload.length) & 0xff;
    chip.registers.set(Reg.RxAddrPtr, this.#rxPointer);
    chip.counts.received++;
    if (crcError) chip.counts.crcErrors++;
    this.#options.onEvent({ type: "rx-done", atNs, ...channel, payload, crcError, rssiDbm, snrDb });
    const timerEndNs = this.#reception.timerEndNs;
    if (timerEndNs !== undefined && arrival.transmission.implicitHeader) this.#leaveTimer(timerEndNs);
    if (this.#single) this.#finishReception(atNs);
    this.#raise(Irq.RxDone | (crcError ? Irq.CrcErr : 0), CommandStatus.DataAvailable);
  }

  /** Known limitation 15.3. */
  #leaveTimer(endNs: number): void {
    this.#leftover.leave(this.#chip.registers, endNs, () => {
      this.#options.report(
        "the timer of the last reception, with implicit header, ran on and raises Timeout: stop it by registers 0x0902 and 0x0944 after RxDone (section 15.3)",
      );
      this.#raise(Irq.Timeout);
    });
  }

  /** The modem demodulates to the end what is no signal any more. */
  #packetBrokenOff(atNs: number): void {
    const channel = this.#receiving;
    if (channel === undefined) return;
    const payload = new Uint8Array(0);
    this.#chip.received = { length: 0, start: this.#rxPointer, rssiDbm: -128, snrDb: -32, signalDbm: -128 };
    this.#chip.counts.crcErrors++;
    const noise = { payload, crcError: true, rssiDbm: -128, snrDb: -32 };
    this.#options.onEvent({ type: "rx-done", atNs, ...channel, ...noise });
    if (this.#single) this.#finishReception(atNs);
    this.#raise(Irq.RxDone | Irq.CrcErr, CommandStatus.DataAvailable);
  }

  #receptionTimedOut(atNs: number): void {
    const channel = this.#receiving;
    if (channel === undefined) return;
    if (this.#dutyCycle !== undefined) {
      this.#sleepBetween(this.#dutyCycle, atNs);
      return;
    }
    this.#options.onEvent({ type: "rx-timeout", atNs, ...channel });
    this.#finishReception(atNs);
    this.#raise(Irq.Timeout, CommandStatus.Timeout);
  }

  /** SetRxDutyCycle: nothing came, the chip sleeps and then listens again. */
  #sleepBetween(dutyCycle: DutyCycle, atNs: number): void {
    this.#closeReceiver(atNs);
    this.#fallAsleep(true);
    const { tcxo } = this.#chip.settings;
    const startUpNs = WARM_START_NS + (tcxo === undefined ? 0 : timeoutNs(tcxo.delaySteps));
    const openNs = atNs + dutyCycle.sleepNs + startUpNs + switchingNs("STDBY_RC", "RX");
    this.#at(openNs, () => {
      this.#mode = "RX";
      this.busy.hold(openNs);
      this.#startReception(dutyCycle.ready, dutyCycle.rxNs, openNs);
    });
  }

  #finishReception(atNs: number): void {
    this.#dutyCycle = undefined;
    this.#closeReceiver(atNs);
    this.#fallBack();
  }

  #openReceiver(channel: LoraChannel, atNs: number): void {
    this.#receiving = channel;
    this.#options.onEvent({ type: "rx-open", atNs, ...channel });
  }

  #closeReceiver(atNs: number): void {
    this.#reception.close();
    if (this.#receiving === undefined) return;
    const channel = this.#receiving;
    this.#receiving = undefined;
    this.#options.onEvent({ type: "rx-close", atNs, ...channel });
  }

  #activityDetected(detected: boolean, ready: Ready, channel: LoraChannel, atNs: number): void {
    const exit = this.#chip.settings.cad?.exit ?? "standby";
    const timeoutSteps = this.#chip.settings.cad?.timeoutSteps ?? 0;
    this.#options.onEvent({ type: "cad-done", atNs, ...channel, detected });
    this.#mode = "STDBY_RC";
    if (exit === "receive" && detected) {
      this.#mode = "RX";
      this.#single = true;
      this.#rxPointer = this.#chip.settings.rxBase;
      const unlimited = timeoutSteps === 0;
      this.#startReception(ready, unlimited ? Number.POSITIVE_INFINITY : timeoutNs(timeoutSteps), atNs);
    } else if (exit === "transmit" && !detected) {
      this.#mode = "FS";
      this.#prepareTransmission("SetCad with listen before talk", timeoutSteps, atNs);
    }
    this.#raise(Irq.CadDone | (detected ? Irq.CadDetected : 0));
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

function channelOf(on: Ready | LoraChannel): LoraChannel {
  const { frequencyHz } = on;
  const { bandwidthHz, spreadingFactor } = "modulation" in on ? on.modulation : on;
  return { frequencyHz, bandwidthHz, spreadingFactor };
}
