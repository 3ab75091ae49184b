/** A host processor for chip tests: plain SPI sequences, nothing of the project's own driver. */
import { Air } from "../../../hil/air/index.ts";
import { VirtualClock } from "../../../hil/clock/index.ts";
import { type RadioEvent, Sx127x, type Sx127xOptions } from "../../../hil/emulator/chips/index.ts";

export const SLEEP = 0x80;
export const STANDBY = 0x81;
export const FSTX = 0x82;
export const TX = 0x83;
export const FSRX = 0x84;
export const RX_CONTINUOUS = 0x85;
export const RX_SINGLE = 0x86;
export const CAD = 0x87;

export type Part = Sx127xOptions["part"];
export const PARTS: readonly Part[] = ["sx1276", "sx1272"];

/** What 0 in the RSSI registers stands for above 525 MHz. */
export const RSSI_OFFSET_DBM: Readonly<Record<Part, number>> = { sx1276: -157, sx1272: -139 };

/** What RegModemConfig1 to 3 say, wherever a part has it. */
export interface Modem {
  readonly bandwidthKhz: 125 | 250 | 500;
  readonly spreadingFactor: number;
  /** 1 is 4/5. */
  readonly codingRate: number;
  readonly implicitHeader: boolean;
  readonly crc: boolean;
  readonly lowDataRateOptimize: boolean;
  readonly symbolTimeoutMsb: number;
}

const LORAWAN: Modem = {
  bandwidthKhz: 125,
  spreadingFactor: 7,
  codingRate: 1,
  implicitHeader: false,
  crc: true,
  lowDataRateOptimize: false,
  symbolTimeoutMsb: 0,
};

/** One chip with its host. */
export class Host {
  readonly chip: Sx127x;
  readonly findings: string[] = [];
  readonly events: RadioEvent[] = [];
  /** "DIO0 1" for a rising DIO0: the lines that boards wire, DIO0 to DIO3. */
  readonly dio: string[] = [];
  /** The same of DIO4 and DIO5. */
  readonly statusDio: string[] = [];
  #modem = LORAWAN;

  constructor(
    readonly name: string,
    world: World,
    readonly part: Part = "sx1276",
    tcxo?: Sx127xOptions["tcxo"],
  ) {
    this.chip = new Sx127x({
      part,
      tcxo,
      clock: world.clock,
      air: world.air,
      name,
      random: world.random,
      onFinding: ({ message }) => this.findings.push(message),
      onEvent: (event) => this.events.push(event),
    });
    this.chip.onDio((dio, level) => (dio < 4 ? this.dio : this.statusDio).push(`DIO${dio} ${level ? 1 : 0}`));
  }

  write(address: number, ...octets: number[]): void {
    this.#frame([address | 0x80, ...octets]);
  }

  read(address: number): number {
    return this.burst(address, 1)[0];
  }

  burst(address: number, length: number): number[] {
    return this.#frame([address, ...new Array(length).fill(0)]).slice(1);
  }

