/**
 * Reception over time, whatever the modem: windows, what comes out of them, and how they end. SX1261/2 datasheet,
 * sections 13.1.5 (SetRx), 13.1.7 (SetRxDutyCycle) and 15.3.
 */
import { reportedSnrDb, symbolUs } from "../../../air/index.ts";
import type { RadioChannel } from "../radio-chip.ts";
import { receptionChannel } from "./channel.ts";
import { CommandStatus } from "./chip-mode.ts";
import { GfskStatus } from "./chip-state.ts";
import { gfskReceiverSettings } from "./gfsk-settings.ts";
import { Irq } from "./interrupts.ts";
import { LeftoverTimer } from "./leftover-timer.ts";
import { receiverSettings, symbolTimeout } from "./lora-settings.ts";
import type { ModeControl, Station } from "./mode-control.ts";
import { type Ready, receptionReadiness } from "./readiness.ts";
import { type HeardPacket, type Listening, Reception } from "./reception.ts";
import { Reg } from "./registers.ts";
import { switchingNs, timeoutNs, WARM_START_NS } from "./timing.ts";

/** SetRx: stay until told otherwise. */
const CONTINUOUS = 0xffffff;

/** What the modem measures where there is no signal. */
const NOTHING_DBM = -128;
const NOTHING_DB = -32;

/** SetRxDutyCycle: how long to listen and to sleep in turn. */
interface DutyCycle {
  readonly rxNs: number;
  readonly sleepNs: number;
  readonly ready: Ready;
}

interface Window {
  readonly single: boolean;
  /** From the opening on; Infinity for never. */
  readonly timeoutNs: number;
  readonly openNs: number;
}

export class Receiver {
  readonly #station: Station;
  readonly #modes: ModeControl;
  readonly #reception: Reception;
  readonly leftover: LeftoverTimer;
  #channel: RadioChannel | undefined;
  #single = true;
  #dutyCycle: DutyCycle | undefined;
  /** Where in the buffer the next packet goes. */
  #pointer = 0;

