/**
 * The MAC of a class A device: joins, sends an uplink whenever the application is to, and takes what comes back.
 * `runDevice` does what is due and returns at once; `sleepDevice` sleeps while there is nothing to do.
 */
import type { MAX_PAYLOAD } from "#app";
import { reached, TICK_US, ticks } from "../clock/index.ts";
import { endLine, print, printDecimal, printHex, printRe, Text } from "../console/index.ts";
import { now, radioEvents, restUntil, sleepUntil } from "../hal/index.ts";
import { type Int, i32, load32le, u32 } from "../lang/index.ts";
import { readNoise, startRadio } from "../radio/index.ts";
import { type DataRate, powerDbm } from "../regions/index.ts";
import { hasDevNonce, hasIdentity, nonces, openJournal, readDevEui, takeDevNonce } from "../store/index.ts";
import { backOffIfDue, noteSilence } from "./adr.ts";
import { airtimeUs } from "./airtime.ts";
import {
  frequencyOf,
  hasChannel,
  isChannelFree,
  isJoinChannelFree,
  joinRate,
  nextRelease,
  releaseBands,
  resetChannels,
  restoreChannels,
  takeChannel,
  takeJoinChannel,
} from "./channels/index.ts";
import { acceptDownlink, downlink } from "./downlink.ts";
import { endExchange, endWindow, exchange, isExchangeOver, runExchange, startExchange } from "./exchange.ts";
import type { PhyLength } from "./frame.ts";
import { acceptJoin, composeJoinRequest, composeRejoinRequest, JoinVerdict } from "./join.ts";
import {
  advanceJoinBackOff,
  joinPause,
  joinPeriodEnd,
  spendJoinAirtime,
  startJoinBackOff,
} from "./join-back-off.ts";
import { JOIN_REQUEST_LENGTH, JoinReqType, rejoinRequestLength } from "./join-frames.ts";
import { settleOutbox } from "./outbox.ts";
import { random16, seedRandom } from "./random.ts";
import {
  advanceRejoin,
  isRejoinDue,
  nextRejoin,
  noteRejoin,
  rejoin,
  startRejoin,
  takeRjCount0,
} from "./rejoin.ts";
import { devAddr, resetParameters, session } from "./session.ts";
import { beginUplink, CONFIRMED, composeUplink, isPayloadLeft, type PayloadLength } from "./uplink.ts";
import { LORAWAN_1_1, REJOIN } from "./version.ts";
import { JOIN_ACCEPT_DELAY_S } from "./windows.ts";

/** What `runDevice` has for the application. */
export const enum DeviceEvent {
  /** Nothing: call `sleepDevice`. */
  None,
  /** An uplink is due and may be sent now: call `sendUplink`. */
  UplinkDue,
  /** `downlink` holds a payload. */
  Downlink,
}

/** The device looks at the clock at least this often, in ticks: half an hour. */
const LONGEST_SLEEP = 7031250;

/** Ticks to the next try after the radio failed: a minute. */
const REPAIR_PAUSE = 234375;

/** The least RETRANSMIT_TIMEOUT, a second, and what chance adds, up to two, in ticks. */
const RETRANSMIT_TIMEOUT = 3907;
const RETRANSMIT_SPREAD = 7812;

/** Uplinks without RekeyConf before the device joins again: ADR_ACK_LIMIT (TS001-1.1, 5.10). */
const REKEY_LIMIT = 64;

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
  /** The data rate of the join- or rejoin-request under way. */
  joinDataRate: DataRate = 0;
  /** How often the uplink under way is still to be sent, and from when on, in ticks. */
  transmissionsLeft: Int<0, 15> = 0;
  transmissionDue: u32 = 0;
  /** A downlink has come since it was first sent. */
  isHeard: boolean = false;
}

const mac = new Mac();

/**
 * Sleeps until there is something to do, or the radio says something. Only an exchange is timed to the microsecond:
 * between two the board may rest.
 */
export function sleepDevice(): void {
  if (isExchangeOver()) restUntil(mac.wakeTime);
  else sleepUntil(exchange.wakeTime);
}

/** Sleeps until `instant`, in ticks, or as long as the clocks allow. */
function sleepUntilTick(instant: u32, time: u32): void {
  let remaining = i32(instant - time);
  if (remaining < 0) remaining = 0;
  if (remaining > LONGEST_SLEEP) remaining = LONGEST_SLEEP;
  mac.wakeTime = u32(now() + remaining * TICK_US);
}