  #frame(octets: number[]): number[] {
    this.chip.select(true);
    const answer = octets.map((octet) => this.chip.transfer(octet));
    this.chip.select(false);
    return answer;
  }

  /** Into LoRa standby on 868.1 MHz with SF7, 125 kHz, sync word 0x34, payload CRC; erratum 2.3 of the SX1276. */
  configure(): this {
    this.write(0x01, 0x00);
    this.write(0x01, SLEEP);
    this.write(0x01, STANDBY);
    this.write(0x06, 0xd9, 0x06, 0x66);
    this.write(0x09, 0x80 | 12);
    this.modem(LORAWAN);
    this.write(0x39, 0x34);
    if (this.part === "sx1276") this.write(0x2f, 0x40, 0x00, 0x43);
    // DIO3 tells of the empty FIFO in FSK mode.
    this.dio.length = 0;
    return this;
  }

  /** Out of sleep or reset into FSK standby on 868.8 MHz, set up for DR7 of EU868. */
  configureFsk(): this {
    this.write(0x01, 0x00);
    this.write(0x01, 0x01);
    this.write(0x02, 0x02, 0x80, 0x01, 0x9a); // 50 kbit/s, 25 kHz
    this.write(0x06, 0xd9, 0x33, 0x33);
    this.write(0x09, 0x80 | 12);
    this.write(0x0d, 0x1e);
    this.write(0x12, 0x0b); // 50 kHz to each side
    this.write(0x1f, 0xaa); // the detector wants two octets
    this.write(0x25, 0x00, 0x05);
    this.write(0x27, 0x12, 0xc1, 0x94, 0xc1);
    this.write(0x30, 0xd8, 0x40, 0xff);
    this.write(0x35, 0x8f);
    this.dio.length = 0;
    return this;
  }

  /** Inverts the receive path, as a device does for downlinks, or the transmit path, as a gateway does. */
  invertIq(path: "rx" | "tx"): this {
    this.write(0x33, path === "rx" ? 0x67 : 0x26);
    this.write(0x3b, 0x19);
    return this;
  }

  /** Changes some of what RegModemConfig1 to 3 say. */
  modem(changes: Partial<Modem>): this {
    this.#modem = { ...this.#modem, ...changes };
    const { bandwidthKhz, spreadingFactor, codingRate, symbolTimeoutMsb } = this.#modem;
    const implicitHeader = Number(this.#modem.implicitHeader);
    const crc = Number(this.#modem.crc);
    const lowDataRateOptimize = Number(this.#modem.lowDataRateOptimize);
    const width = { 125: 0, 250: 1, 500: 2 }[bandwidthKhz];
    if (this.part === "sx1272") {
      this.write(
        0x1d,
        (width << 6) | (codingRate << 3) | (implicitHeader << 2) | (crc << 1) | lowDataRateOptimize,
      );
      this.write(0x1e, (spreadingFactor << 4) | 0x04 | symbolTimeoutMsb); // with AgcAutoOn
    } else {
      this.write(0x1d, ((7 + width) << 4) | (codingRate << 1) | implicitHeader);
      this.write(0x1e, (spreadingFactor << 4) | (crc << 2) | symbolTimeoutMsb);
      this.write(0x26, lowDataRateOptimize << 3);
    }
    return this;
  }

  /** SF and whatever goes with it. */
  spreadingFactor(spreadingFactor: number): this {
    return this.modem({ spreadingFactor, lowDataRateOptimize: spreadingFactor >= 11 });
  }

  /** Loads and sends: FIFO base 0, TxDone on DIO0. */
  transmit(payload: ArrayLike<number>): this {
    this.write(0x40, 0x40);
    this.write(0x0e, 0x00);
    this.write(0x0d, 0x00);
    this.write(0x00, ...Array.from(payload));
    this.write(0x22, payload.length);
    this.write(0x01, TX);
    return this;
  }

  /** Opens a single window of `symbols`; RxDone on DIO0, RxTimeout on DIO1. */
  receive(symbols: number): this {
    this.write(0x40, 0x00);
    this.write(0x0f, 0x00);
    this.write(0x1f, symbols);
    this.write(0x01, RX_SINGLE);
    return this;
  }

  /** The last packet, as a driver takes it out. */
  packet(): number[] {
    const length = this.read(0x13);
    this.write(0x0d, this.read(0x10));
    return this.burst(0x00, length);
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

/** Two configured chips on one air. */
export function pair(part: Part = "sx1276"): World & { tx: Host; rx: Host; run: (untilUs: number) => void } {
  const shared = world();
  const tx = new Host("tx", shared, part).configure();
  const rx = new Host("rx", shared, part).configure();
  shared.clock.advanceTo(1_000_000);
  return { ...shared, tx, rx, run: (untilUs) => shared.clock.advanceTo(untilUs * 1000) };
}

/** Microseconds between two events of the same or different chips. */
export function usBetween(from: RadioEvent, to: RadioEvent): number {
  return (to.atNs - from.atNs) / 1000;
}
