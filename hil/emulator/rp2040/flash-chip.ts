/**
 * The serial flash beside the chip: it begins with the image, and ends with the sectors of the store; what lies between
 * is erased. Commands and times are those of a W25Q64JV, "W25Q64JV data sheet", Revision K, sections 8.2 and 9.6.
 *
 * Programming only clears bits, erasing sets those of a sector. That begins with clearing the others, as it is usual in
 * NOR flashes, so that no cell is erased twice over: power that goes in between may leave zeros where ones stood. The
 * data sheet does not say so, nor for how long; a third of the time is assumed.
 */
import { Due } from "../cortex-m/due.ts";
import { hex } from "../cortex-m/hex.ts";
import type { Host } from "../cortex-m/machine.ts";
import type { Step } from "../store-memory.ts";

export const SECTOR_BYTES = 4096;
export const PAGE_BYTES = 256;
const ERASED = 0xff;
/** Typical: 45 ms for a sector, 0.4 ms for a page (9.6). */
const ERASE_NS = 45_000_000;
const CLEAR_BEFORE_ERASE_NS = ERASE_NS / 3;
const PROGRAM_NS = 400_000;

interface FlashChipOptions {
  readonly host: Host;
  readonly image: Uint8Array;
  /** Of the whole chip, whose last sectors are the store of the host. */
  readonly bytes: number;
}

export class FlashChip {
  readonly #options: FlashChipOptions;
  readonly #storeStart: number;
  readonly #done: Due;

  constructor(options: FlashChipOptions) {
    this.#options = options;
    this.#storeStart = options.bytes - options.host.store.octets.length;
    this.#done = new Due(options.host.clock, () => this.finish());
  }

  /** An octet; the address goes round at the end of the chip. */
  read(address: number): number {
    const { image, host, bytes } = this.#options;
    const at = address % bytes;
    return at >= this.#storeStart ? host.store.octets[at - this.#storeStart] : (image[at] ?? ERASED);
  }

  get busy(): boolean {
    return this.#options.host.store.busy;
  }

  /** Erases the sector that an address lies in. */
  erase(address: number): void {
    const start = address - (address % SECTOR_BYTES);
    if (!this.#isStore("erases", start, SECTOR_BYTES)) return;
    const drives = new Uint8Array(SECTOR_BYTES).fill(0xff);
    this.#begin(start, [
      { takesNs: CLEAR_BEFORE_ERASE_NS, drives, to: 0 },
      { takesNs: ERASE_NS - CLEAR_BEFORE_ERASE_NS, drives, to: 1 },
    ]);
  }

  /** Programs a page. An octet of ones leaves what is there. */
  program(address: number, octets: Uint8Array): void {
    if (!this.#isStore("programs", address, PAGE_BYTES)) return;
    const lost = octets.findIndex(
      (octet, index) => octet !== ERASED && (octet & ~this.read(address + index)) !== 0,
    );
    if (lost >= 0) {
      this.#options.host.report(
        `programs the flash at ${hex(address + lost)} over what is not erased: bits stay zero that are to be one`,
      );
    }
    this.#begin(address, [{ takesNs: PROGRAM_NS, drives: octets.map((octet) => ~octet), to: 0 }]);
  }

  /** The chip completes what it has begun, whatever becomes of the processor. */
  finish(): void {
    if (!this.busy) return;
    this.#done.plan(Number.POSITIVE_INFINITY);
    this.#options.host.store.complete();
  }

  #begin(address: number, steps: readonly Step[]): void {
    const { host } = this.#options;
    if (!host.store.begin(address - this.#storeStart, steps)) return;
    this.#done.plan(host.clock.nowNs() + steps.reduce((sum, { takesNs }) => sum + takesNs, 0));
  }

  /** Whether that is part of the store. Elsewhere the machine has no memory that it could change. */
  #isStore(verb: string, address: number, length: number): boolean {
    if (address >= this.#storeStart && address + length <= this.#options.bytes) return true;
    this.#options.host.report(
      `${verb} the flash at ${hex(address)}; the store, which is all that a program may change, begins at ${hex(this.#storeStart)}`,
    );
    return false;
  }
}