  constructor(station: Station, modes: ModeControl) {
    this.#station = station;
    this.#modes = modes;
    this.leftover = new LeftoverTimer(station.clock);
    this.#reception = new Reception({
      ...station,
      events: {
        preamble: (atNs) => this.#preambleDetected(atNs),
        syncWord: (rssiDbm) => this.#synchronized(rssiDbm),
        header: (header) => this.#headerReceived(header),
        headerError: (atNs) => this.#headerBroken(atNs),
        refused: (flag) => this.#packetRefused(flag),
        packet: (packet, atNs) => this.#packetReceived(packet, atNs),
        brokenOff: (atNs) => this.#packetBrokenOff(atNs),
        timeout: (atNs) => this.#timedOut(atNs),
      },
    });
  }

  /** The channel on which the receiver is on, if it is. */
  get channel(): RadioChannel | undefined {
    return this.#channel;
  }

  /** SetRx. */
  receive(timeoutSteps: number, nowNs: number): void {
    const { chip } = this.#modes;
    const ready = this.#modes.checked(receptionReadiness("SetRx", chip));
    if (ready === undefined) return;
    const continuous = timeoutSteps === CONTINUOUS;
    if (continuous && ready.modem === "lora" && symbolTimeout(chip) > 0) {
      this.#station.report(
        `SetRx, continuous, with a symbol time-out of ${symbolTimeout(chip)}: it ends the reception`,
      );
    }
    const unlimited = continuous || timeoutSteps === 0;
    this.#enter("SetRx", ready, nowNs, {
      single: !continuous,
      timeoutNs: unlimited ? Number.POSITIVE_INFINITY : timeoutNs(timeoutSteps),
    });
  }

  /** SetRxDutyCycle. */
  receiveDutyCycle(rxSteps: number, sleepSteps: number, nowNs: number): void {
    const ready = this.#modes.checked(receptionReadiness("SetRxDutyCycle", this.#modes.chip));
    if (ready === undefined) return;
    const rxNs = timeoutNs(rxSteps);
    const isEntered = this.#enter("SetRxDutyCycle", ready, nowNs, { single: true, timeoutNs: rxNs });
    if (isEntered) this.#dutyCycle = { rxNs, sleepNs: timeoutNs(sleepSteps), ready };
  }

  /** The receiver is on from `openNs` on. */
  open(ready: Ready, { single, timeoutNs, openNs }: Window): void {
    const { chip } = this.#modes;
    this.#single = single;
    this.#pointer = chip.settings.rxBase;
    this.#startReception(ready, timeoutNs, openNs);
  }

  /** The receiver without a demodulator. */
  switchOn(channel: RadioChannel, atNs: number): void {
    this.#channel = channel;
    this.#station.onEvent({ type: "rx-open", atNs, ...channel });
  }

  /** Switches the receiver off, where it is on. */
  close(atNs: number): void {
    this.#reception.close();
    if (this.#channel === undefined) return;
    const channel = this.#channel;
    this.#channel = undefined;
    this.#station.onEvent({ type: "rx-close", atNs, ...channel });
  }

  /** SetRxDutyCycle is over. */
  endDutyCycle(): void {
    this.#dutyCycle = undefined;
  }

  #enter(
    command: string,
    ready: Ready,
    nowNs: number,
    window: { readonly single: boolean; readonly timeoutNs: number },
  ): boolean {
    const openNs = this.#modes.enter("RX", command, nowNs);
    if (openNs === undefined) return false;
    this.#modes.at(openNs, () => this.open(ready, { ...window, openNs }));
    return true;
  }

  #startReception(ready: Ready, timeoutNs: number, openNs: number): void {
    this.switchOn(receptionChannel(ready), openNs);
    this.#reception.open({
      ...this.#listening(ready),
      openNs,
      timeoutNs,
      stopTimerOnPreamble: this.#modes.chip.settings.stopTimerOnPreamble,
    });
  }

  #listening(ready: Ready): Listening {
    const { chip } = this.#modes;
    if (ready.modem === "gfsk") return { modem: "gfsk", ...gfskReceiverSettings(chip, ready) };
    const { frequencyHz, modulation, packet } = ready;
    const symbols = symbolTimeout(chip);
    return {
      modem: "lora",
      settings: receiverSettings(chip, modulation, packet),
      frequencyHz,
      symbolTimeoutNs:
        symbols === 0 ? Number.POSITIVE_INFINITY : Math.round(symbols * symbolUs(modulation) * 1000),
    };
  }

  #preambleDetected(atNs: number): void {
    if (this.#dutyCycle !== undefined) {
      // The packet is given the time of two windows and a sleep (section 13.1.7).
      const { rxNs, sleepNs } = this.#dutyCycle;
      this.#reception.expireAt(atNs + 2 * rxNs + sleepNs);
      this.#dutyCycle = undefined;
    }
    this.#modes.raise(Irq.PreambleDetected);
  }

  #synchronized(rssiDbm: number): void {
    this.#modes.chip.gfskStatus = { flags: 0, rssiSyncDbm: rssiDbm, rssiAverageDbm: rssiDbm };
    this.#modes.raise(Irq.SyncWordValid);
  }

  #headerReceived(header: { codingRate: number; crc: boolean }): void {
    const { registers } = this.#modes.chip;
    registers.set(Reg.HeaderCodingRate, header.codingRate << 4);
    registers.set(Reg.HeaderCrc, header.crc ? 0x10 : 0);
    this.#modes.raise(Irq.HeaderValid);
  }

  #headerBroken(atNs: number): void {
    this.#modes.chip.counts.headerErrors++;
    if (this.#single) this.#finish(atNs);
    this.#modes.raise(Irq.HeaderErr);
  }

  /** GFSK: no interrupt says so, and the receiver waits for another packet. */
  #packetRefused(flag: number): void {
    const { chip } = this.#modes;
    chip.gfskStatus.flags |= flag;
    if (flag === GfskStatus.LengthError) chip.counts.lengthErrors++;
  }

  #packetReceived(packet: HeardPacket, atNs: number): void {
    const channel = this.#channel;
    if (channel === undefined) return;
    const { arrival, payload, crcError } = packet;
    const { chip } = this.#modes;
    this.#store(payload);
    chip.counts.received++;
    if (crcError) chip.counts.crcErrors++;
    const snrDb = reportedSnrDb(arrival.snrDb);
    const { rssiDbm, transmission } = arrival;
    if (transmission.modulation === "lora") {
      // Under the noise, the power in the channel is that of the noise.
      chip.loraStatus = { rssiDbm: snrDb < 0 ? rssiDbm - snrDb : rssiDbm, snrDb, signalDbm: rssiDbm };
    } else {
      chip.gfskStatus.flags = GfskStatus.PacketReceived | (crcError ? GfskStatus.CrcError : 0);
    }
    this.#station.onEvent({ type: "rx-done", atNs, ...channel, payload, crcError, rssiDbm, snrDb });
    const { timerEndNs } = this.#reception;
    const implicit = transmission.modulation === "lora" && transmission.implicitHeader;
    if (timerEndNs !== undefined && implicit) this.#leaveTimer(timerEndNs);
    if (this.#single) this.#finish(atNs);
    this.#modes.raise(Irq.RxDone | (crcError ? Irq.CrcErr : 0), CommandStatus.DataAvailable);
  }

  #store(payload: Uint8Array): void {
    const { chip } = this.#modes;
    chip.buffer.store(this.#pointer, payload);
    chip.received = { length: payload.length, start: this.#pointer };
    this.#pointer = (this.#pointer + payload.length) & 0xff;
    chip.registers.set(Reg.RxAddrPtr, this.#pointer);
  }

  /** Known limitation 15.3. */
  #leaveTimer(endNs: number): void {
    this.leftover.leave(this.#modes.chip.registers, endNs, () => {
      this.#station.report(
        "the timer of the last reception, with implicit header, ran on and raises Timeout: stop it by registers 0x0902 and 0x0944 after RxDone (section 15.3)",
      );
      this.#modes.raise(Irq.Timeout);
    });
  }

  /** The modem demodulates to the end what is no signal any more. */
  #packetBrokenOff(atNs: number): void {
    const channel = this.#channel;
    if (channel === undefined) return;
    const { chip } = this.#modes;
    chip.received = { length: 0, start: this.#pointer };
    chip.loraStatus = { rssiDbm: NOTHING_DBM, snrDb: NOTHING_DB, signalDbm: NOTHING_DBM };
    chip.counts.crcErrors++;
    const noise = {
      payload: new Uint8Array(0),
      crcError: true,
      rssiDbm: NOTHING_DBM,
      snrDb: NOTHING_DB,
    };
    this.#station.onEvent({ type: "rx-done", atNs, ...channel, ...noise });
    if (this.#single) this.#finish(atNs);
    this.#modes.raise(Irq.RxDone | Irq.CrcErr, CommandStatus.DataAvailable);
  }

  #timedOut(atNs: number): void {
    const channel = this.#channel;
    if (channel === undefined) return;
    if (this.#dutyCycle !== undefined) {
      this.#sleepBetween(this.#dutyCycle, atNs);
      return;
    }
    this.#station.onEvent({ type: "rx-timeout", atNs, ...channel });
    this.#finish(atNs);
    this.#modes.raise(Irq.Timeout, CommandStatus.Timeout);
  }

  /** SetRxDutyCycle: nothing came, the chip sleeps and then listens again. */
  #sleepBetween({ sleepNs, rxNs, ready }: DutyCycle, atNs: number): void {
    this.close(atNs);
    this.#modes.doze();
    const { tcxo } = this.#modes.chip.settings;
    const startUpNs = WARM_START_NS + (tcxo === undefined ? 0 : timeoutNs(tcxo.delaySteps));
    const openNs = atNs + sleepNs + startUpNs + switchingNs("STDBY_RC", "RX");
    this.#modes.at(openNs, () => {
      this.#modes.become("RX");
      this.#modes.busy.hold(openNs);
      this.#startReception(ready, rxNs, openNs);
    });
  }

  #finish(atNs: number): void {
    this.#dutyCycle = undefined;
    this.close(atNs);
    this.#modes.fallBack();
  }
}
