/**
 * Commands from the console, a line each (docs/console.md). An answer is a line that begins with "=", as no other does:
 *
 *     ?id                  =id DevEUI JoinEUI VERSION
 *     ?state               =state joined DevAddr FCntUp CLASS, or =state out - 0 CLASS
 *     !join                =ok: leaves the session, and joins anew
 *     !send FPORT HEX      =ok: an uplink as soon as may be; 16 octets at most
 *     !reset               =ok: the program begins anew
 *
 *     =err unknown         no such command
 *     =err line            longer than any command
 *     =err argument        FPort or payload, or the data rate does not carry it
 *     =err state           of a device that has not joined, or is personalised; or the uplink before waits still
 */
import { consoleRead, consoleWrite, reset } from "../hal/index.ts";
import { ascii, copy, type Int, lengthOf, u8 } from "../lang/index.ts";
import { isClassB } from "../lorawan/class-b.ts";
import { classC } from "../lorawan/class-c.ts";
import { advanceUplink, longestPayload, sendPackageUplink, uplinkPayload } from "../lorawan/index.ts";
import { joinAgain } from "../lorawan/joining.ts";
import { devAddr, session } from "../lorawan/session.ts";
import { CLASS_B, CLASS_C, LORAWAN_1_1 } from "../lorawan/version.ts";
import { ABP, readDevEui, readJoinEui } from "../store/index.ts";
import { endLine, printDecimal, printHex } from "./index.ts";

/** The longest, with FPort 223 and 16 octets, has 42. */
const LINE = 48;
const line = new Uint8Array(48);

class Input {
  length: Int<0, 48> = 0;
  isTooLong: boolean = false;
}

const input = new Input();

/** Octets of the longest payload from the console. */
const LONGEST = 16;
const payload = new Uint8Array(16);

class Outgoing {
  /** 0: none. */
  port: Int<0, 223> = 0;
  length: Int<0, 16> = 0;
}

const outgoing = new Outgoing();

/** The commands, each ended by "|", in the order of Command. */
const WORDS = ascii("?id|?state|!join|!send|!reset|");

const enum Command {
  Id,
  State,
  Join,
  Send,
  Reset,
}

/** The answers, in the order of Answer. */
const ANSWERS = ascii(
  "=ok\n|=err unknown\n|=err line\n|=err argument\n|=err state\n|=id |=state joined |=state out - 0 | 1.0.4\n| 1.1\n|",
);

const enum Answer {
  Ok,
  Unknown,
  Line,
  Argument,
  State,
  Id,
  Joined,
  Out,
  Version10,
  Version11,
}

const END_OF_TEXT = 0x7c;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const LETTER_A = 0x41;

function say(answer: Answer): void {
  let before: u8 = 0;
  for (let i = 0; i < lengthOf(ANSWERS); i++) {
    const character = ANSWERS[i];
    if (character === END_OF_TEXT) before = u8(before + 1);
    else if (before === answer) consoleWrite(character);
  }
}

/** Which command the line is; beyond all where none. */
function command(): u8 {
  let word: u8 = 0;
  let at: Int<0, 48> = 0;
  let matches = true;
  for (let i = 0; i < lengthOf(WORDS); i++) {
    const character = WORDS[i];
    if (character === END_OF_TEXT) {
      if (matches && (at === input.length || (at < LINE && line[at] === SPACE))) return word;
      word = u8(word + 1);
      at = 0;
      matches = true;
    } else if (at < LINE && at < input.length && line[at] === character) {
      at++;
    } else {
      matches = false;
    }
  }
  return word;
}

/** The value of a hexadecimal digit, or 16. */
function digitOf(character: u8): Int<0, 16> {
  if (character >= 0x30 && character <= 0x39) return character - 0x30;
  if (character >= 0x41 && character <= 0x46) return character - 0x37;
  if (character >= 0x61 && character <= 0x66) return character - 0x57;
  return 16;
}

