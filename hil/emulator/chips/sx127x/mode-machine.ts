/**
 * What the chip does over time, commanded through RegOpMode: start-up of oscillator and synthesizer, and in LoRa mode
 * transmission, reception, channel activity detection, and the return to standby; the FSK modem has its own file.
 * Datasheet sections 4.1.5 and 4.1.6.
 *
 * The symbol time-out of a single reception no longer counts once a preamble is detected. A packet that turns
 * out not to be for this receiver (sync word, header) ends a single reception with RxTimeout, as the datasheet
 * says of a lost signal; a continuous one goes on waiting.
 *
 * Timers carry the instant they stand for: the board's own time may have run ahead of it.
 */
import { type Air, type LoraTransmission, reportedSnrDb, symbolUs } from "../../../air/index.ts";
import type { Clock, Timer } from "../../../clock/index.ts";
import { hex } from "../hex.ts";
import { activityPresent, Demodulator, type ReceivedPacket, WindowTimer } from "../lora/index.ts";
import type { LoraChannel, RadioEvent } from "../radio-chip.ts";
import { carrierFaults, carrierHz } from "./carrier.ts";
import type { ChipState } from "./chip-state.ts";
import { errataFaults, receiverShiftHz } from "./errata.ts";
import { Irq1, irqFlags } from "./fsk/interrupts.ts";
import { FskModem } from "./fsk/modem.ts";
import { Irq } from "./interrupts.ts";
import { bandwidthFaults, invertIqFaults, type ModemSettings, modemSettings } from "./modem-settings.ts";
import { modulate } from "./modulator.ts";
import { isLora, LONG_RANGE_MODE, Mode, modeName, modeOf, withMode } from "./operating-mode.ts";
import { oscillatorFaults, oscillatorStartNs, type Tcxo } from "./oscillator.ts";
import { clearCounters, recordHeader, recordPacket } from "./packet-registers.ts";
import { rampUs } from "./power-amplifier.ts";
import { FskReg, Reg } from "./registers.ts";
import { activityDetectionNs, SYNTHESIZER_START_NS } from "./timing.ts";

export interface ModeMachineOptions {
  readonly clock: Clock;
  readonly air: Air;
  readonly name: string;
  readonly tcxo?: Tcxo;
  /** Misuse, in words. */
  readonly report: (faults: readonly string[]) => void;
  readonly onEvent: (event: RadioEvent) => void;
  /** A flag, the lock of the PLL or the readiness of the mode changed. */
  readonly onSignal: () => void;
}

/** RegSeqConfig1. */
const SEQUENCER_START = 0x80;

/** RegModemStat 4:0: clear; or header valid, RX on-going, synchronized, detected. */
const MODEM_STATUS = { searching: 0x10, detected: 0x05, synchronized: 0x07, header: 0x0f } as const;

export class ModeMachine {
  readonly #options: ModeMachineOptions;
  readonly #demodulator: Demodulator;
  readonly #symbolTimeout: WindowTimer;
  readonly fsk: FskModem;
  #chip: ChipState;
  #oscillatorReadyNs = 0;
  #modeReady = true;
  #pllLock = false;
  #transition: Timer | undefined;
  #transmission: LoraTransmission | undefined;
  #receiving: LoraChannel | undefined;
  /** Where in the buffer the next packet goes. */
  #rxPointer = 0;
  /** Whether RegRxNbBytes is of the reception under way. */
  #packetStored = true;

  constructor(chip: ChipState, options: ModeMachineOptions) {
    this.#chip = chip;
    this.#options = options;
    this.#symbolTimeout = new WindowTimer(options.clock);
    this.fsk = new FskModem(chip, options);
    this.#demodulator = new Demodulator({
      air: options.air,
      clock: options.clock,
      name: options.name,
      events: {
        preamble: () => this.#symbolTimeout.cancel(),
        header: (header) => this.#headerReceived(header),
        packet: (packet, atNs) => this.#packetReceived(packet, atNs),
        lost: (_cause, atNs) => {
          if (modeOf(this.#chip.opMode) === Mode.RxSingle) this.#receptionTimedOut(atNs);
        },
      },
    });
  }

  get modeReady(): boolean {
    return this.#modeReady;
  }

  get pllLock(): boolean {
    return this.#pllLock;
  }

  /** The channel on which the receiver is on, if it is. */
  get receiving(): LoraChannel | undefined {
    return this.#receiving;
  }

  /** Whether RegRxNbBytes tells of a packet that came before the reception under way. */
  get packetLengthStale(): boolean {
    return this.#receiving !== undefined && !this.#packetStored;
  }

