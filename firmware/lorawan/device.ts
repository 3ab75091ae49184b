/**
 * The MAC of a class A device: joins, sends an uplink whenever the application is to, and takes what comes back.
 * `runDevice` does what is due and returns at once; `sleepDevice` sleeps while there is nothing to do.
 */
import { reached, TICK_US, ticks } from "../clock/index.ts";
import { endLine, print, printDecimal, printHex, Text } from "../console/index.ts";
import { now, radioEvents, restUntil, sleepUntil } from "../hal/index.ts";
import { type Int, i32, load32le, u32 } from "../lang/index.ts";
import { readNoise, startRadio } from "../radio/index.ts";
import {
  type DataRate,
  DEFAULT_CHANNEL_COUNT,
  MAX_DATA_RATE,
  RX2_DATA_RATE,
  rx1DataRate,
  spreadingFactor,
  TRANSMIT_POWER_DBM,
} from "../regions/index.ts";
import { hasDevNonce, hasIdentity, nonces, openJournal, readDevEui, takeDevNonce } from "../store/index.ts";
import { airtimeUs } from "./airtime.ts";
import {
  CHANNEL_COUNT,
  chooseChannel,
  frequencyOf,
  hasFreeChannel,
  NO_CHANNEL,
  nextRelease,
  releaseBands,
  resetChannels,
} from "./channels.ts";
import { acceptDownlink, downlink } from "./downlink.ts";
import { endExchange, endWindow, exchange, isExchangeOver, runExchange, startExchange } from "./exchange.ts";
import type { PhyLength } from "./frame.ts";
import { acceptJoin, composeJoinRequest, JoinVerdict } from "./join.ts";
import {
  advanceJoinBackOff,
  joinPause,
  joinPeriodEnd,
  spendJoinAirtime,
  startJoinBackOff,
} from "./join-back-off.ts";
import { JOIN_REQUEST_LENGTH } from "./join-frames.ts";
import { random16, seedRandom } from "./random.ts";
import { devAddr, session } from "./session.ts";
import { composeUplink } from "./uplink.ts";
import { LORAWAN_1_1 } from "./version.ts";
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
  /** The data rates of the join-request under way and of the next. */
  joinDataRate: DataRate = 0;
  nextJoinDataRate: DataRate = 5;
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
  resetChannels();
  startJoinBackOff(time);
}

/** Starts the radio and takes the seed of the random numbers from its noise. */
function repairRadio(time: u32): void {
  const isDue = reached(mac.due, time);
  // Without a radio for days, an instant that is past would come to count as one ahead.
  if (isDue) mac.due = time;
  if (!startRadio(frequencyOf(0), TRANSMIT_POWER_DBM)) {
    print(Text.NoRadio);
    sleepUntilTick(u32(time + REPAIR_PAUSE), time);
    return;
  }
  mac.isRadioReady = true;
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
  const channel = chooseChannel(DEFAULT_CHANNEL_COUNT);
  if (channel === NO_CHANNEL) {
    sleepUntilTick(nextRelease(time), time);
    return;
  }
  const dataRate = mac.nextJoinDataRate;
  const airtime = airtimeUs(spreadingFactor(dataRate), JOIN_REQUEST_LENGTH);
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
  // The next attempt reaches farther; after the slowest the quickest again.
  mac.nextJoinDataRate = dataRate > 0 ? dataRate - 1 : MAX_DATA_RATE;
  composeJoinRequest();
  startExchange(JOIN_REQUEST_LENGTH, channel, dataRate, JOIN_ACCEPT_DELAY_S, dataRate, RX2_DATA_RATE);
}

/** Whether the session must end: the network never confirmed its keys, or FCntUp is used up. */
function isSessionOver(): boolean {
  if (LORAWAN_1_1 && session.awaitsRekeyConf && session.fCntUp >= REKEY_LIMIT) return true;
  return session.fCntUp === 0xffffffff;
}

/** What to do while no exchange is under way. */
function runIdle(): DeviceEvent {
  radioEvents(); // what is left would keep the board awake
  const time = ticks();
  releaseBands(time);
  advanceJoinBackOff(time);
  mac.wakeTime = now();
  if (mac.isStopped) {
    sleepUntilTick(u32(time + LONGEST_SLEEP), time);
  } else if (!mac.isRadioReady) {
    repairRadio(time);
  } else if (!reached(mac.due, time)) {
    sleepUntilTick(mac.due, time);
  } else if (!session.joined) {
    tryJoin(time);
  } else if (isSessionOver()) {
    session.joined = false;
    mac.nextJoinDataRate = MAX_DATA_RATE;
    resetChannels();
  } else if (hasFreeChannel(CHANNEL_COUNT)) {
    return DeviceEvent.UplinkDue;
  } else {
    sleepUntilTick(nextRelease(time), time);
  }
  return DeviceEvent.None;
}

/**
 * Sends the `length` octets that the application has put at frame[UPLINK_PAYLOAD]. Call it only in answer to
 * `DeviceEvent.UplinkDue`.
 */
export function sendUplink(port: Int<1, 223>, length: Int<0, 49>): void {
  const time = ticks();
  mac.due = u32(mac.due + mac.period);
  if (reached(mac.due, time)) mac.due = u32(time + mac.period);
  const channel = chooseChannel(CHANNEL_COUNT);
  if (channel === NO_CHANNEL) return;
  print(Text.Uplink);
  printDecimal(session.fCntUp);
  endLine();
  const dataRate = session.dataRate;
  startExchange(
    composeUplink(port, length, dataRate, channel),
    channel,
    dataRate,
    session.rxDelayS,
    rx1DataRate(dataRate, session.rx1DrOffset),
    session.rx2DataRate,
  );
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

/** Takes a frame while joining. */
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
  if (length > 0) {
    if (!session.joined) {
      takeJoinAccept(length);
    } else if (acceptDownlink(length)) {
      endExchange();
      if (downlink.port !== 0) event = DeviceEvent.Downlink;
    } else {
      endWindow();
    }
  }
  if (isExchangeOver()) {
    mac.wakeTime = now();
    if (!session.joined) print(Text.JoinFailed);
    if (exchange.hasRadioFailed) {
      exchange.hasRadioFailed = false;
      mac.isRadioReady = false;
    }
  }
  return event;
}