/** Makes the device ready to join, and to ask for an uplink every `period` ticks once it has joined. */
export function startDevice(period: u32): void {
  const time = ticks();
  print(LORAWAN_1_1 ? Text.Boot11 : Text.Boot10);
  mac.period = period;
  mac.due = time;
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

/** Sends the join-request that is due, if the rules on air time allow it and a DevNonce is left. */
function tryJoin(time: u32): void {
  if (!hasDevNonce()) {
    print(Text.DevNonceUsedUp);
    mac.isStopped = true;
    return;
  }
  if (!isJoinChannelFree()) {
    sleepUntilTick(nextRelease(time), time);
    return;
  }
  const dataRate = joinRate();
  const airtime = airtimeUs(dataRate, JOIN_REQUEST_LENGTH);
  if (!spendJoinAirtime(airtime)) {
    mac.due = joinPeriodEnd();
    return;
  }
  mac.due = u32(time + joinPause(airtime));
  if (!takeDevNonce()) {
    print(Text.StoreFailed);
    return;
  }
  print(Text.Joining);
  printDecimal(nonces.devNonce);
  print(Text.DataRate);
  printDecimal(dataRate);
  endLine();
  mac.joinDataRate = dataRate;
  composeJoinRequest();
  startExchange(JOIN_REQUEST_LENGTH, takeJoinChannel(), dataRate, JOIN_ACCEPT_DELAY_S);
}

/** Whether the session must end: the network never confirmed its keys, or FCntUp is used up. */
function isSessionOver(): boolean {
  if (LORAWAN_1_1 && session.awaitsRekeyConf && session.fCntUp >= REKEY_LIMIT) return true;
  return session.fCntUp === 0xffffffff;
}

/** The session is over: joins again, as after power-up. */
function leaveSession(): void {
  session.joined = false;
  resetParameters();
  resetChannels();
}

/** Sees to it that there is a channel for the uplink: where the network has left none at all, those of the join. */
function ensureChannel(): void {
  if (!hasChannel(session.dataRate)) restoreChannels();
}

/**
 * Sends the rejoin-request that is due, if the rules on air time allow it and there is a number for it; the session goes
 * on. One of type 1 goes out and is answered as a join-request is: it may be for another network.
 */
function tryRejoin(time: u32): void {
  ensureChannel();
  const type = rejoin.type;
  const isLikeJoin = type === JoinReqType.Rejoin1;
  let dataRate = session.dataRate;
  if (isLikeJoin) dataRate = joinRate();
  else if (hasChannel(rejoin.dataRate)) dataRate = rejoin.dataRate;
  if (!(isLikeJoin ? isJoinChannelFree() : isChannelFree(dataRate))) {
    sleepUntilTick(nextRelease(time), time);
    return;
  }
  const length = rejoinRequestLength(type);
  noteRejoin(time);
  // Where a rejoin is not possible the session goes on as it is.
  if (!hasDevNonce() || !spendJoinAirtime(airtimeUs(dataRate, length))) return;
  if (!(isLikeJoin ? takeDevNonce() : takeRjCount0())) return;
  printRe();
  print(Text.Joining);
  printDecimal(nonces.devNonce);
  print(Text.DataRate);
  printDecimal(dataRate);
  endLine();
  mac.joinDataRate = dataRate;
  rejoin.isUnderWay = true;
  composeRejoinRequest();
  startExchange(
    length,
    isLikeJoin ? takeJoinChannel() : takeChannel(dataRate),
    dataRate,
    JOIN_ACCEPT_DELAY_S,
  );
}

/** Sends the uplink under way, or once more. */
function transmitUplink(): void {
  const dataRate = session.dataRate;
  const channel = takeChannel(dataRate);
  startExchange(composeUplink(dataRate, channel), channel, dataRate, session.rxDelayS);
}

/** What to do while no exchange is under way. */
function runIdle(): DeviceEvent {
  radioEvents(); // what is left would keep the board awake
  const time = ticks();
  releaseBands(time);
  advanceJoinBackOff(time);
  if (LORAWAN_1_1 && REJOIN) advanceRejoin(time);
  mac.wakeTime = now();
  let due = mac.transmissionsLeft > 0 ? mac.transmissionDue : mac.due;
  if (LORAWAN_1_1 && REJOIN && session.joined && mac.transmissionsLeft === 0) due = nextRejoin(due);
  if (mac.isStopped) {
    sleepUntilTick(u32(time + LONGEST_SLEEP), time);
  } else if (!mac.isRadioReady) {
    repairRadio(time);
  } else if (!reached(due, time)) {
    sleepUntilTick(due, time);
  } else if (!session.joined) {
    tryJoin(time);
  } else if (LORAWAN_1_1 && REJOIN && mac.transmissionsLeft === 0 && isRejoinDue(time)) {
    tryRejoin(time);
  } else {
    ensureChannel();
    if (!isChannelFree(session.dataRate)) sleepUntilTick(nextRelease(time), time);
    else if (mac.transmissionsLeft > 0) transmitUplink();
    else if (isSessionOver()) leaveSession();
    else return DeviceEvent.UplinkDue;
  }
  return DeviceEvent.None;
}

/**
 * Sends the first `length` octets of `uplinkPayload`, with the repetitions that the network asks for. Call it only in
 * answer to `DeviceEvent.UplinkDue`. Where there is no room for them beside what the stack has to say, that goes alone,
 * and the next uplink is due at once.
 */
export function sendUplink(port: Int<1, 223>, length: Int<0, typeof MAX_PAYLOAD>): void {
  // A MAX_PAYLOAD of more than 51 is refused at the application.
  startUplink(port, length > 51 ? 51 : length);
}

function startUplink(port: Int<1, 224>, length: PayloadLength): void {
  const time = ticks();
  backOffIfDue();
  mac.due = u32(mac.due + mac.period);
  if (reached(mac.due, time)) mac.due = u32(time + mac.period);
  if (!beginUplink(port, length)) mac.due = time;
  mac.transmissionsLeft = session.nbTrans;
  mac.transmissionDue = time;
  mac.isHeard = false;
  print(Text.Uplink);
  printDecimal(session.fCntUp);
  endLine();
}

/** When the next uplink is due after all, in ticks, where one of a package comes before it at `advancedDue`. */
let periodicDue: u32 = 0;
let advancedDue: u32 = 0;

/** An uplink is due in `pauseS` seconds, if none is before: for the device packages. */
export function advanceUplink(pauseS: Int<0, 274877>): void {
  const due = u32(ticks() + ((pauseS * 15625) >>> 2));
  if (reached(mac.due, due)) return;
  if (mac.due !== advancedDue) periodicDue = mac.due;
  advancedDue = due;
  mac.due = due;
}

/**
 * As `sendUplink`, for a package: the next uplink of the period is due when it would have been. False where there was no
 * room for the payload: it is to be sent again with the next uplink, which is due at once.
 */
export function sendPackageUplink(port: Int<1, 224>, length: PayloadLength): boolean {
  const due = mac.due === advancedDue ? periodicDue : mac.due;
  startUplink(port, length);
  if (isPayloadLeft()) {
    periodicDue = due;
    advancedDue = mac.due;
    return false;
  }
  mac.due = due;
  return true;
}

/** A transmission of the uplink and its windows are over: goes on to the next one, or to the next uplink. */
function endTransmission(isAnswered: boolean): void {
  if (mac.transmissionsLeft > 0) mac.transmissionsLeft--;
  if (isAnswered) mac.transmissionsLeft = 0;
  if (mac.transmissionsLeft > 0) {
    // RETRANSMIT_TIMEOUT of 1 to 3 s (TS001-1.0.4, 6.1).
    const pause = CONFIRMED ? RETRANSMIT_TIMEOUT + u32((random16() * RETRANSMIT_SPREAD) >>> 16) : 0;
    mac.transmissionDue = u32(ticks() + pause);
    return;
  }
  settleOutbox(mac.isHeard);
  if (!mac.isHeard) noteSilence();
  session.fCntUp = u32(session.fCntUp + 1);
}

function printRefusal(verdict: JoinVerdict): void {
  switch (verdict) {
    case JoinVerdict.WrongMic:
      print(Text.RefusedMic);
      break;
    case JoinVerdict.UsedJoinNonce:
      print(Text.RefusedJoinNonce);
      break;
    case JoinVerdict.UnknownSettings:
      print(Text.RefusedSettings);
      break;
    case JoinVerdict.StoreFailed:
      print(Text.StoreFailed);
      break;
    default:
      break;
  }
}

/** Takes a frame while joining or rejoining. */
function takeJoinAccept(length: PhyLength): void {
  const verdict = acceptJoin(length, mac.joinDataRate);
  if (verdict !== JoinVerdict.Accepted) {
    printRefusal(verdict);
    endWindow();
    return;
  }
  endExchange();
  mac.due = ticks();
  print(Text.Joined);
  for (let i = 0; i < 4; i++) printHex(devAddr[3 - i]);
  endLine();
}

/** Does what is due. Call it whenever `sleepDevice` returns. */
export function runDevice(): DeviceEvent {
  if (isExchangeOver()) return runIdle();
  const length = runExchange();
  let event: DeviceEvent = DeviceEvent.None;
  let isAnswered = false;
  if (length > 0) {
    if (!session.joined || (LORAWAN_1_1 && REJOIN && rejoin.isUnderWay)) {
      takeJoinAccept(length);
    } else if (acceptDownlink(length)) {
      endExchange();
      mac.isHeard = true;
      isAnswered = downlink.isAck || !CONFIRMED;
      if (downlink.port !== 0) event = DeviceEvent.Downlink;
    } else {
      endWindow();
    }
  }
  if (isExchangeOver()) {
    mac.wakeTime = now();
    if (!session.joined) print(Text.JoinFailed);
    else if (mac.transmissionsLeft > 0) endTransmission(isAnswered);
    if (LORAWAN_1_1 && REJOIN) rejoin.isUnderWay = false;
    if (exchange.hasRadioFailed) {
      exchange.hasRadioFailed = false;
      mac.isRadioReady = false;
    }
  }
  return event;
}
