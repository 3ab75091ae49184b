/**
 * What the device says on its console: one line an event, ended by LF. Numbers are decimal, addresses
 * and payloads hexadecimal as people write them. Keys are never among them. Answers to commands (commands.ts) begin with
 * "=", and nothing here does.
 *
 *     boot LoRaWAN 1.1                      power-up; "1.0.4" where the image speaks that
 *     error: no identity in the store       not provisioned, or damaged: the device stops
 *     error: no counters                    of a personalised device: lost, or used up: it stops for good
 *     error: no radio                       the radio does not answer: the device tries again later
 *     error: store                          a record could not be written: nothing is transmitted
 *     error: DevNonce used up               all 65536 were used: joining stops for good
 *     joining 12 DR5                        a join-request with this DevNonce starts, at this data rate
 *     rejoining 3 DR5                       the same of a rejoin-request with this RJcount, while the session goes on
 *     refused: MIC                          a join-accept with a wrong MIC ...
 *     refused: JoinNonce                    ... or with a JoinNonce that was used before ...
 *     refused: settings                     ... or with settings that the region does not know
 *     join failed                           neither window brought a join-accept; the next try comes by itself
 *     joined 26011F42                       the DevAddr
 *     personalised 26011F42                 the DevAddr of a device that does not join
 *     uplink 7                              the FCntUp of a data frame that starts
 *     downlink 10: 0102FF                   FPort and payload of a data frame received, unless PRINT_DOWNLINKS is false
 */
import { consoleWrite } from "../hal/index.ts";
import { ascii, lengthOf, table32, u8, u32 } from "../lang/index.ts";

/**
 * Whether the payloads of downlinks are printed. A device whose console others can read may keep them to itself; the
 * rig then sees no downlink arrive. @config
 */
export const PRINT_DOWNLINKS: boolean = true;

/** The texts below, in their order. */
export const enum Text {
  Boot10,
  Boot11,
  NoIdentity,
  NoRadio,
  StoreFailed,
  DevNonceUsedUp,
  Joining,
  DataRate,
  RefusedMic,
  RefusedJoinNonce,
  RefusedSettings,
  JoinFailed,
  Joined,
  Uplink,
  Downlink,
  Colon,
}

/** One table of all texts, each ended by "|": a table per text would cost a loop per text. */
const TEXTS = ascii(
  "boot LoRaWAN 1.0.4\n|boot LoRaWAN 1.1\n|error: no identity in the store\n|error: no radio\n|error: store\n|error: DevNonce used up\n|joining | DR|refused: MIC\n|refused: JoinNonce\n|refused: settings\n|join failed\n|joined |uplink |downlink |: |",
);
const END_OF_TEXT = 0x7c;

const POWERS_OF_TEN = table32([1000000000, 100000000, 10000000, 1000000, 100000, 10000, 1000, 100, 10]);

const DIGIT_0 = 0x30;
const LETTER_A = 0x41;
const LINE_FEED = 0x0a;

/** Prints a text. */
export function print(text: Text): void {
  let before: u8 = 0;
  for (let i = 0; i < lengthOf(TEXTS); i++) {
    const character = TEXTS[i];
    if (character === END_OF_TEXT) {
      if (before === text) return;
      before = u8(before + 1);
    } else if (before === text) {
      consoleWrite(character);
    }
  }
}

/** What only a personalised device says: apart, so that no other image has it. */
const PERSONALISED = ascii("personalised ");
const NO_COUNTERS = ascii("error: no counters\n");

/** Prints "personalised". */
export function printPersonalised(): void {
  for (let i = 0; i < lengthOf(PERSONALISED); i++) consoleWrite(PERSONALISED[i]);
}

/** Prints that there are no counters, on a line of its own. */
export function printNoCounters(): void {
  for (let i = 0; i < lengthOf(NO_COUNTERS); i++) consoleWrite(NO_COUNTERS[i]);
}

const LETTER_R = 0x72;
const LETTER_E = 0x65;

/** Makes "joining" that is printed next into "rejoining". */
export function printRe(): void {
  consoleWrite(LETTER_R);
  consoleWrite(LETTER_E);
}

/** Ends a line. */
export function endLine(): void {
  consoleWrite(LINE_FEED);
}

/** Prints a number in decimal digits, by subtraction: most processors of the class cannot divide. */
export function printDecimal(value: u32): void {
  let rest = value;
  let started = false;
  for (let i = 0; i < 9; i++) {
    const power = POWERS_OF_TEN[i];
    let digit: u8 = 0;
    while (rest >= power) {
      rest = u32(rest - power);
      digit = u8(digit + 1);
    }
    if (digit > 0) started = true;
    if (started) consoleWrite(u8(DIGIT_0 + digit));
  }
  consoleWrite(u8(DIGIT_0 + rest));
}

function printNibble(nibble: u8): void {
  consoleWrite(u8(nibble < 10 ? DIGIT_0 + nibble : LETTER_A - 10 + nibble));
}

/** Prints an octet as two hexadecimal digits. */
export function printHex(value: u8): void {
  printNibble(value >> 4);
  printNibble(value & 15);
}
