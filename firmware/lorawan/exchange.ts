/**
 * An uplink and its two receive windows (TS001-1.0.4, 3.3), driven by time and by the radio's events. RX1 is on the
 * uplink's channel, RX2 a second later on a fixed one; it is not opened when RX1 brought what was waited for.
 */
import { reached, ticks } from "../clock/index.ts";
import { PRINT_DOWNLINKS } from "../console/index.ts";
import { now, radioEvents, radioEventTime } from "../hal/index.ts";
import { type Int, u32, view } from "../lang/index.ts";
import {
  EVENT_RECEIVED,
  EVENT_TIMED_OUT,
  EVENT_TRANSMITTED,
  OPENING_US,
  openReceiver,
  prepareFskReceiver,
  prepareReceiver,
  readFrame,
  setPower,
  sleepRadio,
  transmit,
  transmitFsk,
} from "../radio/index.ts";
import {
  bandwidth,
  type DataRate,
  FAST_DATA_RATES,
  HAS_DWELL_TIME,
  HAS_JOIN_CHANNELS,
  isFsk,
  PLANS,
  powerDbm,
  rx1DataRate,
  selection,
  spreadingFactor,
  takeLimitChange,
} from "../regions/index.ts";
import { ABP } from "../store/index.ts";
import { type Airtime, airtimeUs } from "./airtime.ts";
import { isQuiet, LISTEN_BEFORE_TALK } from "./carrier-sense.ts";
import {
  type Channel,
  cn470JoinFrequency,
  cn470Rx2Frequency,
  downlinkFrequencyOf,
  endDoublings,
  frequencyOf,
  noteBusy,
  silenceBands,
} from "./channels/index.ts";
import { frame, PHY, type PhyLength } from "./frame.ts";
import { JoinReqType } from "./join-frames.ts";
import { isListening, keepListening, stopListening } from "./listening.ts";
import { rejoin } from "./rejoin.ts";
import { session } from "./session.ts";
import { CLASS_C, LORAWAN_1_1, REJOIN } from "./version.ts";
import { fskWindowUs, openingDelayUs, SET_UP_US, type WindowDelay, windowSymbols } from "./windows.ts";

const enum ExchangeState {
  /** The radio sleeps; another exchange may start. */
  Over,
  /** The radio transmits; an event will tell the end. */
  Transmitting,
  /** Before a window that is not set up yet: the radio listens in class C. */
  Listening,
  /** Before a window. */
  Waiting,
  /** A window is open; an event will tell the end. */
  Receiving,
}

/** How long a reception may last at most: 64 octets at SF12 take 2.8 s. Then the radio has lost its event. */
const LONGEST_RECEPTION_US = 4000000;

/** What is allowed beyond the time on air before a transmission counts as failed: most of all for the start of a TCXO. */
const TRANSMISSION_SLACK_US = 200000;

/**
 * How long a frame that was heard may keep the device from setting up a window: keys and MIC, the line on a console of
 * 38400 Bd, and of a personalised device the record of its counters, 17 octets in a store that takes 8 ms for one. The
 * flash of an RP2040 erases a sector for one octet of 352: there is time for what that takes as a rule, 45 ms, but not for
 * the 400 ms that it may. The window is left out then.
 */
const HEARD_US = 10000 + (PRINT_DOWNLINKS ? 32000 : 0) + (ABP ? 136000 : 0);

class Exchange {
  state: ExchangeState = ExchangeState.Over;
  /** The radio did not tell the end of a transmission: it must be started anew. */
  hasRadioFailed: boolean = false;
  /** The board's time at which `runExchange` is to be called next at the latest. */
  wakeTime: u32 = 0;
  /** The TXPower that the radio is set to. */
  txPower: Int<0, 14> = 0;
  channel: Channel = 0;
  dataRate: DataRate = 0;
  airtime: Airtime = 0;
  /** The board's time at the end of the uplink, and the same in ticks. */
  endOfUplink: u32 = 0;
  endTick: u32 = 0;
  /** Seconds from the end of the uplink to the window under way, and whether that is RX2. */
  windowDelayS: WindowDelay = 1;
  isRx2: boolean = false;
  /** The board's time at which the receiver is commanded on. */
  openingTime: u32 = 0;
}

export const exchange = new Exchange();

/** With listen before talk: whether somebody else is heard on a channel, which is left alone then. */
function isInUse(channel: Channel): boolean {
  if (PLANS[selection.plan].isFixed) return false;
  if (isQuiet(frequencyOf(channel))) {
    endDoublings();
    return false;
  }
  noteBusy(channel & 15, ticks());
  return true;
}

/**
 * Transmits the frame in the frame buffer. RX1 opens `rx1DelayS` after its end, as the session says what both windows are.
 * With listen before talk the exchange is over at once where the channel is in use.
 */
export function startExchange(
  length: Int<1, 64>,
  channel: Channel,
  dataRate: DataRate,
  rx1DelayS: Int<1, 15>,
): void {
  const airtime = airtimeUs(dataRate, length);
  const frequency = frequencyOf(channel);
  const message = view(frame, PHY, 64);
  exchange.channel = channel;
  exchange.airtime = airtime;
  exchange.dataRate = dataRate;
  exchange.windowDelayS = rx1DelayS;
  exchange.isRx2 = false;
  if (CLASS_C) stopListening();
  if (exchange.txPower !== session.txPower || (HAS_DWELL_TIME && takeLimitChange())) {
    exchange.txPower = session.txPower;
    setPower(powerDbm(session.txPower));
  }
  if (LISTEN_BEFORE_TALK && isInUse(channel)) return;
  if (FAST_DATA_RATES && isFsk(dataRate)) transmitFsk(frequency, message, length);
  else transmit(frequency, spreadingFactor(dataRate), bandwidth(dataRate), message, length);
  exchange.wakeTime = u32(now() + airtime + TRANSMISSION_SLACK_US);
  exchange.state = ExchangeState.Transmitting;
}

