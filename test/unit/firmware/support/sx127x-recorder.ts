/** An SX127x as a register file that records what its driver writes; the test says what it received. */
import type * as HalModule from "../../../../firmware/hal/index.ts";
import type * as DriverModule from "../../../../firmware/radio/sx127x.ts";
import { loadFirmware } from "./instance.ts";

const FIFO = 0x00;
const OP_MODE = 0x01;
const FIFO_ADDR_PTR = 0x0d;
const IRQ_FLAGS = 0x12;

/** FRONT_END_OFF, FRONT_END_RECEIVE and FRONT_END_TRANSMIT of the HAL. */
const FRONT_END_USES = ["off", "receive", "transmit"] as const;

/** Addresses of which the FSK modem has registers of its own. */
const PAGE = [0x0d, 0x3f] as const;

export class Recorder {
  /** By address, where there is one page; of the pages that of the LoRa modem. */
  readonly registers = new Uint8Array(128);
  readonly fsk = new Uint8Array(128);
  /** The buffer of the LoRa modem. */
  readonly buffer = new Uint8Array(256);
  /** What is in the FIFO of the FSK modem. */
  fifo: number[] = [];
  /**
   * Writes as hexadecimal octets, address and values; the reset line as "reset" and "release" with the time; "front end
   * off".
   */
  readonly writes: string[] = [];
  /** Called at the begin of each read, to say what the chip does meanwhile. */
  onRead: (address: number) => void = () => {};
  timeUs = 0;
  #frame: number[] | undefined;

  /** `version`: RegVersion after a reset. The chip has been started and sleeps. */
  constructor(readonly version = 0x12) {
    this.registers[OP_MODE] = 0x80;
  }

  readonly hal = {
    now: () => this.timeUs,
    sleepUntil: (deadline: number) => {
      this.timeUs = deadline;
    },
    radioReset: (asserted: boolean) => {
      this.writes.push(`${asserted ? "reset" : "release"} at ${this.timeUs}`);
      this.registers.fill(0);
      this.registers[0x42] = this.version;
      this.registers[OP_MODE] = 0x09;
    },
    radioSelect: (selected: boolean) => {
      if (!selected) this.#end();
      this.#frame = selected ? [] : undefined;
    },
    radioTransfer: (out: number) => this.#transfer(out),
    radioEvents: () => 0,
    radioFrontEnd: (use: number) => this.writes.push(`front end ${FRONT_END_USES[use]}`),
  } as unknown as HalModule.Hal;

  /** What RegOpMode makes visible at an address. */
  #page(address: number): Uint8Array {
    const isFsk = (this.registers[OP_MODE] & 0x80) === 0;
    return isFsk && address >= PAGE[0] && address <= PAGE[1] ? this.fsk : this.registers;
  }

  #transfer(out: number): number {
    if (this.#frame === undefined) return 0;
    this.#frame.push(out);
    const [first] = this.#frame;
    if (this.#frame.length === 1) {
      if (first < 0x80) this.onRead(first);
      return 0;
    }
    const at = first & 0x7f;
    const address = at === FIFO ? FIFO : at + this.#frame.length - 2;
    return first < 0x80 ? this.#read(address) : this.#write(address, out);
  }

  #read(address: number): number {
    if (address !== FIFO) return this.#page(address)[address];
    if ((this.registers[OP_MODE] & 0x80) === 0) return this.fifo.shift() ?? 0;
    return this.buffer[this.registers[FIFO_ADDR_PTR]++];
  }

  #write(address: number, value: number): number {
    const page = this.#page(address);
    if (address === FIFO) {
      if ((this.registers[OP_MODE] & 0x80) === 0) this.fifo.push(value);
      else this.buffer[this.registers[FIFO_ADDR_PTR]++] = value;
    } else if (page === this.registers && address === IRQ_FLAGS) page[address] &= ~value;
    else page[address] = value;
    return 0;
  }

  #end(): void {
    if (this.#frame === undefined || this.#frame.length < 2 || this.#frame[0] < 0x80) return;
    const [address, ...values] = this.#frame;
    this.writes.push(
      [address & 0x7f, ...values].map((octet) => octet.toString(16).padStart(2, "0")).join(" "),
    );
  }
}

/** The driver, freshly loaded, with `config` in place of its constants, and the chip that it speaks to. */
export function recordedDriver(config: Readonly<Record<string, boolean | number>> = {}) {
  const firmware = loadFirmware(config);
  const chip = new Recorder(config.IS_SX1272 === true ? 0x22 : 0x12);
  (firmware("hal/index.ts") as unknown as typeof HalModule).bindHal(chip.hal);
  return { ...(firmware("radio/sx127x.ts") as unknown as typeof DriverModule), chip };
}