  /** RegIrqFlags1 and RegIrqFlags2 of the FSK page. */
  get fskFlags(): number {
    const { fsk } = this;
    const own = (this.#modeReady ? Irq1.ModeReady : 0) | (this.#pllLock ? Irq1.PllLock : 0);
    return irqFlags(fsk.flags1 | own, fsk.flags2);
  }

  /** RegModemStat 4:0. */
  get modemStatus(): number {
    return MODEM_STATUS[this.#demodulator.progress];
  }

  /** The reset line is at its level: everything stops, and goes on with the registers of `chip`. */
  reset(chip: ChipState, nowNs: number): void {
    this.#leave(nowNs);
    this.#chip = chip;
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
    if (this.#transmission !== undefined) {
      this.#options.report([`${modeName(mode)} commanded before TxDone: the packet on the air is cut off`]);
    }
    if (this.fsk.sending) {
      this.#options.report([
        `${modeName(mode)} commanded before PacketSent: the packet on the air is cut off`,
      ]);
    }
    this.#leave(nowNs);
    this.#chip.opMode = wanted;
    if (isLora(wanted)) this.fsk.clearFifo();
    else this.#clearFskFifo(modeOf(before), mode);
    this.#enter(mode, modeOf(before), nowNs);
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
    if (this.#transmission !== undefined) {
      this.#options.air.abort(this.#transmission);
      this.#options.onEvent({ type: "tx-aborted", atNs: nowNs, ...channelOf(this.#transmission) });
      this.#transmission = undefined;
    }
    this.#closeReceiver(nowNs);
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
    } else if (mode === Mode.Tx) this.#prepareTransmission(lockNs, nowNs);
    else if (mode === Mode.Cad) this.#prepareActivityDetection(lockNs, nowNs);
    else if (mode === Mode.RxSingle || mode === Mode.RxContinuous) {
      this.#prepareReception(mode === Mode.RxSingle, lockNs, nowNs);
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

  /** The modem has done what its mode was for. */
  #returnToStandby(): void {
    this.#chip.opMode = withMode(this.#chip.opMode, Mode.Standby);
    this.#pllLock = false;
  }

