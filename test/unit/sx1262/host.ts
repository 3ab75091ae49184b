/** A host processor for tests of the SX1262: plain SPI sequences, nothing of the project's own driver. */
import { Air } from "../../../hil/air/index.ts";
import { VirtualClock } from "../../../hil/clock/index.ts";
import { type BoardTraits, type RadioEvent, Sx1262 } from "../../../hil/emulator/chips/index.ts";

export const Op = {
  SetSleep: 0x84,
  SetStandby: 0x80,
  SetFs: 0xc1,
  SetTx: 0x83,
  SetRx: 0x82,
  StopTimerOnPreamble: 0x9f,
  SetRxDutyCycle: 0x94,
  SetCad: 0xc5,
  SetTxContinuousWave: 0xd1,
  SetTxInfinitePreamble: 0xd2,
  SetRegulatorMode: 0x96,
  Calibrate: 0x89,
  CalibrateImage: 0x98,
  SetPaConfig: 0x95,
  SetRxTxFallback: 0x93,
  WriteRegister: 0x0d,
  ReadRegister: 0x1d,
  WriteBuffer: 0x0e,
  ReadBuffer: 0x1e,
  SetDioIrqParams: 0x08,
  GetIrqStatus: 0x12,
  ClearIrqStatus: 0x02,
  SetDio2AsRfSwitch: 0x9d,
  SetDio3AsTcxo: 0x97,
  SetRfFrequency: 0x86,
  SetPacketType: 0x8a,
  GetPacketType: 0x11,
  SetTxParams: 0x8e,
  SetModulationParams: 0x8b,
  SetPacketParams: 0x8c,
  SetCadParams: 0x88,
  SetBufferBaseAddress: 0x8f,
  SetSymbNumTimeout: 0xa0,
  GetStatus: 0xc0,
  GetRxBufferStatus: 0x13,
  GetPacketStatus: 0x14,
  GetRssiInst: 0x15,
  GetStats: 0x10,
  ResetStats: 0x00,
  GetDeviceErrors: 0x17,
  ClearDeviceErrors: 0x07,
} as const;

export const Irq = {
  TxDone: 0x001,
  RxDone: 0x002,
  PreambleDetected: 0x004,
  SyncWordValid: 0x008,
  HeaderValid: 0x010,
  HeaderErr: 0x020,
  CrcErr: 0x040,
  CadDone: 0x080,
  CadDetected: 0x100,
  Timeout: 0x200,
} as const;

/** What a driver waits for in a reception. */
export const RX_IRQS = 0x3fe;

/** 868.1 MHz, to the nearest step. */
export const HZ_868_1 = [0x36, 0x41, 0x99, 0x9a] as const;
/** 868.8 MHz, likewise. */
export const HZ_868_8 = [0x36, 0x4c, 0xcc, 0xcd] as const;
export const CONTINUOUS = 0xffffff;

/** One chip with its host. */
export class Host {
  readonly chip: Sx1262;
  readonly findings: string[] = [];
  readonly events: RadioEvent[] = [];
  /** "DIO1 1" for a rising DIO1. */
  readonly dio: string[] = [];
  readonly #world: World;

  constructor(
    readonly name: string,
    world: World,
    board?: BoardTraits,
  ) {
    this.#world = world;
    this.chip = new Sx1262({
      clock: world.clock,
      air: world.air,
      name,
      board,
      random: world.random,
      onFinding: ({ message }) => this.findings.push(message),
      onEvent: (event) => this.events.push(event),
    });
    this.chip.onDio((dio, level) => this.dio.push(`DIO${dio} ${level ? 1 : 0}`));
  }

  /** Waits until BUSY is low. */
  ready(): this {
    const { clock } = this.#world;
    for (let us = 0; this.chip.busy; us++) {
      if (us > 1_000_000) throw new Error(`BUSY of ${this.name} stays high`);
      clock.advanceTo(clock.nowNs() + 1000);
    }
    return this;
  }

  /** A command, once BUSY is low. */
  send(opcode: number, ...octets: number[]): this {
    this.ready().frame(opcode, ...octets);
    return this;
  }

  /** What follows the status octet. */
  ask(opcode: number, parameters: readonly number[], length: number): number[] {
    const answer = this.ready().frame(opcode, ...parameters, 0, ...new Array(length).fill(0));
    return answer.slice(2 + parameters.length);
  }

