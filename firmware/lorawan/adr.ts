/**
 * Adaptive data rate, the device's part (TS001-1.0.4, 4.3.1.1): it counts uplinks without an answer, asks for one, and
 * then step by step does what carries farther.
 */
import { type Int, i32, u32 } from "../lang/index.ts";
import { CERTIFICATION } from "../packages/selection.ts";
import { PLANS, selection, slowerDataRate } from "../regions/index.ts";
import { hasChannel, rateWithChannel, restoreChannels } from "./channels/index.ts";
import { session } from "./session.ts";
import { LORAWAN_1_1 } from "./version.ts";

/** Whether the network controls data rate, power and repetitions; false: they stay as they are. @config */
export const ADR: boolean = true;

/** Exponents of ADR_ACK_LIMIT (64) and ADR_ACK_DELAY (32) until ADRParamSetupReq says otherwise. */
const DEFAULT_LIMIT = 6;
const DEFAULT_DELAY = 5;

/** What `ADR` says, until a certification test switches it. */
let isSwitchedOn: boolean = ADR;

/** Whether the network controls the device. */
export function isAdrOn(): boolean {
  return CERTIFICATION ? isSwitchedOn : ADR;
}

/** For a certification test. */
export function switchAdr(isOn: boolean): void {
  isSwitchedOn = isOn;
}

class Adr {
  /** ADRACKCnt: uplinks since the last answer. */
  count: u32 = 0;
  limitExponent: Int<0, 15> = DEFAULT_LIMIT;
  delayExponent: Int<0, 15> = DEFAULT_DELAY;
  /** Nothing is left that would carry farther. */
  isExhausted: boolean = false;
}

const adr = new Adr();

/** As after a join. */
export function resetAdr(): void {
  adr.limitExponent = DEFAULT_LIMIT;
  adr.delayExponent = DEFAULT_DELAY;
  noteAnswer();
}

/** ADRParamSetupReq of 1.1: exponents of ADR_ACK_LIMIT and ADR_ACK_DELAY. */
export function setAdrAckExponents(limit: Int<0, 15>, delay: Int<0, 15>): void {
  adr.limitExponent = limit;
  adr.delayExponent = delay;
}

/** ADRACKCnt, for the store. */
export function unanswered(): u32 {
  return adr.count;
}

/** A class A downlink has come. */
export function noteAnswer(): void {
  adr.count = 0;
  adr.isExhausted = false;
}

/**
 * Does what carries farther next: first full power, then slower data rates, then the default channels and no
 * repetitions (TS001-1.0.4, table of the back-off).
 */
function backOff(isFirst: boolean): void {
  if (isFirst) {
    session.txPower = 0;
    return;
  }
  const slower = slowerDataRate(session.dataRate, session.isUplinkLimited);
  if (slower !== session.dataRate) {
    session.dataRate = slower;
    // From the one at 500 kHz, where all others are off.
    if (PLANS[selection.plan].isFixed && !hasChannel(slower)) restoreChannels();
    return;
  }
  restoreChannels();
  session.nbTrans = 1;
  adr.isExhausted = true;
}

/** ADRACKCnt is `count` from now on: backs off where it is time to. */
export function setUnanswered(count: u32): void {
  if (!isAdrOn()) return;
  adr.count = count;
  const late = i32(adr.count - (1 << adr.limitExponent));
  const delay = 1 << adr.delayExponent;
  if (late >= delay && (late & (delay - 1)) === 0) backOff(late === delay);
}

/** After an uplink that nothing has answered, however often it was sent. */
export function noteSilence(): void {
  setUnanswered(u32(adr.count + 1));
}

/** ADRACKReq of the uplink: 1.1 ends it where nothing more can be done, 1.0.4 does not. */
export function asksForAnswer(): boolean {
  if (!isAdrOn() || adr.count < 1 << adr.limitExponent) return false;
  return !(LORAWAN_1_1 && session.isNetwork11 && adr.isExhausted);
}

/** Sees to it that there is a channel for the uplink: at another data rate, where the network has left none for its own. */
export function ensureChannel(): void {
  session.dataRate = rateWithChannel(session.dataRate);
}
