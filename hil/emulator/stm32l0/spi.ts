/** Serial peripheral interface, as a master of eight or sixteen bits: reference manual RM0367, section 31. */
import { Due } from "../cortex-m/due.ts";
import type { Host } from "../cortex-m/machine.ts";
import { merge, type Peripheral } from "./peripheral.ts";

const CR1 = 0x00;
const CR2 = 0x04;
const SR = 0x08;
const DR = 0x0c;
const CRCPR = 0x10;
const RXCRCR = 0x14;
const TXCRCR = 0x18;
const I2SCFGR = 0x1c;
const I2SPR = 0x20;

/** CR1 (31.7.1). */
const CPHA = 1 << 0;
const CPOL = 1 << 1;
const MSTR = 1 << 2;
const BR_SHIFT = 3;
const SPE = 1 << 6;
const LSBFIRST = 1 << 7;
const SSI = 1 << 8;
const SSM = 1 << 9;
const RXONLY = 1 << 10;
const DFF = 1 << 11;
const CRCEN = 1 << 13;
const BIDIMODE = 1 << 15;
const OTHER_FORM = CPHA | CPOL | LSBFIRST;
const NOT_MODELLED = RXONLY | CRCEN | BIDIMODE;
/** CR2 (31.7.2). */
const DMA = 3;
const SSOE = 1 << 2;
const ERRIE = 1 << 5;
const RXNEIE = 1 << 6;
const TXEIE = 1 << 7;
/** SR (31.7.3). */
const RXNE = 1 << 0;
const TXE = 1 << 1;
const MODF = 1 << 5;
const OVR = 1 << 6;
const BSY = 1 << 7;

interface SpiOptions {
  readonly name: string;
  readonly host: Host;
  readonly interrupt: (level: boolean) => void;
  /** The clock of its bus. */
  readonly busHz: () => number;
  /** The first of clock, input and output that no pin carries (data sheet DS10685, table 17). */
  readonly missingPin: () => string | undefined;
}

export class Spi implements Peripheral {
  readonly #options: SpiOptions;
  readonly #done: Due;
  #control1 = 0;
  #control2 = 0;
  #received = 0;
  #flags = 0;
  /** What waits in the transmit buffer, and what is being shifted out. */
  #next: number | undefined;
  #shifting: number | undefined;
  /** DR has been read since OVR came: reading SR now clears it (31.5.10). */
  #overrunRead = false;

  constructor(options: SpiOptions) {
    this.#options = options;
    this.#done = new Due(options.host.clock, () => this.#complete());
  }

  reset(): void {
    this.#control1 = this.#control2 = this.#received = this.#flags = 0;
    this.#next = this.#shifting = undefined;
    this.#done.plan(Number.POSITIVE_INFINITY);
    this.#update();
  }

  get busy(): boolean {
    return this.#shifting !== undefined;
  }

  read(offset: number): number | undefined {
    switch (offset) {
      case CR1:
        return this.#control1;
      case CR2:
        return this.#control2;
      case SR:
        return this.#readStatus();
      case DR:
        return this.#readData();
      case CRCPR:
        return 7;
      case RXCRCR:
      case TXCRCR:
      case I2SCFGR:
        return 0;
      case I2SPR:
        return 2;
    }
    return undefined;
  }

  write(offset: number, value: number, mask: number): boolean {
    switch (offset) {
      case CR1:
        this.#writeControl(merge(this.#control1, value, mask) & 0xffff);
        return true;
      case CR2:
        this.#control2 = merge(this.#control2, value, mask) & 0xf7;
        if (this.#control2 & DMA)
          this.#options.host.report(`has DMA feed ${this.#options.name}: there is no DMA here`);
        this.#update();
        return true;
      case DR:
        this.#writeData(value & (this.#control1 & DFF ? 0xffff : 0xff));
        return true;
      case I2SCFGR:
        if (value !== 0)
          this.#options.host.report(
            `switches ${this.#options.name} to I2S, which the emulation does not have`,
          );
        return true;
      case SR:
      case CRCPR:
      case RXCRCR:
      case TXCRCR:
      case I2SPR:
        return true;
    }
    return false;
  }

