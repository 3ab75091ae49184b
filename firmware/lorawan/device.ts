/**
 * The MAC of a class A device: one state machine that is driven by time and by the radio's events. `runDevice` does
 * what is due and returns at once; `wakeTime` tells until when there is nothing more to do.
 */

import { reached, TICK_US, ticks } from "../clock/index.ts";
import { endLine, print, printDecimal, printHex, Text } from "../console/index.ts";
import { EVENT_DIO0, EVENT_DIO1, now, radioEvents, radioEventTime } from "../hal/index.ts";
import { type Int, i32, load32le, u8, u32, view } from "../lang/index.ts";
import {
  Bandwidth,
  OPENING_US,
  openReceiver,
  prepareReceiver,
  readFrame,
  readNoise,
  sleepRadio,
  startRadio,
  transmit,
} from "../radio/index.ts";
import {
  type DataRate,
  DEFAULT_CHANNEL_COUNT,
  MAX_DATA_RATE,
  RX2_DATA_RATE,
  RX2_FREQUENCY,
  rx1DataRate,
  spreadingFactor,
  TRANSMIT_POWER_DBM,
} from "../regions/index.ts";
import { hasDevNonce, hasIdentity, nonces, openJournal, readDevEui, takeDevNonce } from "../store/index.ts";
import { type Airtime, airtimeUs } from "./airtime.ts";
import {
  CHANNEL_COUNT,
  chooseChannel,
  frequencyOf,
  hasFreeChannel,
  NO_CHANNEL,
  nextRelease,
  releaseBands,
  resetChannels,
  silenceBand,
} from "./channels.ts";
import { acceptDownlink, downlink } from "./downlink.ts";
import { frame, PHY, type PhyLength } from "./frame.ts";
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
import { JOIN_ACCEPT_DELAY_S, openingDelayUs, type WindowDelay, windowSymbols } from "./windows.ts";

/** What `runDevice` has for the application. */
export const enum DeviceEvent {
  /** Nothing: sleep until `wakeTime`. */
  None,
  /** An uplink is due and may be sent now: call `sendUplink`. */
  UplinkDue,
  /** `downlink` holds a payload. */
  Downlink,
}

const enum State {
  Idle,
  /** The radio transmits; DIO0 will tell the end. */
  Transmitting,
  /** Between the uplink and a window, or between the windows. */
  Waiting,
  /** A window is open; DIO0 or DIO1 will tell the end. */
  Receiving,
  /** Nothing more to do, ever. */
  Stopped,
}

/** How long a reception may last at most: 64 octets at SF12 take 2.8 s. Then the radio has lost its event. */
const LONGEST_RECEPTION_US = 4000000;

/** What is allowed beyond the time on air before a transmission counts as failed. */
const TRANSMISSION_SLACK_US = 100000;

/** The device looks at the clock at least this often, in ticks: half an hour. */
const LONGEST_SLEEP = 7031250;

/** Ticks to the next try after the radio or the store failed: a minute. */
const REPAIR_PAUSE = 234375;

/** Uplinks without RekeyConf before the device joins again: ADR_ACK_LIMIT (TS001-1.1, 5.10). */
const REKEY_LIMIT = 64;

class Mac {
  state: State = State.Idle;
  isRadioReady: boolean = false;
  /** The board's time at which `runDevice` is to be called next at the latest. */
  wakeTime: u32 = 0;
  /** Ticks at which the next join-request or uplink is due. */
  due: u32 = 0;
  /** Ticks from uplink to uplink. */
  period: u32 = 0;
  /** The data rate of the next join-request. */
  joinDataRate: DataRate = 5;
  /** The uplink under way. */
  channel: Int<0, 7> = 0;
  dataRate: DataRate = 0;
  airtime: Airtime = 0;
  endOfUplink: u32 = 0;
  /** Seconds from the end of the uplink to the window under way, and whether that is RX2. */
  windowDelayS: WindowDelay = 1;
  isRx2: boolean = false;
  openingTime: u32 = 0;
}

const mac = new Mac();

/** The board's time until which there is nothing to do, unless the radio says something. */
export function wakeTime(): u32 {
  return mac.wakeTime;
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
  mac.wakeTime = now();
  if (!hasIdentity()) {
    print(Text.NoIdentity);
    mac.state = State.Stopped;
    return;
  }
  openJournal();
  resetChannels();
  startJoinBackOff(time);
}

/** Starts the radio and takes the seed of the random numbers from its noise. */
function repairRadio(time: u32): void {
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
  if (reached(mac.due, time)) mac.due = u32(time + (random16() >>> 4));
  mac.wakeTime = now();
}

/** Transmits the frame in the frame buffer. RX1 opens `delayS` after its end. */
function startUplink(length: PhyLength, delayS: Int<1, 15>): void {
  if (length === 0) return;
  const factor = spreadingFactor(mac.dataRate);
  mac.airtime = airtimeUs(factor, length);
  mac.windowDelayS = u8(delayS);
  mac.isRx2 = false;
  mac.state = State.Transmitting;
  transmit(frequencyOf(mac.channel), factor, Bandwidth.Khz125, view(frame, PHY, 64), u8(length));
  mac.wakeTime = u32(now() + mac.airtime + TRANSMISSION_SLACK_US);
}