  /** Octets between a falling and a rising NSS, whatever BUSY says. */
  frame(...octets: number[]): number[] {
    this.chip.select(true);
    const answer = octets.map((octet) => this.chip.transfer(octet));
    this.chip.select(false);
    return answer;
  }

  write(address: number, ...octets: number[]): this {
    return this.send(Op.WriteRegister, address >> 8, address & 0xff, ...octets);
  }

  read(address: number): number {
    return this.ask(Op.ReadRegister, [address >> 8, address & 0xff], 1)[0];
  }

  get status(): number {
    return this.ready().frame(Op.GetStatus, 0)[1];
  }

  /** "STDBY_RC" and so on, from the status octet. */
  get mode(): string {
    return ["?", "?", "STDBY_RC", "STDBY_XOSC", "FS", "RX", "TX"][this.status >> 4];
  }

  get commandStatus(): number {
    return (this.status >> 1) & 7;
  }

  get irq(): number {
    const [msb, lsb] = this.ask(Op.GetIrqStatus, [], 2);
    return (msb << 8) | lsb;
  }

  /** LoRa on 868.1 MHz with SF7, 125 kHz, sync word 0x34, CRC, 14 dBm: everything but a payload. */
  configure(): this {
    this.send(Op.SetStandby, 0).send(Op.SetRegulatorMode, 1).send(Op.SetPacketType, 1);
    this.send(Op.CalibrateImage, 0xd7, 0xdb).send(Op.SetBufferBaseAddress, 0, 0);
    this.send(Op.SetPaConfig, 4, 7, 0, 1).send(Op.SetTxParams, 14, 4);
    this.write(0x08e7, 0x38)
      .write(0x08d8, this.read(0x08d8) | 0x1e)
      .write(0x0740, 0x34, 0x44);
    this.send(Op.SetRfFrequency, ...HZ_868_1);
    return this.modulate(7).packet({});
  }

  /** SetModulationParams, with what erratum 15.1 asks for. */
  modulate(spreadingFactor: number, bandwidth = 4, codingRate = 1): this {
    const optimize = spreadingFactor - (bandwidth - 4) >= 11 ? 1 : 0;
    this.send(Op.SetModulationParams, spreadingFactor, bandwidth, codingRate, optimize);
    const modulation = this.read(0x0889);
    return this.write(0x0889, bandwidth === 6 ? modulation & ~4 : modulation | 4);
  }

  /** SetPacketParams, with what erratum 15.4 asks for. */
  packet(params: {
    preamble?: number;
    implicit?: boolean;
    length?: number;
    crc?: boolean;
    inverted?: boolean;
  }): this {
    const { preamble = 8, implicit = false, length = 255, crc = true, inverted = false } = params;
    const flag = (set: boolean) => (set ? 1 : 0);
    this.send(
      Op.SetPacketParams,
      preamble >> 8,
      preamble & 0xff,
      flag(implicit),
      length,
      flag(crc),
      flag(inverted),
    );
    const polarity = this.read(0x0736);
    return this.write(0x0736, inverted ? polarity & ~4 : polarity | 4);
  }

  /**
   * GFSK of LoRaWAN on 868.8 MHz, everything but a payload: 50 kbit/s, 25 kHz, sync word C1 94 C1, whitening from 1FF.
   */
  configureGfsk(): this {
    this.configure()
      .send(Op.SetPacketType, 0)
      .send(Op.SetRfFrequency, ...HZ_868_8);
    this.write(0x06c0, 0xc1, 0x94, 0xc1).write(0x06b9, 0xff);
    return this.modulateGfsk({}).gfskPacket({});
  }

  /** SetModulationParams in GFSK mode: BT 1.0. */
  modulateGfsk(params: { bitRate?: number; shape?: number; bandwidth?: number; deviationHz?: number }): this {
    const { bitRate = 50_000, shape = 0x0b, bandwidth = 0x0b, deviationHz = 25_000 } = params;
    const rate = bitRate === 0 ? 0 : Math.round((32 * 32e6) / bitRate);
    const deviation = Math.round((deviationHz * 2 ** 25) / 32e6);
    const u24 = (value: number) => [value >> 16, (value >> 8) & 0xff, value & 0xff];
    return this.send(Op.SetModulationParams, ...u24(rate), shape, bandwidth, ...u24(deviation));
  }