/** Behind "!send ". */
const FIRST_ARGUMENT = 6;

/** Takes FPort and payload from the line. False where they are none, or more than the data rate carries. */
function readUplink(): boolean {
  let port: Int<0, 2239> = 0;
  let high: Int<0, 16> = 16;
  let length: Int<0, 16> = 0;
  let isPayload = false;
  for (let i = FIRST_ARGUMENT; i < LINE && i < input.length; i++) {
    const digit = digitOf(line[i]);
    if (!isPayload) {
      if (line[i] === SPACE) {
        isPayload = true;
      } else {
        if (digit > 9 || port > 22) return false;
        port = port * 10 + digit;
      }
    } else {
      if (digit > 15) return false;
      if (high > 15) {
        high = digit;
      } else {
        if (length >= LONGEST) return false;
        payload[length] = (high << 4) | digit;
        length++;
        high = 16;
      }
    }
  }
  if (high <= 15 || port === 0 || port > 223 || length > longestPayload()) return false;
  outgoing.port = port;
  outgoing.length = length;
  return true;
}

function sayId(): void {
  const eui = new Uint8Array(8);
  say(Answer.Id);
  readDevEui(eui);
  for (let i = 0; i < 8; i++) printHex(eui[7 - i]);
  consoleWrite(SPACE);
  readJoinEui(eui);
  for (let i = 0; i < 8; i++) printHex(eui[7 - i]);
  say(LORAWAN_1_1 ? Answer.Version11 : Answer.Version10);
}

function sayState(): void {
  if (session.joined) {
    say(Answer.Joined);
    for (let i = 0; i < 4; i++) printHex(devAddr[3 - i]);
    consoleWrite(SPACE);
    printDecimal(session.fCntUp);
    consoleWrite(SPACE);
  } else {
    say(Answer.Out);
  }
  let letter: u8 = LETTER_A;
  if (CLASS_B && isClassB()) letter = LETTER_A + 1;
  if (CLASS_C && classC.isOn) letter = LETTER_A + 2;
  consoleWrite(letter);
  endLine();
}

function serveSend(): void {
  if (!session.joined || outgoing.port !== 0) {
    say(Answer.State);
  } else if (!readUplink()) {
    say(Answer.Argument);
  } else {
    say(Answer.Ok);
    advanceUplink(0);
  }
}

function serveLine(): void {
  switch (command()) {
    case Command.Id:
      sayId();
      break;
    case Command.State:
      sayState();
      break;
    case Command.Join:
      say(ABP ? Answer.State : Answer.Ok);
      if (!ABP) {
        outgoing.port = 0;
        joinAgain();
      }
      break;
    case Command.Send:
      serveSend();
      break;
    case Command.Reset:
      say(Answer.Ok);
      reset();
      break;
    default:
      say(Answer.Unknown);
      break;
  }
}

/** Takes what has come, and does what each whole line says. An empty one is none. */
export function serveConsole(): void {
  for (;;) {
    const octet = consoleRead();
    if (octet < 0) return;
    if (octet === LINE_FEED || octet === CARRIAGE_RETURN) {
      if (input.isTooLong) say(Answer.Line);
      else if (input.length > 0) serveLine();
      input.length = 0;
      input.isTooLong = false;
    } else if (input.length < LINE) {
      line[input.length] = u8(octet);
      input.length++;
    } else {
      input.isTooLong = true;
    }
  }
}

/**
 * Sends what the console has asked for, in place of the application's. False where it has asked for nothing, or for more
 * than the data rate carries by now: that waits until one does.
 */
export function sendOfConsole(): boolean {
  if (outgoing.port === 0 || outgoing.length > longestPayload()) return false;
  copy(uplinkPayload, 0, payload, 0, outgoing.length);
  if (sendPackageUplink(outgoing.port, outgoing.length)) outgoing.port = 0;
  return true;
}
