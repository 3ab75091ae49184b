/**
 * Asynchronous serial ports: reference manual RM0367, section 29 (USART) and section 30 (LPUART). In Stop mode they hear
 * nothing, as without a kernel clock that runs there.
 */
import { Due } from "../cortex-m/due.ts";
import type { Host } from "../cortex-m/machine.ts";
import { merge, type Peripheral } from "./peripheral.ts";

const CR1 = 0x00;
const CR2 = 0x04;
const CR3 = 0x08;
const BRR = 0x0c;
const GTPR = 0x10;
const RTOR = 0x14;
const RQR = 0x18;
const ISR = 0x1c;
const ICR = 0x20;
const RDR = 0x24;
const TDR = 0x28;

/** CR1 (29.8.1). */
const UE = 1 << 0;
const RE = 1 << 2;
const TE = 1 << 3;
const RXNEIE = 1 << 5;
const TCIE = 1 << 6;
const TXEIE = 1 << 7;
const PCE = 1 << 10;
const M0 = 1 << 12;
const OVER8 = 1 << 15;
const M1 = 1 << 28;
/** Settings that a write may change only while UE is clear (29.8.1, 29.8.4). */
const FIXED_WHILE_ENABLED = PCE | M0 | OVER8 | M1;
/** STOP of CR2 (29.8.2). */
const STOP_BITS = 3 << 12;
/** ISR (29.8.8). */
const ORE = 1 << 3;
const RXNE = 1 << 5;
const TC = 1 << 6;
const TXE = 1 << 7;
const TEACK = 1 << 21;
const REACK = 1 << 22;
/** Start bit, 8 data bits, stop bit. */
const CHARACTER_BITS = 10;

interface UsartOptions {
  readonly name: string;
  readonly host: Host;
  readonly interrupt: (level: boolean) => void;
  /** The clock that CCIPR selects; 0 while it stands. */
  readonly kernelHz: () => number;
  /** The clock cycles in a bit, from BRR and OVER8. */
  readonly cyclesOfBit: (divider: number, oversampling8: boolean) => number;
  readonly txIsWired: () => boolean;
  readonly rxIsWired: () => boolean;
}

/** 29.5.4: with eight samples a bit the low three bits of BRR stand one to the left, and the clock counts double. */
export function usartBitCycles(divider: number, oversampling8: boolean): number {
  return oversampling8 ? ((divider & ~15) | ((divider & 7) << 1)) / 2 : divider;
}

/** 30.4.4: BRR is 256 times the clock by the rate. */
export function lpuartBitCycles(divider: number): number {
  return divider / 256;
}

export class Usart implements Peripheral {
  readonly #options: UsartOptions;
  readonly #done: Due;
  readonly #words = new Map<number, number>();
  #control = 0;
  #received: number | undefined;
  #overrun = false;
  #complete = true;
  #next: number | undefined;
  #shifting: { readonly octet: number; readonly baud: number } | undefined;

  constructor(options: UsartOptions) {
    this.#options = options;
    this.#done = new Due(options.host.clock, () => this.#finish());
  }

