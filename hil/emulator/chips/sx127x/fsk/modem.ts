/**
 * What the FSK modem does over time in packet mode: datasheet sections 2.1.12 to 2.1.14. Octets leave and enter the
 * FIFO one by one, as they are on the air, so that a host may feed and empty it meanwhile. Of continuous mode there
 * is the carrier without deviation.
 *
 * A transmission begins when its start condition is met, with the preamble as programmed; the chip would fill the time
 * until then with more of it. The receiver's gain and frequency control find what they need in the preamble.
 *
 * Timers carry the instant they stand for: the board's own time may have run ahead of it.
 */
import {
  type Air,
  type Arrival,
  type FskTransmission,
  fskAirtimeUs,
  fskBandwidthHz,
} from "../../../../air/index.ts";
import type { Clock, Timer } from "../../../../clock/index.ts";
import { ContinuousWave } from "../../continuous-wave.ts";
import { FskDemodulator, type ReceivedFskPacket } from "../../fsk/index.ts";
import { WindowTimer } from "../../lora/index.ts";
import type { FskChannel, RadioEvent } from "../../radio-chip.ts";
import { carrierHz, FREQUENCY_STEP_HZ } from "../carrier.ts";
import type { ChipState } from "../chip-state.ts";
import { outputPower } from "../power-amplifier.ts";
import { FskReg, Reg } from "../registers.ts";
import { Irq1, Irq2 } from "./interrupts.ts";
import { fskReceiverSettings, fskSettings, isContinuous } from "./settings.ts";

/** RegFifoThresh. */
const TX_START_ON_NOT_EMPTY = 0x80;
const THRESHOLD = 0x3f;
/** RegPacketConfig1. */
const CRC_AUTO_CLEAR_OFF = 0x08;
/** RegSyncConfig: the receiver starts again by itself once the FIFO is empty. */
const AUTO_RESTART = 0xc0;

/** RegDioMapping1: of DIO1. */
const DIO1_MAPPING = 0x30;

export interface FskModemOptions {
  readonly clock: Clock;
  readonly air: Air;
  readonly name: string;
  /** Misuse, in words. */
  readonly report: (faults: readonly string[]) => void;
  readonly onEvent: (event: RadioEvent) => void;
  /** A flag changed. */
  readonly onSignal: () => void;
}

export class FskModem {
  readonly #options: FskModemOptions;
  readonly #demodulator: FskDemodulator;
  readonly #preambleTimer: WindowTimer;
  readonly #syncTimer: WindowTimer;
  readonly #timers = new Set<Timer>();
  readonly #wave: ContinuousWave;
  #chip: ChipState;
  #state: "off" | "transmitting" | "receiving" = "off";
  #transmission: FskTransmission | undefined;
  #channel: FskChannel | undefined;
  #flags1 = 0;
  #flags2 = 0;
  /** Octets since the sync word. */
  #received = 0;