  get #status(): number {
    return this.#flags | (this.#next === undefined ? TXE : 0) | (this.busy ? BSY : 0);
  }

  #readStatus(): number {
    const status = this.#status;
    if (this.#overrunRead) {
      this.#flags &= ~OVR;
      this.#overrunRead = false;
      this.#update();
    }
    return status;
  }

  #readData(): number {
    this.#overrunRead = (this.#flags & OVR) !== 0;
    this.#flags &= ~RXNE;
    this.#update();
    return this.#received;
  }

  /** A master whose NSS is low gives up being one (31.5.10, "Master mode fault"). */
  #writeControl(next: number): void {
    const { name, host } = this.#options;
    this.#flags &= ~MODF;
    this.#control1 = next;
    if (next & NOT_MODELLED) host.report(`uses a mode of ${name} that the emulation does not have`);
    const selectIsLow = next & SSM ? !(next & SSI) : !(this.#control2 & SSOE);
    if (next & MSTR && next & SPE && selectIsLow) {
      this.#control1 &= ~(MSTR | SPE);
      this.#flags |= MODF;
      host.report(`loses its place as master of ${name}: set SSM and SSI, or SSOE (RM0367 31.3.5)`);
    }
    if (!(this.#control1 & SPE)) {
      if (this.busy)
        host.report(`switches ${name} off in the middle of a transfer: wait for BSY = 0 (RM0367 31.3.9)`);
      this.#next = this.#shifting = undefined;
      this.#done.plan(Number.POSITIVE_INFINITY);
    } else if (this.#next !== undefined && !this.busy) {
      this.#start();
    }
    this.#update();
  }

  #writeData(value: number): void {
    const { name, host } = this.#options;
    if (this.#next !== undefined) host.report(`writes SPI_DR of ${name} before it is empty: wait for TXE`);
    this.#next = value;
    if (this.#control1 & SPE && !this.busy) this.#start();
    this.#update();
  }

  #start(): void {
    const { name, host } = this.#options;
    if (!(this.#control1 & MSTR)) {
      host.report(`transfers on ${name} as a slave: set MSTR`);
      return;
    }
    this.#shifting = this.#next as number;
    this.#next = undefined;
    const bits = this.#control1 & DFF ? 16 : 8;
    const bitNs = (1e9 / this.#options.busHz()) * 2 ** (((this.#control1 >> BR_SHIFT) & 7) + 1);
    this.#done.plan(host.clock.nowNs() + bits * bitNs);
  }

  #complete(): void {
    const { name, host } = this.#options;
    const out = this.#shifting as number;
    this.#shifting = undefined;
    if (this.#control1 & OTHER_FORM)
      host.report(`transfers on ${name} in another form than mode 0, MSB first`);
    const missing = this.#options.missingPin();
    if (missing !== undefined)
      host.report(`transfers on ${name} while no pin carries its ${missing} (GPIOx_MODER, GPIOx_AFR)`);
    const exchange = (octet: number) => (missing === undefined ? host.exchange(octet) : 0xff);
    const value = this.#control1 & DFF ? (exchange(out >> 8) << 8) | exchange(out & 0xff) : exchange(out);
    if (this.#flags & RXNE) this.#flags |= OVR;
    else this.#received = value;
    this.#flags |= RXNE;
    if (this.#next !== undefined) this.#start();
    this.#update();
  }

  #update(): void {
    const status = this.#status;
    this.#options.interrupt(
      (status & RXNE && this.#control2 & RXNEIE) !== 0 ||
        (status & TXE && this.#control2 & TXEIE) !== 0 ||
        (status & (OVR | MODF) && this.#control2 & ERRIE) !== 0,
    );
  }
}
