/**
 * The MAC of a device: joins, sends an uplink whenever the application is to, and takes what comes back, or in class C at
 * any time.
 * `runDevice` does what is due and returns at once; `sleepDevice` sleeps while there is nothing to do.
 */
import { reached, ticks } from "../clock/index.ts";
import { print, Text } from "../console/index.ts";
import { CONSOLE_COMMANDS, now, radioEvents, restUntil, sleepUntil } from "../hal/index.ts";
import { load32le, u32 } from "../lang/index.ts";
import { readNoise, startRadio } from "../radio/index.ts";
import { powerDbm } from "../regions/index.ts";
import { ABP, hasIdentity, openJournal, readDevEui } from "../store/index.ts";
import { mayTransmit, startPersonalised } from "./abp.ts";
import { ensureChannel } from "./adr.ts";
import { LISTEN_BEFORE_TALK } from "./carrier-sense.ts";
import { frequencyOf, isChannelFree, nextRelease, releaseBands, resetChannels } from "./channels/index.ts";
import { leaveClassB } from "./class-b.ts";
import { classC, nextAnswer } from "./class-c.ts";
import { acceptDownlink, downlink } from "./downlink.ts";
import { endExchange, endWindow, exchange, isExchangeOver, runExchange } from "./exchange.ts";
import type { PhyLength } from "./frame.ts";
import { advanceJoinBackOff, startJoinBackOff } from "./join-back-off.ts";
import { isSessionOver, leaveSession, takeJoinAccept, tryJoin, tryRejoin } from "./joining.ts";
import { hear, isListening, keepListening, listenAnew } from "./listening.ts";
import { LONGEST_SLEEP, mac, sleepAtMost, sleepUntilTick, stillDue } from "./mac.ts";
import { acceptMulticast, forgetGroup, MULTICAST } from "./multicast-downlink.ts";
import { advanceSessions, MULTICAST_SESSIONS, NO_PAUSE_S, sessionPause } from "./multicast-session.ts";
import { random16, seedRandom } from "./random.ts";
import { advanceRejoin, isRejoinDue, nextRejoin, rejoin, startRejoin } from "./rejoin.ts";
import { endTransmission, keepUplinksDue, sendAnswer, transmitUplink } from "./sending.ts";
import { resetParameters, session } from "./session.ts";
import { hasSlots, isBeaconNear, isSlotUnderWay, runSlots, slotWindow } from "./slot-windows.ts";
import { isConfirmed } from "./uplink.ts";
import { CLASS_B, CLASS_C, HEARS_UNASKED, LORAWAN_1_1, REJOIN } from "./version.ts";

/** What `runDevice` has for the application. */
export const enum DeviceEvent {
  /** Nothing: call `sleepDevice`. */
  None,
  /** An uplink is due and may be sent now: call `sendUplink`. */
  UplinkDue,
  /** `downlink` holds a payload. */
  Downlink,
}

/** Ticks to the next try after the radio failed: a minute. */
const REPAIR_PAUSE = 234375;

/** Whether a multicast session is to begin: its time is not to be missed by a clock that lags behind in rest. */
function awaitsSession(): boolean {
  return MULTICAST_SESSIONS && sessionPause() !== NO_PAUSE_S;
}

/**
 * Sleeps until there is something to do, or the radio says something. Only an exchange is timed to the microsecond:
 * between two the board may rest, unless the radio may wake it.
 */
export function sleepDevice(): void {
  if (CLASS_B && isExchangeOver() && mac.isRadioReady && hasSlots()) {
    // In rest the clock would lag.
    const isEarlier = isSlotUnderWay() || reached(slotWindow.wakeTime, mac.wakeTime);
    sleepUntil(isEarlier ? slotWindow.wakeTime : mac.wakeTime);
  } else if (CLASS_C && isExchangeOver() && (isListening() || awaitsSession())) {
    sleepUntil(mac.wakeTime);
  } else if (CONSOLE_COMMANDS && isExchangeOver()) {
    // In rest nothing comes in.
    sleepUntil(mac.wakeTime);
  } else if (isExchangeOver()) {
    restUntil(mac.wakeTime);
  } else {
    sleepUntil(exchange.wakeTime);
  }
}

/**
 * Makes the device ready to join, and to ask for an uplink every `period` ticks once it has joined. One that is personalised
 * goes on with its session.
 */
export function startDevice(period: u32): void {
  const time = ticks();
  print(LORAWAN_1_1 ? Text.Boot11 : Text.Boot10);
  mac.period = period;
  mac.due = time;
  if (ABP) {
    startPersonalised();
    return;
  }
  if (!hasIdentity()) {
    print(Text.NoIdentity);
    mac.isStopped = true;
    return;
  }
  openJournal();
  resetParameters();
  resetChannels();
  startJoinBackOff(time);
  if (LORAWAN_1_1 && REJOIN) startRejoin(time);
}

/** Starts the radio and takes the seed of the random numbers from its noise. */
function repairRadio(time: u32): void {
  const isDue = reached(mac.due, time);
  // Without a radio for days, an instant that is past would come to count as one ahead.
  if (isDue) mac.due = time;
  if (!startRadio(frequencyOf(0), powerDbm(0))) {
    print(Text.NoRadio);
    sleepUntilTick(u32(time + REPAIR_PAUSE), time);
    return;
  }
  mac.isRadioReady = true;
  exchange.txPower = 0;
  const devEui = new Uint8Array(8);
  readDevEui(devEui);
  seedRandom(readNoise(), load32le(devEui, 0));
  // Up to a second, lest devices that are switched on together start together.
  if (isDue) mac.due = u32(time + (random16() >>> 4));
}