  constructor(chip: ChipState, options: FskModemOptions) {
    this.#chip = chip;
    this.#options = options;
    this.#wave = new ContinuousWave(options);
    this.#preambleTimer = new WindowTimer(options.clock);
    this.#syncTimer = new WindowTimer(options.clock);
    const { clock, air, name } = options;
    this.#demodulator = new FskDemodulator({
      clock,
      air,
      name,
      events: {
        preamble: () => {
          this.#preambleTimer.cancel();
          this.#raise1(Irq1.PreambleDetect);
        },
        sync: (arrival) => this.#synchronized(arrival),
        octet: (octet, atNs) => this.#octetReceived(octet, atNs),
        packet: (packet, atNs) => this.#packetReceived(packet, atNs),
        tooLong: () => this.#discard(),
      },
    });
  }

  /** The flags of RegIrqFlags1 that are the modem's own. */
  get flags1(): number {
    const ready = { off: 0, transmitting: Irq1.TxReady, receiving: Irq1.RxReady }[this.#state];
    return ready | this.#flags1 | (this.#rssiExceeded ? Irq1.Rssi : 0);
  }

  /** RegIrqFlags2. */
  get flags2(): number {
    const { fskFifo, registers } = this.#chip;
    const threshold = registers.fsk[FskReg.FifoThresh] & THRESHOLD;
    return (
      this.#flags2 |
      (fskFifo.full ? Irq2.FifoFull : 0) |
      (fskFifo.empty ? Irq2.FifoEmpty : 0) |
      (fskFifo.level > threshold ? Irq2.FifoLevel : 0) |
      (fskFifo.overrun ? Irq2.FifoOverrun : 0)
    );
  }

  /** Whether a packet is on the air. */
  get sending(): boolean {
    return this.#transmission !== undefined;
  }

  /** The channel on which the receiver is on, if it is. */
  get receiving(): FskChannel | undefined {
    return this.#channel;
  }

  reset(chip: ChipState): void {
    this.#chip = chip;
  }

  /** The transmitter is ready at `atNs`. */
  transmit(atNs: number): void {
    this.#state = "transmitting";
    const { registers } = this.#chip;
    const deviation = registers.common16(FskReg.FdevMsb) & 0x3fff;
    if (isContinuous(registers) && deviation === 0) this.#startWave(atNs);
    else this.#startPacket(atNs);
  }

  /** The receiver is ready at `atNs`. */
  receive(atNs: number): void {
    const { registers, frf } = this.#chip;
    const { settings, faults } = fskReceiverSettings(registers, frf);
    this.#options.report(faults);
    this.#state = "receiving";
    this.#channel = {
      frequencyHz: settings.frequencyHz,
      bandwidthHz: 2 * settings.channelFilterHz,
      bitRate: settings.bitRate,
    };
    this.#options.onEvent({ type: "rx-open", atNs, ...this.#channel });
    this.#listen(atNs);
  }

  /** Ends whatever is under way; the flags of transmission and reception fall. */
  stop(atNs: number): void {
    this.#wave.stop(atNs);
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
    if (this.#transmission !== undefined) {
      this.#options.air.abort(this.#transmission);
      this.#options.onEvent({ type: "tx-aborted", atNs, ...channelOf(this.#transmission) });
      this.#transmission = undefined;
    }
    this.#stopListening();
    if (this.#channel !== undefined) {
      this.#options.onEvent({ type: "rx-close", atNs, ...this.#channel });
      this.#channel = undefined;
    }
    this.#state = "off";
    this.#flags1 = 0;
    this.#flags2 &= ~Irq2.PacketSent;
  }

  /** The host wrote to the FIFO. */
  writeFifo(octet: number, nowNs: number): void {
    if (!this.#chip.fskFifo.push(octet)) {
      this.#options.report(["write to a full FIFO (64 octets): the octet is lost"]);
    }
    if (this.#wave.sending) {
      this.#options.report(["write to the FIFO in continuous mode, which takes no octets from there"]);
    } else if (this.#state === "transmitting") this.#startPacket(nowNs);
  }

  /** The host read the FIFO. */
  readFifo(nowNs: number): number {
    const { fskFifo, registers } = this.#chip;
    const octet = fskFifo.pop();
    if (octet === undefined) {
      this.#options.report(["read of an empty FIFO: what comes is no octet of a packet"]);
      return 0;
    }
    if (fskFifo.empty && (this.#flags2 & Irq2.PayloadReady) !== 0) {
      this.#flags2 &= ~(Irq2.PayloadReady | Irq2.CrcOk);
      if (this.#state === "receiving" && (registers.fsk[FskReg.SyncConfig] & AUTO_RESTART) !== 0) {
        this.restart(nowNs);
      }
    }
    return octet;
  }

  /** FIFO and its flags start anew. */
  clearFifo(): void {
    this.#chip.fskFifo.clear();
    this.#flags2 &= ~(Irq2.PayloadReady | Irq2.CrcOk);
  }

  /** A write to RegIrqFlags1 or RegIrqFlags2: ones clear some of the flags. */
  acknowledge(ones1: number, ones2: number): void {
    this.#flags1 &= ~(ones1 & (Irq1.PreambleDetect | Irq1.SyncAddressMatch));
    if ((ones2 & Irq2.FifoOverrun) !== 0) this.clearFifo();
  }

  /** The receiver waits for the next packet. */
  restart(atNs: number): void {
    if (this.#state !== "receiving") return;
    this.#flags1 = 0;
    this.clearFifo();
    this.#listen(atNs);
  }

  #startWave(atNs: number): void {
    const { part, registers, frf } = this.#chip;
    const { powerDbm, faults } = outputPower(part, registers);
    this.#options.report(faults);
    if ((registers.common(Reg.DioMapping1) & DIO1_MAPPING) === 0) {
      this.#options.report([
        "TX in continuous mode with DCLK on DIO1 (RegDioMapping1): the host hears of each bit, map nothing there",
      ]);
    }
    this.#wave.start({ atNs, frequencyHz: carrierHz(frf), powerDbm });
  }

  #startPacket(atNs: number): void {
    const { registers, fskFifo } = this.#chip;
    const thresh = registers.fsk[FskReg.FifoThresh];
    const begins =
      (thresh & TX_START_ON_NOT_EMPTY) !== 0 ? !fskFifo.empty : fskFifo.level > (thresh & THRESHOLD);
    if (this.#transmission !== undefined || !begins) return;
    const { settings, faults } = fskSettings(registers);
    const { powerDbm, faults: powerFaults } = outputPower(this.#chip.part, registers);
    this.#options.report([...faults, ...powerFaults]);
    const payloadBytes = settings.lengthOctet ? fskFifo.next : settings.payloadLength;
    if (payloadBytes === 0) {
      if (settings.lengthOctet) this.#options.report(["TX with length octet 0: nothing is sent"]);
      return;
    }
    if (settings.preambleOctets === 0) {
      this.#options.report(["TX without preamble (RegPreamble is 0): no receiver finds the bits"]);
    }
    const airtimeNs = Math.round(fskAirtimeUs({ ...settings, payloadBytes }) * 1000);
    const { air, name, onEvent } = this.#options;
    const transmission: FskTransmission = {
      modulation: "fsk",
      from: name,
      frequencyHz: carrierHz(this.#chip.frf),
      bandwidthHz: fskBandwidthHz(settings),
      bitRate: settings.bitRate,
      deviationHz: settings.deviationHz,
      preambleOctets: settings.preambleOctets,
      syncWord: settings.syncWord,
      lengthOctet: settings.lengthOctet,
      whiteningSeed: settings.whiteningSeed,
      crc: settings.crc,
      powerDbm,
      payload: new Uint8Array(payloadBytes),
      startNs: atNs,
      endNs: atNs + airtimeNs,
    };
    this.#transmission = transmission;
    this.#flags2 &= ~Irq2.PacketSent;
    onEvent({
      type: "tx-start",
      atNs,
      ...channelOf(transmission),
      powerDbm,
      payload: transmission.payload,
    });
    air.transmit(transmission);
    this.#sendOctet(transmission, settings.lengthOctet ? -1 : 0);
    this.#at(transmission.endNs, () => this.#transmitted(transmission));
  }

  /** Takes octet `index` of the payload from the FIFO when its turn comes; -1 is the length octet. */
  #sendOctet(transmission: FskTransmission, index: number): void {
    const { startNs, bitRate, preambleOctets, syncWord, lengthOctet, payload } = transmission;
    const before = preambleOctets + syncWord.length + (lengthOctet ? 1 : 0) + index;
    this.#at(startNs + Math.round((8 * before * 1e9) / bitRate), () => {
      const octet = this.#chip.fskFifo.pop();
      if (octet === undefined) {
        this.#options.report([
          `the FIFO ran empty ${payload.length - index} octets before the end of the packet: what is sent instead is undefined`,
        ]);
        return;
      }
      if (index >= 0) payload[index] = octet;
      if (index + 1 < payload.length) this.#sendOctet(transmission, index + 1);
      this.#options.onSignal();
    });
  }

  #transmitted(transmission: FskTransmission): void {
    this.#transmission = undefined;
    this.#options.onEvent({ type: "tx-done", atNs: transmission.endNs, ...channelOf(transmission) });
    this.#flags2 |= Irq2.PacketSent;
    this.#options.onSignal();
    this.#startPacket(transmission.endNs);
  }

  #listen(atNs: number): void {
    const { registers, frf } = this.#chip;
    const { settings } = fskReceiverSettings(registers, frf);
    this.#received = 0;
    this.#demodulator.start(settings, atNs);
    const timeoutNs = (register: number) => {
      const units = registers.fsk[register];
      return units === 0
        ? Number.POSITIVE_INFINITY
        : atNs + Math.round((16 * units * 1e9) / settings.bitRate);
    };
    this.#preambleTimer.start(timeoutNs(FskReg.RxTimeout2), (expiredNs) => this.#timedOut(expiredNs));
    this.#syncTimer.start(timeoutNs(FskReg.RxTimeout3), (expiredNs) => this.#timedOut(expiredNs));
  }

  #stopListening(): void {
    this.#demodulator.stop();
    this.#preambleTimer.cancel();
    this.#syncTimer.cancel();
  }

  #timedOut(atNs: number): void {
    if (this.#channel === undefined) return;
    this.#options.onEvent({ type: "rx-timeout", atNs, ...this.#channel });
    this.#raise1(Irq1.Timeout);
  }

  #synchronized({ frequencyHz }: Arrival<FskTransmission>): void {
    const { registers, frf } = this.#chip;
    this.#syncTimer.cancel();
    this.#received = 0;
    const fei = Math.round((frequencyHz - carrierHz(frf)) / FREQUENCY_STEP_HZ);
    registers.fsk[FskReg.FeiMsb] = (fei >> 8) & 0xff;
    registers.fsk[FskReg.FeiLsb] = fei & 0xff;
    this.#raise1(Irq1.SyncAddressMatch);
  }

  #octetReceived(octet: number, atNs: number): void {
    const { fskFifo, registers } = this.#chip;
    const { fsk } = registers;
    const filtering = (fsk[FskReg.PacketConfig1] >> 1) & 3;
    const addressIndex = (fsk[FskReg.PacketConfig1] & 0x80) !== 0 ? 1 : 0;
    if (filtering !== 0 && this.#received === addressIndex) {
      const mine = octet === fsk[FskReg.NodeAdrs];
      const everybodys = filtering === 2 && octet === fsk[FskReg.BroadcastAdrs];
      if (!mine && !everybodys) {
        this.restart(atNs);
        this.#options.onSignal();
        return;
      }
    }
    this.#received++;
    const overrunBefore = fskFifo.overrun;
    if (!fskFifo.push(octet) && !overrunBefore) {
      this.#options.report([
        "FifoOverrun: an octet came in while the FIFO was full and is lost, empty it during the reception",
      ]);
    }
    this.#options.onSignal();
  }

  #packetReceived(packet: ReceivedFskPacket, atNs: number): void {
    const channel = this.#channel;
    if (channel === undefined) return;
    const { fskFifo, registers } = this.#chip;
    const { arrival, payload, crcGood } = packet;
    const crcError = crcGood === false;
    const { rssiDbm, snrDb } = arrival;
    this.#options.onEvent({ type: "rx-done", atNs, ...channel, payload, crcError, rssiDbm, snrDb });
    if (crcError && (registers.fsk[FskReg.PacketConfig1] & CRC_AUTO_CLEAR_OFF) === 0) {
      this.#discard();
      return;
    }
    if (!fskFifo.overrun) fskFifo.replaceLast(payload);
    this.#stopListening();
    this.#flags2 |= Irq2.PayloadReady | (crcGood === true ? Irq2.CrcOk : 0);
    this.#options.onSignal();
  }

  /** The packet is none for the host: the receiver goes on waiting. */
  #discard(): void {
    this.clearFifo();
    this.#flags1 = 0;
    this.#options.onSignal();
  }

  get #rssiExceeded(): boolean {
    if (this.#channel === undefined) return false;
    return this.rssiDbm > -this.#chip.registers.fsk[FskReg.RssiThresh] / 2;
  }

  /** The power within the channel; nothing where the receiver is off. */
  get rssiDbm(): number {
    const { air, clock, name } = this.#options;
    if (this.#channel === undefined) return Number.NEGATIVE_INFINITY;
    return air.powerDbm(name, this.#channel, clock.nowNs());
  }

  #raise1(flag: number): void {
    this.#flags1 |= flag;
    this.#options.onSignal();
  }

  #at(atNs: number, action: () => void): void {
    const timer = this.#options.clock.at(atNs, () => {
      this.#timers.delete(timer);
      action();
    });
    this.#timers.add(timer);
  }
}

function channelOf({ frequencyHz, bandwidthHz, bitRate }: FskChannel | FskTransmission): FskChannel {
  return { frequencyHz, bandwidthHz, bitRate };
}
