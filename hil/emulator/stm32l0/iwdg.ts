/** Independent watchdog: reference manual RM0367, section 25. It counts LSI and cannot be stopped. */
import { Due } from "../cortex-m/due.ts";
import type { Host } from "../cortex-m/machine.ts";
import { merge, type Peripheral } from "./peripheral.ts";

const KR = 0x00;
const PR = 0x04;
const RLR = 0x08;
const SR = 0x0c;
const WINR = 0x10;

/** Keys (25.4.1). */
const UNLOCK = 0x5555;
const RELOAD = 0xaaaa;
const START = 0xcccc;
const LSI_HZ = 37_000;
/** A register write needs up to five periods of LSI (25.4.4). */
const UPDATE_NS = (5 * 1e9) / LSI_HZ;
const NO_WINDOW = 0xfff;

export class Iwdg implements Peripheral {
  readonly #host: Host;
  readonly #onStart: () => void;
  readonly #expires: Due;
  #unlocked = false;
  #running = false;
  #prescaler = 0;
  #reload = 0xfff;
  #window = NO_WINDOW;
  #startedNs = 0;
  #updatedNs = 0;

  /** `onStart`: LSI is on from now on, whatever RCC says (25.3.1). */
  constructor(host: Host, onStart: () => void) {
    this.#host = host;
    this.#onStart = onStart;
    this.#expires = new Due(host.clock, () => host.reset("watchdog"));
  }

  /** Only a reset of the processor ends it. */
  reset(): void {}

  read(offset: number): number | undefined {
    switch (offset) {
      case KR:
        return 0;
      case PR:
        return this.#prescaler;
      case RLR:
        return this.#reload;
      case SR:
        return this.#host.clock.nowNs() < this.#updatedNs ? 7 : 0;
      case WINR:
        return this.#window;
    }
    return undefined;
  }

  write(offset: number, value: number, mask: number): boolean {
    if (offset === KR) {
      this.#writeKey(value & 0xffff);
      return true;
    }
    if (this.read(offset) === undefined) return false;
    if (!this.#unlocked) {
      this.#host.report("writes a register of IWDG without the key 0x5555 in IWDG_KR before (RM0367 25.3.3)");
      return true;
    }
    if (offset === PR) this.#prescaler = merge(this.#prescaler, value, mask) & 7;
    if (offset === RLR) this.#reload = merge(this.#reload, value, mask) & 0xfff;
    if (offset === WINR) this.#window = merge(this.#window, value, mask) & 0xfff;
    this.#updatedNs = this.#host.clock.nowNs() + UPDATE_NS;
    // Writing the window reloads the counter (25.3.2).
    if (offset === WINR && this.#running) this.#restart();
    return true;
  }

  #writeKey(key: number): void {
    this.#unlocked = key === UNLOCK;
    if (key === START) {
      this.#running = true;
      this.#onStart();
      this.#restart();
    } else if (key === RELOAD && this.#running) {
      if (this.#window !== NO_WINDOW && this.#counter > this.#window) this.#host.reset("watchdog");
      else this.#restart();
    }
  }

  get #tickNs(): number {
    return (4 * 2 ** Math.min(this.#prescaler, 6) * 1e9) / LSI_HZ;
  }

  get #counter(): number {
    return this.#reload - Math.floor((this.#host.clock.nowNs() - this.#startedNs) / this.#tickNs);
  }

  #restart(): void {
    this.#startedNs = this.#host.clock.nowNs();
    this.#expires.plan(this.#startedNs + (this.#reload + 1) * this.#tickNs);
  }
}
