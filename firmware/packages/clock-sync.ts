/**
 * Application layer clock synchronisation, TS003-2.0.0: the device asks a server of the application what time it is, and
 * is told by how much its clock is wrong. It asks once it has joined, then as often as the server wants.
 */
import { type Bytes, type Int, load32le, store32le, type u8, u32 } from "../lang/index.ts";
import { correctTime, gpsTime, isTimeKnown } from "../lorawan/link.ts";
import { random16 } from "../lorawan/random.ts";
import { hasRoom, put, put32, putPackageVersion, shiftReply, startReply } from "./reply.ts";

/** FPort of the package. */
export const CLOCK_SYNC_PORT = 202;

/** PackageIdentifier and PackageVersion. */
const PACKAGE_ID = 1;
const PACKAGE_VERSION = 2;

const enum Cid {
  PackageVersion = 0,
  AppTime = 1,
  Periodicity = 2,
  ForceResync = 3,
}

/** Octets of an AppTimeReq. */
export const APP_TIME_REQ_LENGTH = 6;

/** AppTimeReq: TokenReq, and that the server is to answer even where the clock is right. */
const TOKEN = 0x0f;
const ANS_REQUIRED = 0x10;

/** Seconds of the shortest period, and how far chance moves a request before and behind it. */
const SHORTEST_PERIOD_S = 128;
const PERIOD_SPREAD_S = 30;

/** Seconds between the requests of a ForceDeviceResyncReq, and what chance adds at most. */
const REPETITION_PAUSE_S = 10;
const REPETITION_SPREAD_S = 20;

export class ClockSync {
  /** TokenReq of the next request. */
  token: Int<0, 15> = 0;
  /** A request has been sent and not been answered. */
  isAsked: boolean = false;
  /** How many requests are to be sent, but for the periodic ones. */
  requestsLeft: Int<0, 7> = 1;
  isPeriodic: boolean = false;
  /** Periods are of 128 s times 2 to the power of this. */
  period: Int<0, 15> = 0;
  /** Seconds of the device's time from which on the next request may go, if there is one to send. */
  dueAt: u32 = 0;
}

export const clockSync = new ClockSync();

/** A number of seconds from 0 to `most`, by chance. */
function chance(most: Int<0, 60>): Int<0, 60> {
  return (random16() * (most + 1)) >>> 16;
}

/** Puts off the next periodic request by a period. */
function startPeriod(): void {
  clockSync.dueAt = u32(
    gpsTime() + (SHORTEST_PERIOD_S << clockSync.period) - PERIOD_SPREAD_S + chance(2 * PERIOD_SPREAD_S),
  );
}

/** AppTimeAns: sets the clock, where it answers the last request. */
function takeTime(correction: u32, token: u8): void {
  if (!clockSync.isAsked || (token & TOKEN) !== clockSync.token) return;
  correctTime(correction);
  shiftReply(correction);
  clockSync.dueAt = u32(clockSync.dueAt + correction);
  clockSync.isAsked = false;
  clockSync.token = (clockSync.token + 1) & TOKEN;
  clockSync.requestsLeft = 0;
  if (clockSync.isPeriodic) startPeriod();
}

/** ForceDeviceResyncReq: that many requests from now on, until one is answered. */
function resync(count: Int<0, 7>): void {
  if (count === 0) return;
  clockSync.requestsLeft = count;
  clockSync.dueAt = gpsTime();
}

/** DeviceAppTimePeriodicityReq: the period counts from now on. */
function setPeriod(period: Int<0, 15>): void {
  clockSync.period = period;
  clockSync.isPeriodic = true;
  if (clockSync.requestsLeft === 0) startPeriod();
  put(Cid.Periodicity);
  put(0);
  put32(gpsTime());
}

/** Obeys the commands of a downlink. One that is unknown, cut short or without room for its answer ends the processing. */
export function serveClockSync(payload: Bytes<51>, length: Int<0, 51>): void {
  startReply(CLOCK_SYNC_PORT);
  let at: Int<0, 51> = 0;
  while (at < length) {
    switch (payload[at]) {
      case Cid.PackageVersion:
        if (!putPackageVersion(PACKAGE_ID, PACKAGE_VERSION)) return;
        at++;
        break;
      case Cid.AppTime:
        if (at + 6 > length) return;
        takeTime(load32le(payload, at + 1), payload[at + 5]);
        at += 6;
        break;
      case Cid.Periodicity:
        if (at + 2 > length || !hasRoom(6)) return;
        setPeriod(payload[at + 1] & 15);
        at += 2;
        break;
      case Cid.ForceResync:
        if (at + 2 > length) return;
        resync(payload[at + 1] & 7);
        at += 2;
        break;
      default:
        return;
    }
  }
}

/** Whether there is a request to send, at `clockSync.dueAt` or later. */
export function hasTimeRequest(): boolean {
  return clockSync.requestsLeft > 0 || clockSync.isPeriodic;
}

/** Writes an AppTimeReq. The network has to answer a device that does not know the time. */
export function writeTimeRequest(payload: Bytes<6>): void {
  const time = gpsTime();
  payload[0] = Cid.AppTime;
  store32le(payload, 1, time);
  payload[5] = isTimeKnown() ? clockSync.token : clockSync.token | ANS_REQUIRED;
}

/** Gives an AppTimeReq that was written before the time that it is by now: DeviceTime is that of the transmission. */
export function renewTimeRequest(payload: Bytes<6>): void {
  if (payload[0] === Cid.AppTime) store32le(payload, 1, gpsTime());
}

/** The request is on its way: the next one has its time. */
export function endTimeRequest(): void {
  clockSync.isAsked = true;
  if (clockSync.requestsLeft > 0) clockSync.requestsLeft--;
  if (clockSync.requestsLeft > 0)
    clockSync.dueAt = u32(gpsTime() + REPETITION_PAUSE_S + chance(REPETITION_SPREAD_S));
  else if (clockSync.isPeriodic) startPeriod();
}
