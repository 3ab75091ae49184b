/**
 * Reception of the LoRa modem over time: datasheet section 4.1.6. The symbol time-out of a single reception no longer
 * counts once a preamble is detected. A packet that turns out not to be for this receiver (sync word, header) ends a
 * single reception with RxTimeout, as the datasheet says of a lost signal; a continuous one goes on waiting.
 */
import { reportedSnrDb, symbolUs } from "../../../air/index.ts";
import { Demodulator, type ReceivedPacket, WindowTimer } from "../lora/index.ts";
import type { LoraChannel } from "../radio-chip.ts";
import { carrierHz } from "./carrier.ts";
import { receiverSetup } from "./channel.ts";
import { errataFaults } from "./errata.ts";
import { Irq } from "./interrupts.ts";
import type { ModeControl, Station } from "./mode-control.ts";
import { bandwidthFaults, invertIqFaults, type ModemSettings } from "./modem-settings.ts";
import { Mode, modeOf } from "./operating-mode.ts";
import { clearCounters, recordHeader, recordPacket } from "./packet-registers.ts";
import { Reg } from "./registers.ts";

const LEAST_TIMEOUT_SYMBOLS = 4;

/** RegModemStat 4:0: clear; or header valid, RX on-going, synchronized, detected. */
const MODEM_STATUS = { searching: 0x10, detected: 0x05, synchronized: 0x07, header: 0x0f } as const;

export class Receiver {
  readonly #station: Station;
  readonly #modes: ModeControl;
  readonly #demodulator: Demodulator;
  readonly #symbolTimeout: WindowTimer;
  #receiving: LoraChannel | undefined;
  /** Where in the buffer the next packet goes. */
  #pointer = 0;
  /** Whether RegRxNbBytes is of the reception under way. */
  #packetStored = true;

  constructor(station: Station, modes: ModeControl) {
    this.#station = station;
    this.#modes = modes;
    this.#symbolTimeout = new WindowTimer(station.clock);
    this.#demodulator = new Demodulator({
      air: station.air,
      clock: station.clock,
      name: station.name,
      events: {
        preamble: () => this.#symbolTimeout.cancel(),
        header: (header) => {
          recordHeader(modes.chip.registers, header);
          modes.raise(Irq.ValidHeader);
        },
        packet: (packet, atNs) => this.#received(packet, atNs),
        lost: (_cause, atNs) => {
          if (this.#isSingle) this.#timedOut(atNs);
        },
      },
    });
  }

  /** The channel on which the receiver is on, if it is. */
  get receiving(): LoraChannel | undefined {
    return this.#receiving;
  }

  /** Whether RegRxNbBytes tells of a packet that came before the reception under way. */
  get packetLengthStale(): boolean {
    return this.#receiving !== undefined && !this.#packetStored;
  }

  /** RegModemStat 4:0. */
  get modemStatus(): number {
    return MODEM_STATUS[this.#demodulator.progress];
  }

  /** RXSINGLE or RXCONTINUOUS, with the synthesizer locked at `lockNs`. */
  receive(lockNs: number, nowNs: number): void {
    const { registers } = this.#modes.chip;
    const { settings, channel, faults } = receiverSetup(this.#modes.chip);
    const single = this.#isSingle;
    this.#station.report([...faults, ...this.#faults(settings)]);
    if (single && settings.symbolTimeout < LEAST_TIMEOUT_SYMBOLS) {
      this.#station.report([
        `RXSINGLE with a time-out of ${settings.symbolTimeout} symbols: ${LEAST_TIMEOUT_SYMBOLS} is the least (register 0x1F)`,
      ]);
    }
    clearCounters(registers);
    this.#pointer = registers.lora[Reg.FifoRxBaseAddr];
    this.#packetStored = false;
    this.#modes.reachAt(lockNs, nowNs, () => {
      this.switchOn(channel, lockNs);
      if (single) {
        const timeoutNs = lockNs + Math.round(settings.symbolTimeout * symbolUs(settings) * 1000);
        this.#symbolTimeout.start(timeoutNs, (atNs) => this.#timedOut(atNs));
      }
      this.#demodulator.start(settings, channel.frequencyHz, lockNs);
    });
  }

  /** The receiver hears, whatever listens to it. */
  switchOn(channel: LoraChannel, atNs: number): void {
    this.#modes.lock();
    this.#receiving = channel;
    this.#station.onEvent({ type: "rx-open", atNs, ...channel });
  }

  close(atNs: number): void {
    this.#demodulator.stop();
    this.#symbolTimeout.cancel();
    if (this.#receiving === undefined) return;
    const channel = this.#receiving;
    this.#receiving = undefined;
    this.#station.onEvent({ type: "rx-close", atNs, ...channel });
  }

  get #isSingle(): boolean {
    return modeOf(this.#modes.chip.opMode) === Mode.RxSingle;
  }

  #faults(settings: ModemSettings): string[] {
    const { part, registers, frf } = this.#modes.chip;
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

  #received(packet: ReceivedPacket, atNs: number): void {
    const channel = this.#receiving;
    if (channel === undefined) return;
    const { arrival, payload } = packet;
    const { rssiDbm } = arrival;
    const snrDb = reportedSnrDb(arrival.snrDb);
    const crcError = packet.crc && !packet.intact;
    const place = { channel, pointer: this.#pointer };
    this.#pointer = recordPacket(this.#modes.chip, place, { arrival, payload, snrDb, crcError });
    this.#packetStored = true;
    this.#station.onEvent({ type: "rx-done", atNs, ...channel, payload, crcError, rssiDbm, snrDb });
    if (this.#isSingle) this.#finish(atNs);
    this.#modes.raise(Irq.RxDone | (crcError ? Irq.PayloadCrcError : 0));
  }

  #timedOut(atNs: number): void {
    const channel = this.#receiving;
    if (channel === undefined) return;
    this.#station.onEvent({ type: "rx-timeout", atNs, ...channel });
    this.#finish(atNs);
    this.#modes.raise(Irq.RxTimeout);
  }

  #finish(atNs: number): void {
    this.close(atNs);
    this.#modes.returnToStandby();
  }
}