  reset(): void {
    this.#words.clear();
    this.#control = 0;
    this.#received = undefined;
    this.#overrun = false;
    this.#complete = true;
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
        return this.#control;
      case CR2:
      case CR3:
      case BRR:
      case GTPR:
      case RTOR:
        return this.#words.get(offset) ?? 0;
      case ISR:
        return this.#status;
      case RDR:
        return this.#takeReceived();
      case RQR:
      case ICR:
      case TDR:
        return 0;
    }
    return undefined;
  }

  /** The last bit of an octet has come on RX: it is lost where nobody listens, or the one before is still there (29.5.3). */
  receive(octet: number): void {
    const { kernelHz, rxIsWired } = this.#options;
    if ((this.#control & (UE | RE)) !== (UE | RE) || kernelHz() === 0 || !rxIsWired()) return;
    if (this.#received === undefined) this.#received = octet;
    else this.#overrun = true;
    this.#update();
  }

  #takeReceived(): number {
    const octet = this.#received ?? 0;
    this.#received = undefined;
    this.#update();
    return octet;
  }

  write(offset: number, value: number, mask: number): boolean {
    const { name, host } = this.#options;
    const enabled = (this.#control & UE) !== 0;
    switch (offset) {
      case CR1:
        this.#writeControl(merge(this.#control, value, mask));
        break;
      case CR2:
      case CR3:
      case BRR:
      case GTPR:
      case RTOR:
        if (enabled && offset !== CR3 && offset !== RTOR) {
          host.report(`changes a register of ${name} that holds while UE is set (RM0367 29.8)`);
          return true;
        }
        this.#words.set(offset, merge(this.#words.get(offset) ?? 0, value, mask));
        break;
      case ICR:
        if (value & TC) this.#complete = false;
        if (value & ORE) this.#overrun = false;
        break;
      case TDR:
        this.#writeData(value & 0xff);
        break;
      case RQR:
      case ISR:
      case RDR:
        break;
      default:
        return false;
    }
    this.#update();
    return true;
  }

  get #status(): number {
    const enabled = (this.#control & UE) !== 0;
    return (
      (this.#complete ? TC : 0) |
      (this.#overrun ? ORE : 0) |
      (this.#received === undefined ? 0 : RXNE) |
      (this.#next === undefined ? TXE : 0) |
      (enabled && this.#control & TE ? TEACK : 0) |
      (enabled && this.#control & RE ? REACK : 0)
    );
  }

  #writeControl(next: number): void {
    const { name, host } = this.#options;
    if (this.#control & UE && next & UE && (this.#control ^ next) & FIXED_WHILE_ENABLED) {
      host.report(`changes the frame of ${name} while UE is set (RM0367 29.8.1)`);
    }
    this.#control = next;
    if (next & (PCE | M0 | M1)) host.report(`uses another frame on ${name} than 8 data bits without parity`);
    if (!(next & UE) && this.busy) {
      host.report(`switches ${name} off in the middle of a character: wait for TC`);
      this.#next = this.#shifting = undefined;
      this.#done.plan(Number.POSITIVE_INFINITY);
      this.#complete = true;
    }
  }

  #writeData(octet: number): void {
    const { name, host } = this.#options;
    if ((this.#control & (UE | TE)) !== (UE | TE)) {
      host.report(`writes the TDR of ${name} with the transmitter off: set UE and TE`);
      return;
    }
    if (this.#next !== undefined) {
      host.report(`writes the TDR of ${name} before it is empty, and the octet is lost: wait for TXE`);
    }
    this.#next = octet;
    this.#complete = false;
    if (!this.busy) this.#start();
  }

  #start(): void {
    const { name, host, kernelHz, cyclesOfBit, txIsWired } = this.#options;
    const hz = kernelHz();
    const cycles = cyclesOfBit(this.#words.get(BRR) ?? 0, (this.#control & OVER8) !== 0);
    if (hz === 0 || cycles === 0) {
      host.report(
        `transmits on ${name} without a clock: set BRR, and have the clock that CCIPR selects running`,
      );
      return;
    }
    if ((this.#words.get(CR2) ?? 0) & STOP_BITS) host.report(`sends on ${name} with other than one stop bit`);
    if (!txIsWired())
      host.report(`transmits on ${name} while no pin carries its TX (GPIOx_MODER, GPIOx_AFR)`);
    const baud = hz / cycles;
    this.#shifting = { octet: this.#next as number, baud };
    this.#next = undefined;
    this.#done.plan(host.clock.nowNs() + (CHARACTER_BITS * 1e9) / baud);
  }

  #finish(): void {
    const { octet, baud } = this.#shifting as { octet: number; baud: number };
    this.#shifting = undefined;
    if (this.#options.txIsWired()) this.#options.host.transmit(octet, baud);
    if (this.#next === undefined) this.#complete = true;
    else this.#start();
    this.#update();
  }

  #update(): void {
    const status = this.#status;
    this.#options.interrupt(
      ((status & (RXNE | ORE)) !== 0 && (this.#control & RXNEIE) !== 0) ||
        ((status & TXE) !== 0 && (this.#control & TXEIE) !== 0) ||
        ((status & TC) !== 0 && (this.#control & TCIE) !== 0),
    );
  }
}