/** What waits for a channel stays due, however long all are in use. */
function keepDue(time: u32): void {
  keepUplinksDue(time);
  if (HEARS_UNASKED) classC.answerDue = stillDue(classC.answerDue, time);
  if (LORAWAN_1_1 && REJOIN) rejoin.due = stillDue(rejoin.due, time);
}

/** What to do while no exchange is under way. */
function runIdle(): DeviceEvent {
  if (!CLASS_C || !isListening()) radioEvents(); // what is left would keep the board awake
  const time = ticks();
  releaseBands(time);
  if (!ABP) advanceJoinBackOff(time);
  if (LORAWAN_1_1 && REJOIN) advanceRejoin(time);
  if (LISTEN_BEFORE_TALK) keepDue(time);
  mac.wakeTime = now();
  let due = mac.transmissionsLeft > 0 ? mac.transmissionDue : mac.due;
  if (HEARS_UNASKED && mac.transmissionsLeft === 0) due = nextAnswer(due);
  if (LORAWAN_1_1 && REJOIN && session.joined && mac.transmissionsLeft === 0) due = nextRejoin(due);
  if (mac.isStopped) {
    sleepUntilTick(u32(time + LONGEST_SLEEP), time);
  } else if (!mac.isRadioReady) {
    repairRadio(time);
  } else if (!reached(due, time)) {
    sleepUntilTick(due, time);
  } else if (!ABP && !session.joined) {
    tryJoin(time);
  } else if (CLASS_B && isBeaconNear()) {
    sleepUntilTick(u32(time + LONGEST_SLEEP), time);
  } else if (LORAWAN_1_1 && REJOIN && mac.transmissionsLeft === 0 && isRejoinDue(time)) {
    tryRejoin(time);
  } else {
    ensureChannel();
    if (!isChannelFree(session.dataRate)) sleepUntilTick(nextRelease(time), time);
    else if (mac.transmissionsLeft > 0) transmitUplink();
    else if (isSessionOver()) leaveSession();
    else if (ABP && !mayTransmit()) {
      mac.due = u32(time + mac.period);
      if (HEARS_UNASKED) classC.owesAnswer = false;
    } else {
      mac.isAsking = true;
      if (!HEARS_UNASKED || reached(mac.due, time)) return DeviceEvent.UplinkDue;
      sendAnswer();
    }
  }
  return DeviceEvent.None;
}

/** Takes a frame that was heard outside the windows of class A. */
function takeHeard(length: PhyLength): DeviceEvent {
  if (MULTICAST && acceptMulticast(length, false)) return DeviceEvent.Downlink;
  if (MULTICAST) forgetGroup();
  if (!acceptDownlink(length, false)) return DeviceEvent.None;
  // Commands, which only 1.1 has here, may have changed what is listened by.
  if (CLASS_C && LORAWAN_1_1) listenAnew();
  return downlink.port !== 0 ? DeviceEvent.Downlink : DeviceEvent.None;
}

/** Does what is due. Call it whenever `sleepDevice` returns. */
export function runDevice(): DeviceEvent {
  if (CLASS_C) {
    const heard = hear();
    if (heard > 0) return takeHeard(heard);
  }
  if (isExchangeOver()) {
    if (CLASS_B && mac.isRadioReady) {
      const heard = runSlots();
      if (heard > 0) return takeHeard(heard);
      if (isSlotUnderWay()) return DeviceEvent.None;
    }
    const due = runIdle();
    if (MULTICAST_SESSIONS) advanceSessions();
    if (CLASS_C && isExchangeOver() && mac.isRadioReady) keepListening();
    if (MULTICAST_SESSIONS) sleepAtMost(sessionPause());
    return due;
  }
  const length = runExchange();
  let event: DeviceEvent = DeviceEvent.None;
  let isAnswered = false;
  if (length > 0) {
    if ((!ABP && !session.joined) || (LORAWAN_1_1 && REJOIN && rejoin.isUnderWay)) {
      takeJoinAccept(length);
    } else if (acceptDownlink(length, true)) {
      if (MULTICAST) forgetGroup();
      endExchange();
      mac.isHeard = true;
      isAnswered = downlink.isAck || !isConfirmed();
      if (downlink.port !== 0) event = DeviceEvent.Downlink;
    } else {
      // A frame to a group answers nothing, whenever it comes.
      if (MULTICAST && acceptMulticast(length, true)) event = DeviceEvent.Downlink;
      endWindow();
    }
  }
  if (isExchangeOver()) {
    mac.wakeTime = now();
    if (!ABP && !session.joined) print(Text.JoinFailed);
    else if (mac.transmissionsLeft > 0) endTransmission(isAnswered);
    if (LORAWAN_1_1 && REJOIN) rejoin.isUnderWay = false;
    if (exchange.hasRadioFailed) {
      exchange.hasRadioFailed = false;
      mac.isRadioReady = false;
      if (CLASS_B) leaveClassB();
    }
  }
  return event;
}
