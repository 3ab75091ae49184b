/**
 * The windows of class B, between the exchanges of class A: for beacons, and for frames in ping slots (TS001-1.0.4, 10
 * and 13; TS001-1.1, 12 and 15). Each opens early enough for a clock that is late, and stays open for one that is early.
 */
import { reached } from "../clock/index.ts";
import { COMMAND_LATENCY_US, now, radioEvents, radioEventTime } from "../hal/index.ts";
import { type Bytes, type Int, load32le, u32, view } from "../lang/index.ts";
import { MAX_GROUPS } from "../packages/selection.ts";
import {
  EVENT_RECEIVED,
  EVENT_TIMED_OUT,
  endBeacon,
  OPENING_US,
  openReceiver,
  prepareBeaconReceiver,
  prepareReceiver,
  RECEIVER_START_UP_US,
  readBeacon,
  readFrame,
  sleepRadio,
} from "../radio/index.ts";
import { BEACON_PLANS, bandwidth, RATE_COUNT, selection, spreadingFactor } from "../regions/index.ts";
import { airtimeUs, symbolUs } from "./airtime.ts";
import { beaconAirtimeUs, beaconLength, beaconTimeOfFrame, isBeacon } from "./beacon.ts";
import {
  BEACON_PERIOD_S,
  BEACON_PERIOD_US,
  BEACONLESS_REST_US,
  BeaconState,
  beaconErrorUs,
  canOpenSlots,
  classB,
  isClassB,
  isLastPeriod,
  keepsBeaconTime,
  leaveClassB,
  missBeacon,
  takeBeacon,
} from "./class-b.ts";
import { frame, PHY, type PhyLength } from "./frame.ts";
import { type GroupId, multicastGroups, NO_GROUP } from "./multicast.ts";
import { hasGroupSlots, hasPriority, MULTICAST_SLOTS, slotSessions } from "./multicast-slots.ts";
import { BEACON_RESERVED_US, nextSlot, pingOffset, SLOT_COUNT, SLOT_US, type Slot } from "./ping-slots.ts";
import { devAddr, session } from "./session.ts";
import { listeningSymbols, SET_UP_US } from "./windows.ts";

const enum SlotState {
  /** The radio is free. */
  Idle,
  /** The next window is set up; the radio sleeps until it opens. */
  Waiting,
  Receiving,
}

/** How much earlier the device looks after it. */
const LOOK_AHEAD_US = SET_UP_US + 5000;

/** How long a reception may last at most. Then the radio has lost its event. */
const LONGEST_RECEPTION_US = 12000000;

/** Gateways send nothing in the three seconds before a beacon. */
const BEACON_GUARD_US = 3000000;

class SlotWindow {
  state: SlotState = SlotState.Idle;
  /** The board's time at which `runSlots` is to be called next at the latest. */
  wakeTime: u32 = 0;
  /** It is for the beacon, and not for a ping slot. */
  isForBeacon: boolean = false;
  /** The board's time at which the receiver is commanded on. */
  openingTime: u32 = 0;
}

export const slotWindow = new SlotWindow();

/** Whether the radio is in use. */
export function isSlotUnderWay(): boolean {
  return slotWindow.state !== SlotState.Idle;
}

/** Whether there are windows to come. */
export function hasSlots(): boolean {
  return session.joined && keepsBeaconTime();
}

/** When the window for an instant is commanded open, where the clock may err by so much. */
function openingOf(instant: u32, errorUs: u32): u32 {
  return u32(instant - errorUs - RECEIVER_START_UP_US - COMMAND_LATENCY_US);
}

/** Which of the plan's frequencies has its turn. */
function hop(first: u32, from: u32, beaconTime: u32): u32 {
  const plan = BEACON_PLANS[selection.plan];
  const turn = ((from % plan.hopCount) + ((beaconTime >>> 7) % plan.hopCount)) % plan.hopCount;
  return u32(first + turn * plan.hopStep);
}

function beaconFrequency(): u32 {
  if (classB.beaconFrequency !== 0) return classB.beaconFrequency;
  return hop(BEACON_PLANS[selection.plan].beaconFrequency, 0, u32(classB.beaconTime + BEACON_PERIOD_S));
}

/** Where the slots of an address are: the frequency that was told, if one was. */
function pingFrequency(address: Bytes<4>, told: u32): u32 {
  if (told !== 0) return told;
  return hop(BEACON_PLANS[selection.plan].pingFrequency, load32le(address, 0), classB.beaconTime);
}

