/**
 * The radio as the MAC sees it, whatever chip is behind it: the import "#radio" is the driver of the board's chip. One
 * transmission or one window at a time; the radio sleeps in between, unless it listens all the time. The end of each is an
 * event of the HAL, with its time; that of a carrier without modulation is a call.
 */

export {
  Bandwidth,
  detectActivity,
  EVENT_DETECTION_DONE,
  EVENT_RECEIVED,
  EVENT_TIMED_OUT,
  EVENT_TRANSMITTED,
  endBeacon,
  endCarrier,
  frameSnr,
  LEAST_POWER_DBM,
  LISTENING_START_UP_US,
  listen,
  OPENING_US,
  openReceiver,
  type PowerDbm,
  prepareBeaconReceiver,
  prepareFskReceiver,
  prepareReceiver,
  RECEIVER_START_UP_US,
  readActivity,
  readBeacon,
  readFrame,
  readNoise,
  readRssi,
  setPower,
  sleepRadio,
  startCarrier,
  startRadio,
  transmit,
  transmitFsk,
} from "#radio";
export type { BeaconLength } from "./limits.ts";
