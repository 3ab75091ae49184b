/** Serial peripheral interface, an ARM PL022, as a master of eight bits: RP2040 datasheet, section 4.4. */
import { Due } from "../cortex-m/due.ts";
import type { Host } from "../cortex-m/machine.ts";
import type { Peripheral } from "./peripheral.ts";

const CR0 = 0x00;
const CR1 = 0x04;
const DR = 0x08;
const SR = 0x0c;
const CPSR = 0x10;
const IMSC = 0x14;
const RIS = 0x18;
const MIS = 0x1c;
const ICR = 0x20;
const DMACR = 0x24;
const ID = 0xfe0;

/** CR0 (4.4.4): eight bits, format of Motorola, mode 0. */
const FORM = 0xff;
const MODE_0_8_BITS = 0x07;
const SCR_SHIFT = 8;
/** CR1. */
const LBM = 1 << 0;
const SSE = 1 << 1;
const MS = 1 << 2;
/** SR. */
const TFE = 1 << 0;
const TNF = 1 << 1;
const RNE = 1 << 2;
const RFF = 1 << 3;
const BSY = 1 << 4;
/** IMSC, RIS, MIS. */
const ROR = 1 << 0;
const RT = 1 << 1;
const RX = 1 << 2;
const TX = 1 << 3;

const FIFO_DEPTH = 8;
const FRAME_BITS = 8;

interface SpiOptions {
  readonly name: string;
  readonly host: Host;
  readonly interrupt: (level: boolean) => void;
  /** clk_peri, 0 while it stands. */
  readonly kernelHz: () => number;
  /** The first of clock, output and input that no pin carries (2.19.2). */
  readonly missingPin: () => string | undefined;
}

export class Spi implements Peripheral {
  readonly #options: SpiOptions;
  readonly #done: Due;
  #control0 = 0;
  #control1 = 0;
  #prescaler = 0;
  #mask = 0;
  #overrun = false;
  #toSend: number[] = [];
  #received: number[] = [];
  #shifting: number | undefined;

  constructor(options: SpiOptions) {
    this.#options = options;
    this.#done = new Due(options.host.clock, () => this.#complete());
  }

  reset(): void {
    this.#control0 = this.#control1 = this.#prescaler = this.#mask = 0;
    this.#overrun = false;
    this.#toSend = [];
    this.#received = [];
    this.#shifting = undefined;
    this.#done.plan(Number.POSITIVE_INFINITY);
    this.#update();
  }

  get busy(): boolean {
    return this.#shifting !== undefined;
  }

  read(offset: number): number | undefined {
    switch (offset) {
      case CR0:
        return this.#control0;
      case CR1:
        return this.#control1;
      case DR:
        return this.#readData();
      case SR:
        return this.#status;
      case CPSR:
        return this.#prescaler;
      case IMSC:
        return this.#mask;
      case RIS:
        return this.#raised;
      case MIS:
        return this.#raised & this.#mask;
      case ICR:
      case DMACR:
        return 0;
    }
    return offset >= ID ? 0 : undefined;
  }

  write(offset: number, value: number): boolean {
    const { name, host } = this.#options;
    switch (offset) {
      case CR0:
        this.#control0 = value & 0xffff;
        break;
      case CR1:
        this.#writeControl(value & 0xf);
        break;
      case DR:
        if (this.#toSend.length >= FIFO_DEPTH)
          host.report(`writes SSPDR of ${name} while its FIFO is full, and the octet is lost: wait for TNF`);
        else this.#toSend.push(value & 0xff);
        this.#start();
        break;
      case CPSR:
        this.#prescaler = value & 0xfe;
        break;
      case IMSC:
        this.#mask = value & 0xf;
        break;
      case ICR:
        if (value & ROR) this.#overrun = false;
        break;
      case DMACR:
        if (value !== 0) host.report(`has DMA feed ${name}: there is no DMA here`);
        break;
      default:
        return this.read(offset) !== undefined;
    }
    this.#update();
    return true;
  }

  get #status(): number {
    return (
      (this.#toSend.length === 0 ? TFE : 0) |
      (this.#toSend.length < FIFO_DEPTH ? TNF : 0) |
      (this.#received.length > 0 ? RNE : 0) |
      (this.#received.length >= FIFO_DEPTH ? RFF : 0) |
      (this.busy || this.#toSend.length > 0 ? BSY : 0)
    );
  }

  get #raised(): number {
    return (
      (this.#overrun ? ROR : 0) |
      (this.#received.length > 0 ? RT : 0) |
      (this.#received.length >= FIFO_DEPTH / 2 ? RX : 0) |
      (this.#toSend.length <= FIFO_DEPTH / 2 ? TX : 0)
    );
  }

  #readData(): number {
    const octet = this.#received.shift();
    if (octet === undefined)
      this.#options.host.report(`reads SSPDR of ${this.#options.name} while its FIFO is empty: wait for RNE`);
    this.#update();
    return octet ?? 0;
  }

  #writeControl(next: number): void {
    const { name, host } = this.#options;
    if (next & MS) host.report(`makes ${name} a slave, which the emulation does not have`);
    if (next & LBM) host.report(`loops ${name} back, which the emulation does not have`);
    if (!(next & SSE) && this.busy)
      host.report(`switches ${name} off in the middle of a transfer: wait for BSY = 0`);
    this.#control1 = next;
    this.#start();
  }

  #start(): void {
    if (!(this.#control1 & SSE) || this.busy || this.#toSend.length === 0) return;
    const { name, host, kernelHz } = this.#options;
    const hz = kernelHz();
    if (hz === 0 || this.#prescaler === 0) {
      host.report(`transfers on ${name} without a clock: enable clk_peri, and set SSPCPSR to an even number`);
      return;
    }
    this.#shifting = this.#toSend.shift();
    const bitNs = (1e9 / hz) * this.#prescaler * ((this.#control0 >> SCR_SHIFT) + 1);
    this.#done.plan(host.clock.nowNs() + FRAME_BITS * bitNs);
  }

  #complete(): void {
    const { name, host, missingPin } = this.#options;
    const out = this.#shifting as number;
    this.#shifting = undefined;
    if ((this.#control0 & FORM) !== MODE_0_8_BITS)
      host.report(`transfers on ${name} in another form than mode 0 with 8 bits (SSPCR0)`);
    const missing = missingPin();
    if (missing !== undefined)
      host.report(`transfers on ${name} while no pin carries its ${missing} (GPIOx_CTRL)`);
    const octet = missing === undefined ? host.exchange(out) : 0xff;
    if (this.#received.length < FIFO_DEPTH) {
      this.#received.push(octet);
    } else {
      this.#overrun = true;
      host.report(`receives on ${name} while its FIFO is full, and the octet is lost: read SSPDR`);
    }
    this.#start();
    this.#update();
  }

  #update(): void {
    this.#options.interrupt((this.#raised & this.#mask) !== 0);
  }
}