/** When the window for the next beacon is commanded open. */
function beaconOpening(): u32 {
  return openingOf(u32(classB.periodStart + BEACON_PERIOD_US), beaconErrorUs(BEACON_PERIOD_S));
}

function wait(openingTime: u32, isForBeacon: boolean): void {
  slotWindow.isForBeacon = isForBeacon;
  slotWindow.openingTime = openingTime;
  slotWindow.wakeTime = u32(openingTime - OPENING_US);
  slotWindow.state = SlotState.Waiting;
}

/** Sets the window for the beacon up. */
function prepareBeacon(): void {
  const rate = BEACON_PLANS[selection.plan].beaconDataRate;
  if (rate >= RATE_COUNT) return;
  prepareBeaconReceiver(
    beaconFrequency(),
    spreadingFactor(rate),
    bandwidth(rate),
    listeningSymbols(rate, 2 * beaconErrorUs(BEACON_PERIOD_S) + COMMAND_LATENCY_US),
    beaconLength(),
  );
  wait(beaconOpening(), true);
}

/** Whole seconds from the begin of the beacon period to a slot, or one more. */
function secondsTo(slot: Slot): Int<0, 128> {
  return u32((BEACON_RESERVED_US + slot * SLOT_US) / 1000000) + 1;
}

function slotStart(slot: Slot): u32 {
  return u32(classB.periodStart + BEACON_RESERVED_US + slot * SLOT_US);
}

/** When the window for a slot is commanded open, if the clock errs as at the end of the period: not later than it is. */
function earliestOpening(slot: Slot): u32 {
  return openingOf(slotStart(slot), beaconErrorUs(BEACON_PERIOD_S));
}

/** Whose slot comes next: of a group, or of the device itself. */
let slotGroup: GroupId = NO_GROUP;

/** The data rate in the slots of a group, or of the device itself. */
function slotRate(id: GroupId): Int<0, 15> {
  return MULTICAST_SLOTS && id < MAX_GROUPS ? slotSessions[id].dataRate : classB.pingDataRate;
}

/** How many slots a slot takes in which nothing comes: none of these can be opened any more when its window has closed. */
function slotsTaken(id: GroupId): Slot {
  const rate = slotRate(id);
  if (rate >= RATE_COUNT) return 1;
  const symbols = listeningSymbols(rate, 2 * beaconErrorUs(BEACON_PERIOD_S) + COMMAND_LATENCY_US);
  const us = symbols * symbolUs(rate) + SET_UP_US + RECEIVER_START_UP_US + COMMAND_LATENCY_US;
  const slots = u32(us / SLOT_US) + 1;
  return slots < SLOT_COUNT ? slots : SLOT_COUNT;
}

/**
 * Whether the slot of a group is the one to open, and not that of the other: the first, or of two that collide the one
 * with priority.
 */
function isOpened(id: Int<0, 3>, slot: Slot, other: GroupId, otherSlot: Slot): boolean {
  if (slot + slotsTaken(id) <= otherSlot) return true;
  return otherSlot + slotsTaken(other) > slot && hasPriority(id, other);
}

/** The first slot that can still be set up for at `time`; SLOT_COUNT: none before the next beacon. */
function slotAhead(time: u32): Slot {
  const first = u32(earliestOpening(0) - SET_UP_US);
  let from: Slot = 0;
  if (!reached(time, first)) {
    const slots = u32(u32(time - first) / SLOT_US) + 1;
    from = slots > SLOT_COUNT ? SLOT_COUNT : slots;
  }
  const beaconTime = classB.beaconTime;
  let slot: Slot = SLOT_COUNT;
  slotGroup = NO_GROUP;
  if (isClassB())
    slot = nextSlot(pingOffset(beaconTime, devAddr, classB.periodicity), classB.periodicity, from);
  for (let i = 0; MULTICAST_SLOTS && i < MAX_GROUPS; i++) {
    if (!hasGroupSlots(i, beaconTime) || !canOpenSlots(slotSessions[i].dataRate)) continue;
    const periodicity = slotSessions[i].periodicity;
    const own = nextSlot(pingOffset(beaconTime, multicastGroups[i].mcAddr, periodicity), periodicity, from);
    if (own < SLOT_COUNT && (slot === SLOT_COUNT || isOpened(i, own, slotGroup, slot))) {
      slot = own;
      slotGroup = i;
    }
  }
  return slot;
}