/** Sends a join-request if one is due, if the rules on air time allow it and if a DevNonce is left. */
function tryJoin(time: u32): void {
  if (!hasDevNonce()) {
    print(Text.DevNonceUsedUp);
    mac.state = State.Stopped;
    return;
  }
  if (!reached(mac.due, time)) {
    sleepUntilTick(mac.due, time);
    return;
  }
  const channel = chooseChannel(DEFAULT_CHANNEL_COUNT);
  if (channel === NO_CHANNEL) {
    sleepUntilTick(nextRelease(time), time);
    return;
  }
  const dataRate = mac.joinDataRate;
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
  mac.channel = u8(channel);
  mac.dataRate = dataRate;
  // The next attempt reaches farther; after the slowest the quickest again.
  mac.joinDataRate = dataRate > 0 ? dataRate - 1 : MAX_DATA_RATE;
  composeJoinRequest();
  startUplink(JOIN_REQUEST_LENGTH, JOIN_ACCEPT_DELAY_S);
}

/** Whether the session must end: the network never confirmed its keys, or FCntUp is used up. */
function isSessionOver(): boolean {
  if (LORAWAN_1_1 && session.awaitsRekeyConf && session.fCntUp >= REKEY_LIMIT) return true;
  return session.fCntUp === 0xffffffff;
}

function runIdle(): DeviceEvent {
  radioEvents(); // what is left would keep the board awake
  const time = ticks();
  releaseBands(time);
  advanceJoinBackOff(time);
  mac.wakeTime = now();
  if (!mac.isRadioReady) {
    repairRadio(time);
  } else if (!session.joined) {
    tryJoin(time);
  } else if (!reached(mac.due, time)) {
    sleepUntilTick(mac.due, time);
  } else if (isSessionOver()) {
    session.joined = false;
    mac.joinDataRate = MAX_DATA_RATE;
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
  mac.channel = u8(channel);
  mac.dataRate = session.dataRate;
  startUplink(composeUplink(port, length, mac.dataRate, mac.channel), session.rxDelayS);
}

/** Prepares the window that `mac.windowDelayS` and `mac.isRx2` tell. */
function prepareWindow(): void {
  let frequency = frequencyOf(mac.channel);
  let dataRate: DataRate = mac.dataRate;
  if (mac.isRx2) {
    frequency = RX2_FREQUENCY;
    dataRate = session.joined ? session.rx2DataRate : RX2_DATA_RATE;
  } else if (session.joined) {
    dataRate = rx1DataRate(mac.dataRate, session.rx1DrOffset);
  }
  const factor = spreadingFactor(dataRate);
  prepareReceiver(frequency, factor, Bandwidth.Khz125, windowSymbols(factor, mac.windowDelayS));
  mac.openingTime = u32(mac.endOfUplink + openingDelayUs(mac.windowDelayS));
  mac.wakeTime = u32(mac.openingTime - OPENING_US);
  mac.state = State.Waiting;
}

/** Both windows are over, or one brought what was to be had. */
function endExchange(): void {
  mac.state = State.Idle;
  mac.wakeTime = now();
  if (!session.joined) print(Text.JoinFailed);
}

/** Goes on to RX2, if it is still ahead. */
function endWindow(): void {
  if (mac.isRx2) {
    endExchange();
    return;
  }
  mac.isRx2 = true;
  const delayS = mac.windowDelayS;
  if (delayS < 16) mac.windowDelayS = delayS + 1;
  prepareWindow();
  if (reached(mac.wakeTime, now())) endExchange();
}

function runTransmitting(): void {
  if ((radioEvents() & EVENT_DIO0) !== 0) {
    mac.endOfUplink = radioEventTime();
    silenceBand(mac.channel, mac.airtime, ticks());
    prepareWindow();
  } else if (reached(mac.wakeTime, now())) {
    silenceBand(mac.channel, mac.airtime, ticks());
    mac.isRadioReady = false;
    endExchange();
  }
}

function runWaiting(): void {
  radioEvents();
  if (!reached(mac.wakeTime, now())) return;
  openReceiver(mac.openingTime);
  mac.wakeTime = u32(mac.openingTime + LONGEST_RECEPTION_US);
  mac.state = State.Receiving;
}

function printJoinVerdict(verdict: JoinVerdict): void {
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

/** Takes a frame while joining. True where the device has joined by it. */
function takeJoinAccept(length: PhyLength): boolean {
  const verdict = acceptJoin(length, mac.dataRate);
  if (verdict !== JoinVerdict.Accepted) {
    printJoinVerdict(verdict);
    return false;
  }
  mac.due = ticks();
  print(Text.Joined);
  for (let i = 0; i < 4; i++) printHex(devAddr[3 - i]);
  endLine();
  return true;
}

function runReceiving(): DeviceEvent {
  const events = radioEvents();
  if ((events & EVENT_DIO0) !== 0) {
    const length = readFrame(view(frame, PHY, 64));
    if (!session.joined) {
      if (takeJoinAccept(length)) endExchange();
      else endWindow();
    } else if (acceptDownlink(length)) {
      endExchange();
      if (downlink.port !== 0) return DeviceEvent.Downlink;
    } else {
      endWindow();
    }
  } else if ((events & EVENT_DIO1) !== 0 || reached(mac.wakeTime, now())) {
    sleepRadio();
    endWindow();
  }
  return DeviceEvent.None;
}

/** Does what is due. Call it whenever the radio said something or `wakeTime` has come. */
export function runDevice(): DeviceEvent {
  switch (mac.state) {
    case State.Idle:
      return runIdle();
    case State.Transmitting:
      runTransmitting();
      return DeviceEvent.None;
    case State.Waiting:
      runWaiting();
      return DeviceEvent.None;
    case State.Receiving:
      return runReceiving();
    default:
      mac.wakeTime = u32(now() + LONGEST_RECEPTION_US);
      return DeviceEvent.None;
  }
}
