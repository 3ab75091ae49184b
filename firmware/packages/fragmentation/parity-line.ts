/**
 * Which fragments a coded one is the sum of: a line of the parity matrix of TS004 (Forward Error Correction, algorithm 0).
 * Of the m fragments of a block it has m/2, drawn by a shift register of 23 bits. In version 1 a fragment that is drawn
 * again counts as drawn and stays in once; in version 2 another one is drawn for it.
 */
import { fill, type Int, lengthOf, u8, type u32 } from "../../lang/index.ts";
import { FRAGMENTATION_V1, MAX_FRAGMENTS } from "../selection.ts";

/** A bit for each fragment of the line: that of fragment i is bit i % 8 of octet i / 8. */
export const parityLine = new Uint8Array(MAX_FRAGMENTS >> 3);

/** Whether a set of fragments has this one. */
export function hasFragment(set: Uint8Array, index: Int<0, 1023>): boolean {
  const at = index >>> 3;
  if (at >= lengthOf(set)) return false;
  return ((set[at] >> (index & 7)) & 1) !== 0;
}

/** Adds a fragment to a set. */
export function addFragment(set: Uint8Array, index: Int<0, 1023>): void {
  const at = index >>> 3;
  if (at < lengthOf(set)) set[at] = set[at] | u8(1 << (index & 7));
}

/** Makes `parityLine` the line `line`, from 1 on, for a block of `count` fragments. */
export function drawParityLine(line: Int<1, 16383>, count: Int<1, 1023>): void {
  fill(parityLine, 0, MAX_FRAGMENTS >> 3, 0);
  const isPowerOfTwo = (count & (count - 1)) === 0;
  const modulus = isPowerOfTwo ? count + 1 : count;
  let left = count >>> 1;
  let state: u32 = 1 + 1001 * line;
  while (left > 0) {
    let index: u32 = 0;
    do {
      const bit = (state ^ (state >>> 5)) & 1;
      state = (state >>> 1) + bit * 0x400000;
      index = state % modulus;
    } while (index >= count);
    if (FRAGMENTATION_V1 || !hasFragment(parityLine, index)) left--;
    addFragment(parityLine, index);
  }
}
