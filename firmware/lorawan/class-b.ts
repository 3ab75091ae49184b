/**
 * Class B (TS001-1.0.4, 9 to 13; TS001-1.1, 10 to 15): the way into it and out of it, and the time that it goes by.
 *
 * The device asks for the time, finds the beacon that comes next by it, and tells the network by PingSlotInfoReq how often it
 * will listen. From PingSlotInfoAns on its uplinks have the ClassB bit, and it opens its ping slots. Time is that of the last
 * beacon, kept by the board's clock: the longer no beacon is heard, the wider the windows, until after two hours, or once
 * they would be too wide, the device is back in class A and begins anew.
 */
import { TICK_US } from "../clock/index.ts";
import { COMMAND_LATENCY_US } from "../hal/index.ts";
import { type Int, type u8, u32 } from "../lang/index.ts";
import {
  BEACON_PLANS,
  FAST_DATA_RATES,
  HAS_JOIN_CHANNELS,
  isAllowed,
  isDownlinkRate,
  isFsk,
  PLANS,
  RATE_COUNT,
  selection,
} from "../regions/index.ts";
import { ABP } from "../store/index.ts";
import { CLASS_C_AFTER_JOIN, planAnswer } from "./class-c.ts";
import { NO_GROUP } from "./multicast.ts";
import { MULTICAST_SLOTS, notePending } from "./multicast-slots.ts";
import { Cid, isSealed, post } from "./outbox.ts";
import type { Periodicity } from "./ping-slots.ts";
import { CLASS_B, CLASS_C, LORAWAN_1_1 } from "./version.ts";
import { CLOCK_ERROR_PPM, canListen } from "./windows.ts";

/** The device opens a ping slot every 2^PING_PERIODICITY seconds, unless its application says otherwise. @config */
export const PING_PERIODICITY: Periodicity = 7;

/**
 * Whether a device with CLASS_B works towards class B from the join on, or once its application wants it to. Of a device
 * that is of class C from the join on only the latter. @config
 */
export const CLASS_B_AFTER_JOIN: boolean = true;

/** Seconds from beacon to beacon. */
export const BEACON_PERIOD_S = 128;
export const BEACON_PERIOD_US = 128000000;

/** How far DeviceTimeAns may be off (TS001-1.0.4, 5.13). */
const TOLD_TIME_ERROR_US = 100000;

/** Of the instant at which a beacon was received. */
const BEACON_ERROR_US = 100;

/** Beacons in a row that are looked for before the device asks for the time anew. */
const SEARCH_LIMIT = 3;

/** After as many beacons missed in a row, and as much time, two hours have passed without one. */
const BEACONLESS_LIMIT = 56;
export const BEACONLESS_REST_US = 32000000;

/**
 * How far the clock may be off, at most: twice that the radios hold a window open at all data rates of 125 kHz, and to hold
 * it open longer, as they could at slower ones, takes more than class B gives.
 */
const MOST_ERROR_US = 500000;

/** How far it is off behind a beacon that was heard, before the next one. */
const LEAST_ERROR_US = BEACON_ERROR_US + BEACON_PERIOD_S * CLOCK_ERROR_PPM;

/** The bits of PingSlotChannelAns and BeaconFreqAns. */
const FREQUENCY_ACK = 1;
const DATA_RATE_ACK = 2;

export const enum BeaconState {
  /** The device does not know when the next beacon comes. */
  Unknown,
  /** It has been told, and looks for it. */
  Searching,
  /** The time is that of a beacon. */
  Locked,
}

class ClassB {
  /** The application wants the device to be in class B. */
  isWanted: boolean = CLASS_B_AFTER_JOIN && !(CLASS_C && CLASS_C_AFTER_JOIN);
  periodicity: Periodicity = PING_PERIODICITY;
  /** The one in the PingSlotInfoReq that was sent last, and whether PingSlotInfoAns has come for that wanted. */
  askedPeriodicity: Periodicity = 0;
  isAgreed: boolean = false;
  state: BeaconState = BeaconState.Unknown;
  /** GPS seconds at the begin of the beacon period under way, and the board's time then. */
  beaconTime: u32 = 0;
  periodStart: u32 = 0;
  /** Beacons in a row that were not heard, up to the begin of this period. */
  missed: Int<0, 56> = 0;
  /** In units of 100 Hz; 0: as the plan has it. */
  beaconFrequency: u32 = 0;
  pingFrequency: u32 = 0;
  pingDataRate: Int<0, 15> = 0;
}