/** Sets the window for a slot up. */
function prepareSlot(slot: Slot): void {
  const rate = slotRate(slotGroup);
  let frequency = pingFrequency(devAddr, classB.pingFrequency);
  if (MULTICAST_SLOTS && slotGroup < MAX_GROUPS) {
    frequency = pingFrequency(multicastGroups[slotGroup].mcAddr, slotSessions[slotGroup].frequency);
  }
  if (rate >= RATE_COUNT) return;
  prepareReceiver(
    frequency,
    spreadingFactor(rate),
    bandwidth(rate),
    listeningSymbols(rate, 2 * beaconErrorUs(secondsTo(slot)) + COMMAND_LATENCY_US),
  );
  wait(openingOf(slotStart(slot), beaconErrorUs(secondsTo(slot))), false);
}

/** Sees what comes next, and sets it up if it is time. */
function runIdle(): void {
  const time = now();
  // Where exchanges have taken the time of beacons, those are missed.
  while (keepsBeaconTime() && reached(u32(beaconOpening() - SET_UP_US), time)) missBeacon();
  if (!keepsBeaconTime()) return;
  let opening = beaconOpening();
  let slot: Slot = SLOT_COUNT;
  if (isClassB() || (MULTICAST_SLOTS && classB.state === BeaconState.Locked)) slot = slotAhead(time);
  if (slot < SLOT_COUNT) opening = earliestOpening(slot);
  slotWindow.wakeTime = u32(opening - LOOK_AHEAD_US);
  if (isLastPeriod()) {
    const end = u32(classB.periodStart + BEACONLESS_REST_US);
    if (reached(end, time)) {
      leaveClassB();
      return;
    }
    if (reached(end, slotWindow.wakeTime)) slotWindow.wakeTime = end;
  }
  if (!reached(slotWindow.wakeTime, time)) return;
  if (slot < SLOT_COUNT) prepareSlot(slot);
  else prepareBeacon();
}

function runWaiting(): void {
  radioEvents(); // what is left would keep the board awake
  if (!reached(slotWindow.wakeTime, now())) return;
  openReceiver(slotWindow.openingTime);
  slotWindow.wakeTime = u32(slotWindow.openingTime + LONGEST_RECEPTION_US);
  slotWindow.state = SlotState.Receiving;
}

/** Takes what the window for the beacon brought. */
function receiveBeacon(): void {
  const rate = BEACON_PLANS[selection.plan].beaconDataRate;
  const end = radioEventTime();
  if (readBeacon(view(frame, PHY, 64), beaconLength()) && isBeacon() && rate < RATE_COUNT) {
    if (takeBeacon(beaconTimeOfFrame(), u32(end - beaconAirtimeUs(rate)))) return;
  }
  missBeacon();
}

function runReceiving(): PhyLength {
  const events = radioEvents();
  if ((events & EVENT_RECEIVED) !== 0) {
    slotWindow.state = SlotState.Idle;
    if (!slotWindow.isForBeacon) return readFrame(view(frame, PHY, 64));
    receiveBeacon();
  } else if ((events & EVENT_TIMED_OUT) !== 0 || reached(slotWindow.wakeTime, now())) {
    slotWindow.state = SlotState.Idle;
    if (slotWindow.isForBeacon) {
      endBeacon();
      missBeacon();
    } else {
      sleepRadio();
    }
  }
  return 0;
}

/**
 * Does what is due while no exchange is under way. Where a frame was received in a ping slot it is in the frame buffer and
 * its length is returned. The next window is seen to in the next call: what becomes of the frame may take longer than there
 * is until then, and may end the session.
 */
export function runSlots(): PhyLength {
  if (slotWindow.state === SlotState.Receiving) {
    const length = runReceiving();
    if (length > 0) {
      slotWindow.wakeTime = now();
      return length;
    }
  }
  if (slotWindow.state === SlotState.Waiting) runWaiting();
  else if (slotWindow.state === SlotState.Idle && hasSlots()) runIdle();
  return 0;
}

/**
 * Whether an uplink now would still have its windows open when gateways fall silent for the beacon: it waits until that has
 * come (TS001-1.0.4, 10.1).
 */
export function isBeaconNear(): boolean {
  if (!hasSlots()) return false;
  const delayS = session.rxDelayS > 5 ? session.rxDelayS : 5;
  const exchangeUs = airtimeUs(session.dataRate, 64) + (delayS + 1) * 1000000 + BEACON_GUARD_US;
  return u32(beaconOpening() - now()) < exchangeUs;
}
