/**
 * Puts a block together from its fragments and, where some are lost, from coded ones, each the sum of some fragments.
 *
 * A fragment goes to its place in the sink. With the first coded one the lost ones are counted, and are then a window of at
 * most MAX_LOST columns. Each coded fragment, with what is there taken out of it, is a row over these columns; Gauss's
 * elimination makes them a triangle. The data of the row that begins with a column stands in the place of the lost fragment
 * until all rows are there; the rows themselves take four octets of RAM each.
 */
import { type Bytes, fill, type Int, type u8, u32 } from "../../lang/index.ts";
import { MAX_FRAGMENTS, MAX_LOST } from "../selection.ts";
import { addFragment, drawParityLine, hasFragment, parityLine } from "./parity-line.ts";
import { readBlock, writeBlock } from "./sink.ts";

/** Octets of the longest fragment: a downlink of 51 without the command's three. */
export const LONGEST_FRAGMENT = 48;

export class Decoder {
  /** NbFrag, FragSize. */
  count: Int<1, 1016> = 1;
  size: Int<1, 48> = 1;
  /** Fragments that came, coded ones among them, each transmission counted. */
  received: Int<0, 16383> = 0;
  /** Fragments, and sums of lost ones, that are still to come until the block is whole. */
  missing: Int<0, 1016> = 1;
  /** The window stands: `present` no longer changes. */
  isCoded: boolean = false;
  /** More fragments were lost than the window has columns for. */
  isOutOfMemory: boolean = false;
}

export const decoder = new Decoder();

/** The fragments that came before the first coded one. */
const present = new Uint8Array(MAX_FRAGMENTS >> 3);

/** The triangle: the row at i begins with column i; 0 where it is still to come. Column i is bit i. */
const rows = new Uint32Array(MAX_LOST);

/** Begins a block of `count` fragments of `size` octets. */
export function startDecoder(count: Int<1, 1016>, size: Int<1, 48>): void {
  decoder.count = count;
  decoder.size = size;
  decoder.received = 0;
  decoder.missing = count;
  decoder.isCoded = false;
  decoder.isOutOfMemory = false;
  fill(present, 0, MAX_FRAGMENTS >> 3, 0);
  for (let i = 0; i < MAX_LOST; i++) rows[i] = 0;
}

/** Where a fragment begins in the sink. */
function offsetOf(fragment: Int<0, 1023>): Int<0, 49104> {
  return fragment * decoder.size;
}

/** Adds what stands in the place of a fragment to `data`. */
function addStored(data: Bytes<48>, fragment: Int<0, 1023>): void {
  const offset = offsetOf(fragment);
  for (let i = 0; i < decoder.size && i < LONGEST_FRAGMENT; i++) data[i] = data[i] ^ readBlock(offset + i);
}

function storeFragment(data: Bytes<48>, fragment: Int<0, 1023>): void {
  const offset = offsetOf(fragment);
  for (let i = 0; i < decoder.size && i < LONGEST_FRAGMENT; i++) writeBlock(offset + i, data[i]);
}

/** The lost fragment of a column. */
function fragmentOf(column: Int<0, 31>): Int<0, 1023> {
  let left: u8 = column;
  let fragment: Int<0, 1023> = 0;
  while (fragment < 1023) {
    if (!hasFragment(present, fragment)) {
      if (left === 0) break;
      left--;
    }
    fragment++;
  }
  return fragment;
}

/** Takes what is there out of a coded fragment, whose line is `parityLine`: the row of lost ones that is left. */
function reduce(data: Bytes<48>): u32 {
  let row: u32 = 0;
  let column: Int<0, 1023> = 0;
  for (let i = 0; i < decoder.count; i++) {
    const isIn = hasFragment(parityLine, i);
    if (hasFragment(present, i)) {
      if (isIn) addStored(data, i);
    } else {
      if (isIn && column < 32) row = u32(row | (1 << column));
      if (column < 1023) column++;
    }
  }
  return row;
}

/** Adds a row to the triangle, if it says anything new. */
function addRow(data: Bytes<48>, row: u32): void {
  let left = row;
  for (let i = 0; i < MAX_LOST; i++) {
    if (((left >>> i) & 1) !== 0) {
      if (rows[i] === 0) {
        rows[i] = left;
        storeFragment(data, fragmentOf(i));
        if (decoder.missing > 0) decoder.missing--;
        return;
      }
      left = u32(left ^ rows[i]);
      addStored(data, fragmentOf(i));
    }
  }
}

/** All rows are there: from the last to the first, what they hold of others is taken out. `data` is overwritten. */
function solve(data: Bytes<48>): void {
  for (let i = MAX_LOST; i > 0; i--) {
    const row = rows[i - 1];
    if (row !== 0) {
      const fragment = fragmentOf(i - 1);
      fill(data, 0, LONGEST_FRAGMENT, 0);
      for (let j = i - 1; j < MAX_LOST; j++) if (((row >>> j) & 1) !== 0) addStored(data, fragmentOf(j));
      storeFragment(data, fragment);
    }
  }
}

/** A coded fragment is there: what did not come before it is lost, if there are columns for all of that. */
function openWindow(): boolean {
  if (decoder.missing > MAX_LOST) {
    decoder.isOutOfMemory = true;
    return false;
  }
  decoder.isOutOfMemory = false;
  decoder.isCoded = true;
  return true;
}

/** Takes a fragment, or a coded one: `index` is N, from 1 on. `data` is overwritten. True where the block is now whole. */
export function takeFragment(index: Int<1, 16383>, data: Bytes<48>): boolean {
  if (decoder.missing === 0) return false;
  if (decoder.received < 16383) decoder.received++;
  const count = decoder.count;
  if (index > count) {
    if (!decoder.isCoded && !openWindow()) return false;
    drawParityLine(index - count, count);
    addRow(data, reduce(data));
  } else {
    const fragment = index - 1;
    if (hasFragment(present, fragment)) return false;
    if (decoder.isCoded) {
      fill(parityLine, 0, MAX_FRAGMENTS >> 3, 0);
      addFragment(parityLine, fragment);
      addRow(data, reduce(data));
    } else {
      storeFragment(data, fragment);
      addFragment(present, fragment);
      decoder.missing--;
    }
  }
  if (decoder.missing > 0) return false;
  if (decoder.isCoded) solve(data);
  return true;
}