export const classB = new ClassB();

/** Whether the device opens ping slots, in which its network may send: the ClassB bit of uplinks. */
export function isClassB(): boolean {
  return classB.isWanted && classB.isAgreed && classB.state === BeaconState.Locked;
}

/** Whether the board must keep the time to the microsecond. */
export function keepsBeaconTime(): boolean {
  return classB.isWanted && classB.state !== BeaconState.Unknown;
}

/** The application wants the device to be in class B, or in class A. */
export function wantClassB(isWanted: boolean): void {
  if (classB.isWanted === isWanted) return;
  leaveClassB();
  classB.isWanted = isWanted;
}

/** Until the network has agreed anew it must not send in ping slots any more: it hears of that by the next uplink. */
function closePingSlots(): void {
  if (isClassB()) planAnswer();
  classB.isAgreed = false;
}

/** The time of the beacons is lost, or not to be kept any more: the device is in class A. */
export function leaveClassB(): void {
  closePingSlots();
  classB.state = BeaconState.Unknown;
}

/** How often ping slots are opened from now on: every 2^periodicity seconds. Class A until the network knows it. */
export function setPingPeriodicity(periodicity: Periodicity): void {
  classB.periodicity = periodicity;
  closePingSlots();
}

/** For a certification test: the same, and the next uplink tells the network, beacon or none. */
export function tellPingPeriodicity(periodicity: Periodicity): void {
  setPingPeriodicity(periodicity);
  classB.askedPeriodicity = periodicity;
  post(Cid.PingSlotInfo, periodicity, 0);
}

/** @refused in CN470 the channel of the join decides where beacons are, which CLASS_B does not follow */
export const NEEDS_BEACON_PLAN: boolean = CLASS_B && HAS_JOIN_CHANNELS;

/** A session begins: the network knows nothing of the device's ping slots. */
export function startClassB(): void {
  classB.isAgreed = false;
  if (MULTICAST_SLOTS) notePending(NO_GROUP, 0);
}

/** The network has not said yet where beacons and ping slots are. */
export function resetSlotChannels(): void {
  classB.beaconFrequency = 0;
  classB.pingFrequency = 0;
  classB.pingDataRate = BEACON_PLANS[selection.plan].pingDataRate;
}

/** Adds what the way into class B asks for next, where the uplink that begins does not have it yet. */
export function askForClassB(): void {
  if (!classB.isWanted) return;
  if (classB.state === BeaconState.Unknown) {
    if (!isSealed(Cid.DeviceTime)) post(Cid.DeviceTime, 0, 0);
  } else if (classB.state === BeaconState.Locked && !classB.isAgreed && !isSealed(Cid.PingSlotInfo)) {
    classB.askedPeriodicity = classB.periodicity;
    post(Cid.PingSlotInfo, classB.periodicity, 0);
  }
}

/** DeviceTimeAns: GPS time at an instant in ticks. Where the device has no beacon, it looks for the next by it. */
export function searchBeacon(seconds: u32, fraction: u8, tick: u32): void {
  if (!classB.isWanted || classB.state === BeaconState.Locked) return;
  const sinceBeaconS = seconds % BEACON_PERIOD_S;
  classB.beaconTime = u32(seconds - sinceBeaconS);
  // A fraction of a second are 3906.25 microseconds.
  const sinceBeaconUs = sinceBeaconS * 1000000 + u32((fraction * 15625) >> 2);
  classB.periodStart = u32(u32(tick * TICK_US) - sinceBeaconUs);
  classB.missed = 0;
  classB.state = BeaconState.Searching;
}

/** How far the board's clock may be off, either way, `afterS` seconds into the beacon period. */
export function beaconErrorUs(afterS: Int<0, 128>): Int<0, 74000000> {
  const fixed = classB.state === BeaconState.Locked ? BEACON_ERROR_US : TOLD_TIME_ERROR_US;
  return fixed + (classB.missed * BEACON_PERIOD_S + afterS) * CLOCK_ERROR_PPM;
}

