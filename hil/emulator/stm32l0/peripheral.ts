/** A peripheral behind its registers, 32 bits each, at multiples of four from its base. */
export interface Peripheral {
  /** Undefined where there is no register. */
  read(offset: number): number | undefined;
  /** `mask` has the bits that the access reaches: octet lanes on AHB and IOPORT. False where there is no register. */
  write(offset: number, value: number, mask: number): boolean;
  /** As after a reset: by the xxxRST bit of RCC (RM0367 7.3.8 to 7.3.11). */
  reset(): void;
}

/** The bits of `mask` from `value`, the others as they were. */
export function merge(old: number, value: number, mask: number): number {
  return ((old & ~mask) | (value & mask)) >>> 0;
}
