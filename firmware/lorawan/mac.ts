/** What the MAC does next, and when. */
import { reached, TICK_US, TICKS_PER_HOUR } from "../clock/index.ts";
import { now } from "../hal/index.ts";
import { type Int, i32, u32 } from "../lang/index.ts";

/** The device looks at the clock at least this often, in ticks: half an hour. */
export const LONGEST_SLEEP = 7031250;
const LONGEST_SLEEP_S = 1800;

class Mac {
  /** Nothing more to do, ever. */
  isStopped: boolean = false;
  isRadioReady: boolean = false;
  /** The board's time at which `runDevice` is to be called next, where no exchange is under way. */
  wakeTime: u32 = 0;
  /** Ticks at which the next join-request or uplink is due. */
  due: u32 = 0;
  /** Ticks from uplink to uplink. */
  period: u32 = 0;
  /** The application is asked for an uplink, and none other than that may begin. */
  isAsking: boolean = false;
  /** How often the uplink under way is still to be sent, and from when on, in ticks. */
  transmissionsLeft: Int<0, 15> = 0;
  transmissionDue: u32 = 0;
  /** A downlink has come since it was first sent. */
  isHeard: boolean = false;
}

export const mac = new Mac();

/** How long something may be due, in ticks: a day. */
const LONGEST_DUE = 24 * TICKS_PER_HOUR;

/**
 * An instant in ticks; where it is past for longer, one that is past for `LONGEST_DUE`. After six days `reached` would
 * take it for one ahead.
 */
export function stillDue(instant: u32, time: u32): u32 {
  const oldest = u32(time - LONGEST_DUE);
  return reached(instant, time) && reached(instant, oldest) ? oldest : instant;
}

/** Does not sleep longer than `pauseS` seconds. */
export function sleepAtMost(pauseS: u32): void {
  if (pauseS >= LONGEST_SLEEP_S) return;
  const wakeTime = u32(now() + pauseS * 1000000);
  if (reached(wakeTime, mac.wakeTime)) mac.wakeTime = wakeTime;
}

/** Sleeps until `instant`, in ticks, or as long as the clocks allow. */
export function sleepUntilTick(instant: u32, time: u32): void {
  let remaining = i32(instant - time);
  if (remaining < 0) remaining = 0;
  if (remaining > LONGEST_SLEEP) remaining = LONGEST_SLEEP;
  mac.wakeTime = u32(now() + remaining * TICK_US);
}