/** Whether the radio is free for another exchange. */
export function isExchangeOver(): boolean {
  return exchange.state === ExchangeState.Over;
}

/** Ends the exchange: what was waited for has come. */
export function endExchange(): void {
  exchange.state = ExchangeState.Over;
}

/** Whether the windows are those of the plan and not those of the session, which whoever answers may not know. */
function hasPlanWindows(): boolean {
  return LORAWAN_1_1 && REJOIN && rejoin.isUnderWay && rejoin.type === JoinReqType.Rejoin1;
}

/** Sets up the window under way; the radio sleeps until it opens. */
function setUpWindow(): void {
  const delayS = exchange.windowDelayS;
  let dataRate = exchange.isRx2
    ? session.rx2DataRate
    : rx1DataRate(exchange.dataRate, session.rx1DrOffset, session.isDownlinkLimited);
  let frequency = exchange.isRx2 ? session.rx2Frequency : downlinkFrequencyOf(exchange.channel);
  if (hasPlanWindows()) {
    const plan = PLANS[selection.plan];
    dataRate = exchange.isRx2 ? plan.rx2DataRate : rx1DataRate(exchange.dataRate, 0, false);
    if (exchange.isRx2) frequency = plan.rx2Frequency;
  }
  if (HAS_JOIN_CHANNELS && PLANS[selection.plan].hasJoinChannels && (!session.joined || hasPlanWindows()))
    frequency = exchange.isRx2 ? cn470Rx2Frequency() : cn470JoinFrequency();
  if (FAST_DATA_RATES && isFsk(dataRate)) prepareFskReceiver(frequency, fskWindowUs(delayS));
  else
    prepareReceiver(
      frequency,
      spreadingFactor(dataRate),
      bandwidth(dataRate),
      windowSymbols(dataRate, delayS),
    );
  const openingTime = u32(exchange.endOfUplink + openingDelayUs(delayS));
  exchange.openingTime = openingTime;
  exchange.wakeTime = u32(openingTime - OPENING_US);
  exchange.state = ExchangeState.Waiting;
}

/** Sees to the window under way: in class C the radio listens as long as there is time, else the window is set up. */
function prepareWindow(): void {
  if (CLASS_C) {
    keepListening();
    const openingTime = u32(exchange.endOfUplink + openingDelayUs(exchange.windowDelayS));
    exchange.wakeTime = u32(openingTime - SET_UP_US - HEARD_US);
    if (isListening() && !reached(exchange.wakeTime, now())) {
      exchange.state = ExchangeState.Listening;
      return;
    }
    stopListening();
  }
  setUpWindow();
}

/** Ends the window under way without success and goes on to RX2, where that is still ahead. */
export function endWindow(): void {
  const delayS = exchange.windowDelayS;
  if (exchange.isRx2 || delayS >= 16) {
    endExchange();
    return;
  }
  exchange.isRx2 = true;
  exchange.windowDelayS = delayS + 1;
  prepareWindow();
}

function runTransmitting(): void {
  const isDone = (radioEvents() & EVENT_TRANSMITTED) !== 0;
  if (!isDone && !reached(exchange.wakeTime, now())) return;
  exchange.endTick = ticks();
  silenceBands(frequencyOf(exchange.channel), exchange.airtime, session.maxDutyCycle, exchange.endTick);
  if (isDone) {
    exchange.endOfUplink = radioEventTime();
    prepareWindow();
  } else {
    exchange.hasRadioFailed = true;
    endExchange();
  }
}

function runListening(): void {
  if (!reached(exchange.wakeTime, now())) return;
  stopListening();
  setUpWindow();
}

function runWaiting(): void {
  radioEvents(); // what is left would keep the board awake
  const time = now();
  if (!reached(exchange.wakeTime, time)) return;
  // What came before has taken too long, such as the application with a frame to a group: the window would open late.
  if (reached(exchange.openingTime, time)) {
    endWindow();
    return;
  }
  openReceiver(exchange.openingTime);
  exchange.wakeTime = u32(exchange.openingTime + LONGEST_RECEPTION_US);
  exchange.state = ExchangeState.Receiving;
}

function runReceiving(): PhyLength {
  const events = radioEvents();
  if ((events & EVENT_RECEIVED) !== 0) {
    const length = readFrame(view(frame, PHY, 64));
    if (length > 0) return length;
    endWindow();
  } else if ((events & EVENT_TIMED_OUT) !== 0 || reached(exchange.wakeTime, now())) {
    sleepRadio();
    endWindow();
  }
  return 0;
}

/**
 * Does what is due. Where a frame was received it is in the frame buffer and its length is returned; call then
 * `endExchange` if it was the one waited for, and `endWindow` if not.
 */
export function runExchange(): PhyLength {
  switch (exchange.state) {
    case ExchangeState.Transmitting:
      runTransmitting();
      return 0;
    case ExchangeState.Listening:
      if (CLASS_C) runListening();
      return 0;
    case ExchangeState.Waiting:
      runWaiting();
      return 0;
    case ExchangeState.Receiving:
      return runReceiving();
    default:
      return 0;
  }
}
