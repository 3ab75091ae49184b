/**
 * The continuous wave that a certification test asks for (TxCwReq of TS009-1.0.0, 5.14). The session outlives it;
 * the rules on air time, which are about frames, do not know of it.
 */
import { reached, ticks, waitUntil } from "../clock/index.ts";
import { now } from "../hal/index.ts";
import { type i8, type u16, u32 } from "../lang/index.ts";
import { endCarrier, type PowerDbm, setPower, startCarrier } from "../radio/index.ts";
import { isAllowed, powerDbm } from "../regions/index.ts";
import { leaveClassB } from "./class-b.ts";
import { endExchange, exchange, isExchangeOver } from "./exchange.ts";
import { stopListening } from "./listening.ts";
import { mac, sleepUntilTick } from "./mac.ts";
import { MULTICAST } from "./multicast-downlink.ts";
import { rejoin } from "./rejoin.ts";
import { endTransmission } from "./sending.ts";
import { CLASS_B, CLASS_C, LORAWAN_1_1, REJOIN } from "./version.ts";

/** What no amplifier of the radios goes below, in dBm. */
const LEAST_DBM = -17;

/** The wanted power, as far as region and amplifiers go. */
function withinRegion(wantedDbm: i8): PowerDbm {
  const mostDbm = powerDbm(0);
  if (wantedDbm > mostDbm) return mostDbm;
  return wantedDbm < LEAST_DBM ? LEAST_DBM : wantedDbm;
}

/** Ends windows that are still ahead: a frame that was heard outside of them has brought the command. */
function closeWindows(): void {
  if (isExchangeOver()) return;
  endExchange();
  if (LORAWAN_1_1 && REJOIN) rejoin.isUnderWay = false;
  if (mac.transmissionsLeft > 0) endTransmission(false);
}

/**
 * Sends a continuous wave for so many seconds, with what the region allows of the wanted power, and returns at its
 * end: nothing else is sent or heard meanwhile, and the board sleeps. A frequency, in units of 100 Hz, that the
 * region has not is refused.
 */
export function sendContinuousWave(seconds: u16, frequency: u32, wantedDbm: i8): void {
  if (seconds === 0 || !isAllowed(frequency) || !mac.isRadioReady) return;
  if (CLASS_C) stopListening();
  if (CLASS_C || MULTICAST) closeWindows();
  // No beacon will be heard.
  if (CLASS_B) leaveClassB();
  setPower(withinRegion(wantedDbm));
  startCarrier(frequency);
  // 3906.25 ticks a second.
  const end = u32(ticks() + u32((seconds * 15625) / 4));
  for (let time = ticks(); !reached(end, time); time = ticks()) {
    sleepUntilTick(end, time);
    waitUntil(mac.wakeTime);
  }
  endCarrier();
  setPower(powerDbm(exchange.txPower));
  mac.wakeTime = now();
}