/** Whether ping slots at this data rate get windows that are wide enough for a clock that is off by `errorUs`. */
function isWideEnough(rate: Int<0, 15>, errorUs: Int<0, 74000000>): boolean {
  if (!FAST_DATA_RATES && !PLANS[selection.plan].isFixed) return true; // all are of 125 kHz
  return rate < RATE_COUNT && canListen(rate, 2 * errorUs + COMMAND_LATENCY_US);
}

/** The same of the period under way, up to its end. */
export function canOpenSlots(rate: Int<0, 15>): boolean {
  return isWideEnough(rate, beaconErrorUs(BEACON_PERIOD_S));
}

function nextPeriod(): void {
  classB.beaconTime = u32(classB.beaconTime + BEACON_PERIOD_S);
  classB.periodStart = u32(classB.periodStart + BEACON_PERIOD_US);
}

/** Whether two hours without a beacon end in this period, `BEACONLESS_REST_US` behind its begin. */
export function isLastPeriod(): boolean {
  return classB.missed >= BEACONLESS_LIMIT;
}

/** The beacon at the end of the period has not been heard. */
export function missBeacon(): void {
  nextPeriod();
  if (classB.missed < BEACONLESS_LIMIT) classB.missed++;
  const isSearch = classB.state === BeaconState.Searching;
  const isOver = isSearch ? classB.missed >= SEARCH_LIMIT : !canOpenSlots(classB.pingDataRate);
  if (isOver || beaconErrorUs(BEACON_PERIOD_S) > MOST_ERROR_US) leaveClassB();
}

/** A beacon with this time has come that began at `start`. False where it is not the one that was due. */
export function takeBeacon(time: u32, start: u32): boolean {
  if (time !== u32(classB.beaconTime + BEACON_PERIOD_S)) return false;
  classB.beaconTime = time;
  classB.periodStart = start;
  classB.missed = 0;
  // PingSlotInfoReq need not wait for what the application has to send.
  if (classB.state === BeaconState.Searching) planAnswer();
  classB.state = BeaconState.Locked;
  return true;
}

/** PingSlotInfoAns. */
export function agreeOnPingSlots(): void {
  if (!isSealed(Cid.PingSlotInfo) || classB.askedPeriodicity !== classB.periodicity) return;
  classB.isAgreed = true;
  // The network goes by the ClassB bit, which comes with the next uplink.
  planAnswer();
}

/**
 * Whether beacon and ping slots stay where the plan has them: those of a personalised device of 1.0.4, which would have no
 * way to tell its network that power loss has brought them back there.
 */
const STAYS: boolean = ABP && !LORAWAN_1_1;

/** Whether a beacon or a ping slot may be put there. 0: where the plan has them. */
function isUsable(frequency: u32): boolean {
  return frequency === 0 || (!STAYS && isAllowed(frequency));
}

/** Whether ping slots may have this data rate. */
function isPingRate(dataRate: Int<0, 15>): boolean {
  if (STAYS) return dataRate === BEACON_PLANS[selection.plan].pingDataRate;
  if (dataRate >= RATE_COUNT || !isDownlinkRate(dataRate) || isFsk(dataRate)) return false;
  return isWideEnough(dataRate, LEAST_ERROR_US);
}

/** PingSlotChannelReq: both or nothing. */
export function movePingSlots(frequency: u32, dataRate: Int<0, 15>): void {
  let status: u8 = 0;
  if (isUsable(frequency)) status = FREQUENCY_ACK;
  if (isPingRate(dataRate)) status = status | DATA_RATE_ACK;
  if (status === (FREQUENCY_ACK | DATA_RATE_ACK)) {
    classB.pingFrequency = frequency;
    classB.pingDataRate = dataRate;
  }
  post(Cid.PingSlotChannel, status, 0);
}

/** BeaconFreqReq. */
export function moveBeacon(frequency: u32): void {
  const isDone = isUsable(frequency);
  if (isDone) classB.beaconFrequency = frequency;
  post(Cid.BeaconFreq, isDone ? FREQUENCY_ACK : 0, 0);
}