  /** SetPacketParams in GFSK mode. */
  gfskPacket(params: {
    preambleBits?: number;
    detector?: number;
    syncBits?: number;
    address?: number;
    type?: number;
    length?: number;
    crc?: number;
    whitening?: number;
  }): this {
    const { preambleBits = 40, detector = 4, syncBits = 24, address = 0, type = 1 } = params;
    const { length = 255, crc = 6, whitening = 1 } = params;
    const preamble = [preambleBits >> 8, preambleBits & 0xff];
    const rest = [detector, syncBits, address, type, length, crc, whitening];
    return this.send(Op.SetPacketParams, ...preamble, ...rest);
  }

  /** Loads and sends in GFSK mode, TxDone on DIO1. */
  transmitGfsk(payload: readonly number[], params: Parameters<Host["gfskPacket"]>[0] = {}): this {
    this.gfskPacket({ length: payload.length, ...params }).send(Op.WriteBuffer, 0, ...payload);
    return this.write(0x0889, this.read(0x0889) | 4)
      .interrupts(0x201)
      .setTx();
  }

  /** All of `mask`, on DIO1. */
  interrupts(mask: number): this {
    const octets = [mask >> 8, mask & 0xff];
    return this.send(Op.SetDioIrqParams, ...octets, ...octets, 0, 0, 0, 0);
  }

  /** Loads and sends, TxDone on DIO1. */
  transmit(payload: readonly number[], timeoutSteps = 0): this {
    this.packet({ length: payload.length })
      .send(Op.WriteBuffer, 0, ...payload)
      .interrupts(0x201);
    return this.setTx(timeoutSteps);
  }

  setTx(timeoutSteps = 0): this {
    return this.send(Op.SetTx, timeoutSteps >> 16, (timeoutSteps >> 8) & 0xff, timeoutSteps & 0xff);
  }

  /** Opens a LoRa window, all events of reception on DIO1. */
  receive(timeoutSteps: number, symbols = 0): this {
    return this.send(Op.SetSymbNumTimeout, symbols).listen(timeoutSteps);
  }

  /** Opens a window of either modem, likewise. */
  listen(timeoutSteps: number): this {
    return this.interrupts(RX_IRQS).setRx(timeoutSteps);
  }

  setRx(timeoutSteps: number): this {
    return this.send(Op.SetRx, timeoutSteps >> 16, (timeoutSteps >> 8) & 0xff, timeoutSteps & 0xff);
  }

  /** The last packet, as a driver takes it out. */
  received(): number[] {
    const [length, start] = this.ask(Op.GetRxBufferStatus, [], 2);
    return this.ask(Op.ReadBuffer, [start], length);
  }

  event<T extends RadioEvent["type"]>(type: T): RadioEvent & { type: T } {
    const found = this.events.find((event) => event.type === type);
    if (found === undefined) throw new Error(`${this.name} had no ${type}`);
    return found as RadioEvent & { type: T };
  }
}

export interface World {
  readonly clock: VirtualClock;
  readonly air: Air;
  readonly random: () => number;
}

export function world(): World {
  const clock = new VirtualClock();
  let state = 7;
  const random = () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state / 0x80000000;
  };
  return { clock, air: new Air({ clock, random }), random };
}

/** Lets `us` microseconds pass. */
export function pass({ clock }: World, us: number): void {
  clock.advanceTo(clock.nowNs() + us * 1000);
}

/** Two configured chips on one air. */
export function pair(): World & { tx: Host; rx: Host } {
  const shared = world();
  const tx = new Host("tx", shared);
  const rx = new Host("rx", shared);
  tx.configure();
  rx.configure();
  tx.ready();
  rx.ready();
  return { ...shared, tx, rx };
}

/** The same in GFSK mode. */
export function gfskPair(): World & { tx: Host; rx: Host } {
  const stations = pair();
  stations.tx.configureGfsk().ready();
  stations.rx.configureGfsk().ready();
  return stations;
}

/** Microseconds between two events of the same or different chips. */
export function usBetween(from: RadioEvent, to: RadioEvent): number {
  return (to.atNs - from.atNs) / 1000;
}
