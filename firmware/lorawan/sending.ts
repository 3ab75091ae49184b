/** The transmissions of an uplink: once it is due, as often as the network asks for, until it is answered. */
import type { MAX_PAYLOAD } from "#app";
import { reached, ticks } from "../clock/index.ts";
import { endLine, print, printDecimal, Text } from "../console/index.ts";
import { type Int, u32 } from "../lang/index.ts";
import { CLOCK_SYNC_PORT, renewTimeRequest } from "../packages/clock-sync.ts";
import { CLOCK_SYNC } from "../packages/selection.ts";
import { noteSilence } from "./adr.ts";
import { LISTEN_BEFORE_TALK } from "./carrier-sense.ts";
import { takeChannel } from "./channels/index.ts";
import { changeClass, classC } from "./class-c.ts";
import { isExchangeOver, startExchange } from "./exchange.ts";
import { mac, stillDue } from "./mac.ts";
import { settleOutbox } from "./outbox.ts";
import { random16 } from "./random.ts";
import { session } from "./session.ts";
import {
  beginUplink,
  composeUplink,
  HAS_ONE_LIMIT,
  isConfirmed,
  isPayloadLeft,
  isUplinkCarried,
  type PayloadLength,
  uplinkPayload,
  uplinkPort,
} from "./uplink.ts";
import { CLASS_C, HEARS_UNASKED, LORAWAN_1_1 } from "./version.ts";

/** The least RETRANSMIT_TIMEOUT, a second, and what chance adds, up to two, in ticks. */
const RETRANSMIT_TIMEOUT = 3907;
const RETRANSMIT_SPREAD = 7812;

/** With listen before talk: the uplink under way has waited for a channel from its begin on. */
let isUnsent: boolean = false;

/** Sends the uplink under way, or once more. One that has become too long for the data rate is not repeated. */
export function transmitUplink(): void {
  if (!HAS_ONE_LIMIT && !isUplinkCarried()) {
    endTransmission(true);
    return;
  }
  const dataRate = session.dataRate;
  const channel = takeChannel(dataRate);
  // Later its payload must not change any more.
  if (LISTEN_BEFORE_TALK && CLOCK_SYNC && isUnsent && uplinkPort() === CLOCK_SYNC_PORT)
    renewTimeRequest(uplinkPayload);
  startExchange(composeUplink(dataRate, channel), channel, dataRate, session.rxDelayS);
  if (LISTEN_BEFORE_TALK && CLOCK_SYNC && !isExchangeOver()) isUnsent = false;
  if (LORAWAN_1_1 && CLASS_C && !(LISTEN_BEFORE_TALK && isExchangeOver())) changeClass();
}

/**
 * Sends the first `length` octets of `uplinkPayload`, with the repetitions that the network asks for, in answer to
 * `DeviceEvent.UplinkDue`: once, and not where the session has been wiped meanwhile. Where there is no room for them
 * beside what the stack has to say, that goes alone, and the next uplink is due at once.
 */
export function sendUplink(port: Int<1, 223>, length: Int<0, typeof MAX_PAYLOAD>): void {
  // A MAX_PAYLOAD of more than 51 is refused at the application.
  startUplink(port, length > 51 ? 51 : length);
}

function startUplink(port: Int<0, 224>, length: PayloadLength): void {
  const time = ticks();
  if (!mac.isAsking) return;
  mac.isAsking = false;
  if (HEARS_UNASKED) classC.owesAnswer = false;
  mac.due = u32(mac.due + mac.period);
  if (reached(mac.due, time)) mac.due = u32(time + mac.period);
  beginUplink(port, length);
  if (LISTEN_BEFORE_TALK && CLOCK_SYNC) isUnsent = true;
  if (isPayloadLeft()) mac.due = time;
  mac.transmissionsLeft = session.nbTrans;
  mac.transmissionDue = time;
  mac.isHeard = false;
  print(Text.Uplink);
  printDecimal(session.fCntUp);
  endLine();
}

/** Sends an uplink without payload, for what the stack has to say. Those of the period are due when they would have been. */
export function sendAnswer(): void {
  const due = mac.due;
  startUplink(0, 0);
  mac.due = due;
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

/** Uplinks that wait for a channel stay due, however long. Call it at least every five days. */
export function keepUplinksDue(time: u32): void {
  mac.due = stillDue(mac.due, time);
  mac.transmissionDue = stillDue(mac.transmissionDue, time);
  periodicDue = stillDue(periodicDue, time);
  advancedDue = stillDue(advancedDue, time);
}

/** For a certification test: from now on an uplink every `period` ticks. */
export function setPeriod(period: u32): void {
  mac.period = period;
  mac.due = u32(ticks() + period);
}

/** A transmission of the uplink and its windows are over: goes on to the next one, or to the next uplink. */
export function endTransmission(isAnswered: boolean): void {
  if (mac.transmissionsLeft > 0) mac.transmissionsLeft--;
  if (isAnswered) mac.transmissionsLeft = 0;
  if (mac.transmissionsLeft > 0) {
    // RETRANSMIT_TIMEOUT of 1 to 3 s (TS001-1.0.4, 6.1).
    const pause = isConfirmed() ? RETRANSMIT_TIMEOUT + u32((random16() * RETRANSMIT_SPREAD) >>> 16) : 0;
    mac.transmissionDue = u32(ticks() + pause);
    return;
  }
  settleOutbox(mac.isHeard);
  if (!mac.isHeard) noteSilence();
  session.fCntUp = u32(session.fCntUp + 1);
}
