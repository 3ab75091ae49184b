/** Constant tables in flash, text, lengths that travel with a parameter, and choices made by the configuration. */
import {
  ascii,
  copyTable,
  lengthOf,
  type Table8,
  type Table16,
  table16,
  u8,
  type u16,
} from "../../../../firmware/lang/index.ts";

/** Whether messages go to the console. @config */
export const VERBOSE: boolean = true;
/** Parts per million. @config */
export const CLOCK_ERROR_PPM: u8 = 30;

/** @extern board_put */
function put(_octet: u8): void {}

const AIRTIMES_MS = table16([1483, 742, 371, 185, 103, 57]);
const HELLO = ascii("hello");
const label = new Uint8Array(8);

function print(text: Table8<1>): void {
  for (let i = 0; i < lengthOf(text); i++) put(text[i]);
}

function slowest(table: Table16<6>): u16 {
  let longest: u16 = 0;
  for (let i = 0; i < 6; i++) if (table[i] > longest) longest = table[i];
  return longest + CLOCK_ERROR_PPM > 1500 ? 1500 : longest;
}

export function main(): void {
  if (VERBOSE) {
    print(HELLO);
    print(ascii("joined"));
  }
  copyTable(label, 0, HELLO, 0, lengthOf(HELLO));
  put(u8(slowest(AIRTIMES_MS) >> 8));
}
