/**
 * The serial flash beside the chip: it begins with the image, and ends with the sectors of the store; what lies between
 * is erased. Commands and times are those of a W25Q64JV, "W25Q64JV data sheet", Revision K, sections 8.2 and 9.6.
 *
 * Programming only clears bits, erasing sets those of a sector. Power that goes in between leaves some of both.
 */
import { Due } from "../cortex-m/due.ts";
import { hex } from "../cortex-m/hex.ts";
import type { Host } from "../cortex-m/machine.ts";

export const SECTOR_BYTES = 4096;
export const PAGE_BYTES = 256;
const ERASED = 0xff;
/** Typical: 45 ms for a sector, 0.4 ms for a page (9.6). */
const ERASE_NS = 45_000_000;
const PROGRAM_NS = 400_000;
/** What a cut leaves of an octet under way: half of its bits are there. */
const HALF = 0x55;

interface FlashChipOptions {
  readonly host: Host;
  readonly image: Uint8Array;
  /** The last sectors, which outlive the machine. */
  readonly store: Uint8Array;
  readonly bytes: number;
}

export class FlashChip {
  readonly #options: FlashChipOptions;
  readonly #storeStart: number;
  readonly #done: Due;
  /** What is under way does. */
  #finish: (() => void) | undefined;

  constructor(options: FlashChipOptions) {
    this.#options = options;
    this.#storeStart = options.bytes - options.store.length;
    this.#done = new Due(options.host.clock, () => this.finish());
  }

  /** An octet; the address goes round at the end of the chip. */
  read(address: number): number {
    const { image, store, bytes } = this.#options;
    const at = address % bytes;
    return at >= this.#storeStart ? store[at - this.#storeStart] : (image[at] ?? ERASED);
  }

  get busy(): boolean {
    return this.#finish !== undefined;
  }

  /** Erases the sector that an address lies in. */
  erase(address: number): void {
    const start = address - (address % SECTOR_BYTES);
    const sector = this.#storeAt("erases", start, SECTOR_BYTES);
    if (sector === undefined) return;
    this.#begin(
      ERASE_NS,
      () => sector.fill(ERASED),
      () => {
        sector.fill(ERASED, 0, SECTOR_BYTES / 2);
        for (let at = SECTOR_BYTES / 2; at < SECTOR_BYTES; at++) sector[at] |= HALF;
      },
    );
  }

  /** Programs a page. An octet of ones leaves what is there. */
  program(address: number, octets: Uint8Array): void {
    const page = this.#storeAt("programs", address, PAGE_BYTES);
    if (page === undefined) return;
    const lost = octets.findIndex((octet, index) => octet !== ERASED && (octet & ~page[index]) !== 0);
    if (lost >= 0) {
      this.#options.host.report(
        `programs the flash at ${hex(address + lost)} over what is not erased: bits stay zero that are to be one`,
      );
    }
    const changing = [...octets.keys()].filter((index) => (page[index] & octets[index]) !== page[index]);
    this.#begin(
      PROGRAM_NS,
      () => {
        for (const index of changing) page[index] &= octets[index];
      },
      () => {
        // The first half is there, the second on its way.
        changing.forEach((index, position) => {
          const onTheWay = position >= changing.length / 2 ? HALF : 0;
          page[index] &= octets[index] | onTheWay;
        });
      },
    );
  }

  /** The chip completes what it has begun, whatever becomes of the processor. */
  finish(): void {
    const finish = this.#finish;
    if (finish === undefined) return;
    this.#finish = undefined;
    this.#done.plan(Number.POSITIVE_INFINITY);
    finish();
    const { host } = this.#options;
    if (host.storeCut.endWrite()) host.powerOff();
  }

  #begin(takesNs: number, whole: () => void, half: () => void): void {
    const { host } = this.#options;
    const cut = host.storeCut.beginWrite();
    if (cut === "before" || cut === "during") {
      if (cut === "during") half();
      host.powerOff();
      return;
    }
    this.#finish = whole;
    this.#done.plan(host.clock.nowNs() + takesNs);
  }

  /** That part of the store. Elsewhere the machine has no memory that it could change. */
  #storeAt(verb: string, address: number, length: number): Uint8Array | undefined {
    const from = address - this.#storeStart;
    if (from >= 0 && address + length <= this.#options.bytes)
      return this.#options.store.subarray(from, from + length);
    this.#options.host.report(
      `${verb} the flash at ${hex(address)}; the store, which is all that a program may change, begins at ${hex(this.#storeStart)}`,
    );
    return undefined;
  }
}
