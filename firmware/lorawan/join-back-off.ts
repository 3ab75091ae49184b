/**
 * The air time that joining may take (TS001-1.0.4, retransmissions back-off): 36 s in the first hour after
 * power-up, 36 s in the ten hours after it, then 8.7 s in each 24 hours. Pauses between attempts spread what each
 * period allows and are random, so that devices that lost power together do not join together for ever.
 */
import { reached, TICK_US, TICKS_PER_HOUR } from "../clock/index.ts";
import { type Int, u32 } from "../lang/index.ts";
import type { Airtime } from "./airtime.ts";
import { random16 } from "./random.ts";

const FIRST_HOUR = 0;
const TEN_HOURS = 1;
const DAYS = 2;

class Budget {
  period: Int<0, 2> = 0;
  /** When the period ends, in ticks. */
  endsAt: u32 = 0;
  /** Microseconds of air time left in the period. */
  leftUs: u32 = 0;
}

const budget = new Budget();

/** Starts the first period at power-up. */
export function startJoinBackOff(time: u32): void {
  budget.period = FIRST_HOUR;
  budget.endsAt = u32(time + TICKS_PER_HOUR);
  budget.leftUs = 36000000;
}

/** Goes on to the next period where it is time. Call it at least every six days, joined or not. */
export function advanceJoinBackOff(time: u32): void {
  while (reached(budget.endsAt, time)) {
    if (budget.period === FIRST_HOUR) {
      budget.period = TEN_HOURS;
      budget.endsAt = u32(budget.endsAt + 10 * TICKS_PER_HOUR);
      budget.leftUs = 36000000;
    } else {
      budget.period = DAYS;
      budget.endsAt = u32(budget.endsAt + 24 * TICKS_PER_HOUR);
      budget.leftUs = 8700000;
    }
  }
}

/** When the period ends, in ticks: until then nothing comes to what is left. */
export function joinPeriodEnd(): u32 {
  return budget.endsAt;
}

/** Takes the air time of an attempt from what is left. False, and nothing taken, where it is too much. */
export function spendJoinAirtime(airtimeUs: Airtime): boolean {
  if (airtimeUs > budget.leftUs) return false;
  budget.leftUs = u32(budget.leftUs - airtimeUs);
  return true;
}

/** Gives back the air time of an attempt that has not gone out. */
export function returnJoinAirtime(airtimeUs: Airtime): void {
  budget.leftUs = u32(budget.leftUs + airtimeUs);
}

/**
 * The pause after an attempt, in ticks: its time on air times the inverse of the period's share (1 %, 0.1 %,
 * 0.01 %), and up to half as much again at random.
 */
export function joinPause(airtimeUs: Airtime): u32 {
  const airtime = u32(airtimeUs / TICK_US) + 1;
  let pause: u32 = airtime * 100;
  if (budget.period === TEN_HOURS) pause = airtime * 1000;
  if (budget.period === DAYS) pause = airtime * 10000;
  return u32(pause + (pause >>> 9) * (random16() >>> 8));
}
