/**
 * Serial port, an ARM PL011, transmitting: RP2040 datasheet, section 4.2. Nothing ever arrives: the console of a board
 * only speaks.
 */
import { Due } from "../cortex-m/due.ts";
import type { Host } from "../cortex-m/machine.ts";
import type { Peripheral } from "./peripheral.ts";

const DR = 0x00;
const RSR = 0x04;
const FR = 0x18;
const ILPR = 0x20;
const IBRD = 0x24;
const FBRD = 0x28;
const LCR_H = 0x2c;
const CR = 0x30;
const IFLS = 0x34;
const IMSC = 0x38;
const RIS = 0x3c;
const MIS = 0x40;
const ICR = 0x44;
const DMACR = 0x48;
const ID = 0xfe0;

/** FR (4.2.8). */
const FR_BUSY = 1 << 3;
const FR_RXFE = 1 << 4;
const FR_TXFF = 1 << 5;
const FR_TXFE = 1 << 7;
/** LCR_H: eight bits, and the FIFO or not. */
const FEN = 1 << 4;
const FORM = 0xef;
const EIGHT_BITS = 0x60;
/** CR. */
const UARTEN = 1 << 0;
const TXE = 1 << 8;
const CR_RESET = 0x300;
const TX_INTERRUPT = 1 << 5;
const FIFO_DEPTH = 32;
/** Start bit, 8 data bits, stop bit. */
const CHARACTER_BITS = 10;

interface UartOptions {
  readonly name: string;
  readonly host: Host;
  readonly interrupt: (level: boolean) => void;
  /** clk_peri, 0 while it stands. */
  readonly kernelHz: () => number;
  readonly txIsWired: () => boolean;
}

export class Uart implements Peripheral {
  readonly #options: UartOptions;
  readonly #done: Due;
  #control = CR_RESET;
  #line = 0;
  /** 64ths: what has been written, and what LCR_H has put in use (4.2.7.1). */
  #written = [0, 0];
  #divisor = 0;
  #mask = 0;
  #toSend: number[] = [];
  #shifting: { readonly octet: number; readonly baud: number } | undefined;

  constructor(options: UartOptions) {
    this.#options = options;
    this.#done = new Due(options.host.clock, () => this.#finish());
  }

  reset(): void {
    this.#control = CR_RESET;
    this.#line = this.#divisor = this.#mask = 0;
    this.#written = [0, 0];
    this.#toSend = [];
    this.#shifting = undefined;
    this.#done.plan(Number.POSITIVE_INFINITY);
    this.#update();
  }

  get busy(): boolean {
    return this.#shifting !== undefined;
  }

  read(offset: number): number | undefined {
    switch (offset) {
      case FR:
        return (
          FR_RXFE |
          (this.busy ? FR_BUSY : 0) |
          (this.#toSend.length >= this.#depth ? FR_TXFF : 0) |
          (this.#toSend.length === 0 ? FR_TXFE : 0)
        );
      case IBRD:
        return this.#written[0];
      case FBRD:
        return this.#written[1];
      case LCR_H:
        return this.#line;
      case CR:
        return this.#control;
      case IMSC:
        return this.#mask;
      case RIS:
        return this.#raised;
      case MIS:
        return this.#raised & this.#mask;
      case DR:
      case RSR:
      case ILPR:
      case ICR:
      case DMACR:
        return 0;
      case IFLS:
        return 0x12;
    }
    return offset >= ID ? 0 : undefined;
  }

  write(offset: number, value: number): boolean {
    const { name, host } = this.#options;
    switch (offset) {
      case DR:
        this.#writeData(value & 0xff);
        break;
      case IBRD:
        this.#written[0] = value & 0xffff;
        break;
      case FBRD:
        this.#written[1] = value & 0x3f;
        break;
      case LCR_H:
        if (this.busy) host.report(`changes the line of ${name} in the middle of a character`);
        this.#line = value & 0xff;
        this.#divisor = 64 * this.#written[0] + this.#written[1];
        break;
      case CR:
        this.#writeControl(value & 0xff87);
        break;
      case IMSC:
        this.#mask = value & 0x7ff;
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

  get #depth(): number {
    return this.#line & FEN ? FIFO_DEPTH : 1;
  }

  get #raised(): number {
    return this.#toSend.length === 0 ? TX_INTERRUPT : 0;
  }

  #writeControl(next: number): void {
    const { name, host } = this.#options;
    if (!(next & UARTEN) && this.busy)
      host.report(`switches ${name} off in the middle of a character: wait for BUSY = 0`);
    this.#control = next;
    this.#start();
  }

  #writeData(octet: number): void {
    const { name, host } = this.#options;
    if ((this.#control & (UARTEN | TXE)) !== (UARTEN | TXE)) {
      host.report(`writes UARTDR of ${name} with the transmitter off: set UARTEN and TXE`);
      return;
    }
    if (this.#toSend.length >= this.#depth) {
      host.report(
        `writes UARTDR of ${name} while its FIFO is full, and the octet is lost: wait for TXFF = 0`,
      );
      return;
    }
    this.#toSend.push(octet);
    this.#start();
  }

  #start(): void {
    const [octet] = this.#toSend;
    if (octet === undefined || this.busy || !(this.#control & UARTEN)) return;
    const { name, host, kernelHz, txIsWired } = this.#options;
    const hz = kernelHz();
    if (hz === 0 || this.#divisor < 64) {
      host.report(
        `transmits on ${name} without a clock: enable clk_peri, and write IBRD, FBRD and then LCR_H`,
      );
      return;
    }
    if ((this.#line & FORM) !== EIGHT_BITS)
      host.report(`sends on ${name} in another form than 8 data bits, no parity and one stop bit`);
    if (!txIsWired()) host.report(`transmits on ${name} while no pin carries its TX (GPIOx_CTRL)`);
    this.#toSend.shift();
    // Sixteen periods of the divided clock a bit (4.2.3.2.1).
    const baud = (hz * 64) / (16 * this.#divisor);
    this.#shifting = { octet, baud };
    this.#done.plan(host.clock.nowNs() + (CHARACTER_BITS * 1e9) / baud);
  }

  #finish(): void {
    const { octet, baud } = this.#shifting as { octet: number; baud: number };
    this.#shifting = undefined;
    if (this.#options.txIsWired()) this.#options.host.transmit(octet, baud);
    this.#start();
    this.#update();
  }

  #update(): void {
    this.#options.interrupt((this.#raised & this.#mask) !== 0);
  }
}