  #prepareTransmission(lockNs: number, nowNs: number): void {
    const { air, clock, name, onEvent, report } = this.#options;
    const { transmission, faults } = modulate(this.#chip, { name, lockNs });
    report(faults);
    if (transmission === undefined) return;
    const { startNs, endNs, powerDbm, payload } = transmission;
    this.#reachAt(startNs, nowNs, () => {
      this.#pllLock = true;
      this.#transmission = transmission;
      onEvent({ type: "tx-start", atNs: startNs, ...channelOf(transmission), powerDbm, payload });
      air.transmit(transmission);
      this.#transition = clock.at(endNs, () => this.#transmitted(transmission));
    });
  }

  #transmitted(transmission: LoraTransmission): void {
    this.#transition = undefined;
    this.#transmission = undefined;
    this.#returnToStandby();
    this.#options.onEvent({ type: "tx-done", atNs: transmission.endNs, ...channelOf(transmission) });
    this.#raise(Irq.TxDone);
  }

  #prepareReception(single: boolean, lockNs: number, nowNs: number): void {
    const settings = this.#takeSettings();
    this.#options.report(this.#receptionFaults(settings));
    if (single && settings.symbolTimeout < 4) {
      this.#options.report([
        `RXSINGLE with a time-out of ${settings.symbolTimeout} symbols: 4 is the least (register 0x1F)`,
      ]);
    }
    clearCounters(this.#chip.registers);
    this.#rxPointer = this.#chip.registers.lora[Reg.FifoRxBaseAddr];
    this.#packetStored = false;
    const channel = this.#receivedChannel(settings);
    this.#reachAt(lockNs, nowNs, () => {
      this.#openReceiver(channel, lockNs);
      if (single) {
        const timeoutNs = lockNs + Math.round(settings.symbolTimeout * symbolUs(settings) * 1000);
        this.#symbolTimeout.start(timeoutNs, (atNs) => this.#receptionTimedOut(atNs));
      }
      this.#demodulator.start(settings, channel.frequencyHz, lockNs);
    });
  }

  #receptionFaults(settings: ModemSettings): string[] {
    const { part, registers, frf } = this.#chip;
    const frequencyHz = carrierHz(frf);
    const faults = [
      ...bandwidthFaults(settings, frequencyHz),
      ...invertIqFaults(registers, settings.rxInverted),
    ];
    if (settings.implicitHeader && settings.payloadLength === 0) {
      faults.push("RX with implicit header and RegPayloadLength 0: no packet is so short");
    }
    // Where nothing may tell of a packet, the host is after noise.
    const wantsPackets = (registers.lora[Reg.IrqFlagsMask] & Irq.RxDone) === 0;
    if (part.name === "SX1276" && wantsPackets) {
      faults.push(...errataFaults(registers.lora, { bandwidthHz: settings.bandwidthHz, frequencyHz }));
    }
    return faults;
  }

  #headerReceived(header: { codingRate: number; crc: boolean }): void {
    recordHeader(this.#chip.registers, header);
    this.#raise(Irq.ValidHeader);
  }

  #packetReceived(packet: ReceivedPacket, atNs: number): void {
    const channel = this.#receiving;
    if (channel === undefined) return;
    const { arrival, payload } = packet;
    const { rssiDbm } = arrival;
    const snrDb = reportedSnrDb(arrival.snrDb);
    const crcError = packet.crc && !packet.intact;
    const place = { channel, pointer: this.#rxPointer };
    this.#rxPointer = recordPacket(this.#chip, place, { arrival, payload, snrDb, crcError });
    this.#packetStored = true;
    this.#options.onEvent({ type: "rx-done", atNs, ...channel, payload, crcError, rssiDbm, snrDb });
    if (modeOf(this.#chip.opMode) === Mode.RxSingle) this.#finishReception(atNs);
    this.#raise(Irq.RxDone | (crcError ? Irq.PayloadCrcError : 0));
  }

  #receptionTimedOut(atNs: number): void {
    const channel = this.#receiving;
    if (channel === undefined) return;
    this.#options.onEvent({ type: "rx-timeout", atNs, ...channel });
    this.#finishReception(atNs);
    this.#raise(Irq.RxTimeout);
  }

  #finishReception(atNs: number): void {
    this.#closeReceiver(atNs);
    this.#returnToStandby();
  }

  #openReceiver(channel: LoraChannel, atNs: number): void {
    this.#pllLock = true;
    this.#receiving = channel;
    this.#options.onEvent({ type: "rx-open", atNs, ...channel });
  }

  #closeReceiver(atNs: number): void {
    this.#demodulator.stop();
    this.#symbolTimeout.cancel();
    if (this.#receiving === undefined) return;
    const channel = this.#receiving;
    this.#receiving = undefined;
    this.#options.onEvent({ type: "rx-close", atNs, ...channel });
  }

  #prepareActivityDetection(lockNs: number, nowNs: number): void {
    const settings = this.#takeSettings();
    const channel = this.#receivedChannel(settings);
    const { listenNs, processNs } = activityDetectionNs(settings);
    const { air, clock, name } = this.#options;
    const listenedNs = lockNs + listenNs;
    const doneNs = listenedNs + processNs;
    this.#reachAt(lockNs, nowNs, () => {
      this.#openReceiver(channel, lockNs);
      this.#transition = clock.at(listenedNs, () => {
        const detector = { rxInverted: settings.rxInverted, detects: "preamble" } as const;
        const detected = activityPresent(air.arrivals(name, lockNs), detector, channel, lockNs, listenedNs);
        this.#closeReceiver(listenedNs);
        this.#transition = clock.at(doneNs, () => this.#activityDetected(detected, channel, doneNs));
      });
    });
  }

  #activityDetected(detected: boolean, channel: LoraChannel, atNs: number): void {
    this.#transition = undefined;
    this.#returnToStandby();
    this.#options.onEvent({ type: "cad-done", atNs, ...channel, detected });
    this.#raise(Irq.CadDone | (detected ? Irq.CadDetected : 0));
  }

  #takeSettings(): ModemSettings {
    const { settings, faults } = modemSettings(this.#chip.part, this.#chip.registers);
    this.#options.report(faults);
    return settings;
  }

  /** Where the receiver listens. */
  #receivedChannel(settings: ModemSettings): LoraChannel {
    const { part, frf, registers } = this.#chip;
    const shiftHz = part.name === "SX1276" ? receiverShiftHz(registers.lora, settings.bandwidthHz) : 0;
    return channelOf({ ...settings, frequencyHz: Math.round(carrierHz(frf) - shiftHz) });
  }

  #raise(flags: number): void {
    this.#chip.interrupts.raise(flags, this.#chip.registers.lora[Reg.IrqFlagsMask]);
    this.#options.onSignal();
  }
}

function channelOf({ frequencyHz, bandwidthHz, spreadingFactor }: LoraChannel): LoraChannel {
  return { frequencyHz, bandwidthHz, spreadingFactor };
}
