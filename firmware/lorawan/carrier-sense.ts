/**
 * Listen before talk, as Korea asks for it in KR920 and Japan in AS923: the device hears right before a transmission
 * whether its channel is in use. How long, and from which power on it is, comes from these countries and not from RP002;
 * the values here are the strictest of what other devices keep to.
 */
import { reached, wait } from "../clock/index.ts";
import { now } from "../hal/index.ts";
import { type Int, u32 } from "../lang/index.ts";
import { Bandwidth, LISTENING_START_UP_US, listen, readRssi, sleepRadio } from "../radio/index.ts";
import { HAS_DYNAMIC_PLAN } from "../regions/index.ts";

/**
 * Whether a device with a dynamic plan listens before each transmission, leaves a channel alone that is in use, and waits
 * where all are. @config
 */
export const LISTEN_BEFORE_TALK: boolean = false;

/** @refused LISTEN_BEFORE_TALK is of plans with channels that a network adds; this region has a fixed plan */
export const LISTENS_IN_VAIN: boolean = LISTEN_BEFORE_TALK && !HAS_DYNAMIC_PLAN;

/** Above this power a channel is in use, in dBm. @config */
export const CARRIER_SENSE_DBM: Int<-120, 0> = -80;

/** How long it is listened to, in microseconds. @config */
export const CARRIER_SENSE_US: Int<0, 100000> = 6000;

/** From when the receiver is on until its gain has settled and what it tells is an average of the channel. */
const SETTLING_US = 1000;

/** From one reading to the next. */
const READING_US = 250;

/** Whether nobody is heard on a channel, in units of 100 Hz: in 250 kHz around it, as 200 kHz are to be listened to. */
export function isQuiet(frequency: u32): boolean {
  listen(frequency, 7, Bandwidth.Khz250);
  wait(LISTENING_START_UP_US + SETTLING_US);
  const end = u32(now() + CARRIER_SENSE_US);
  let isLoud = false;
  while (!isLoud && !reached(end, now())) {
    wait(READING_US);
    isLoud = readRssi() > CARRIER_SENSE_DBM;
  }
  sleepRadio();
  return !isLoud;
}
