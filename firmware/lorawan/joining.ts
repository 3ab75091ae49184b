/** Joins and rejoins: when a request goes out, and what becomes of its answer. */
import { ticks } from "../clock/index.ts";
import { endLine, print, printDecimal, printHex, printRe, Text } from "../console/index.ts";
import { u16, u32 } from "../lang/index.ts";
import { endReply } from "../packages/reply.ts";
import { HAS_PACKAGES } from "../packages/selection.ts";
import { type DataRate, slowestDataRate } from "../regions/index.ts";
import { ABP, hasDevNonce, nonces, takeDevNonce } from "../store/index.ts";
import { endPersonalised } from "./abp.ts";
import { ensureChannel } from "./adr.ts";
import { airtimeUs } from "./airtime.ts";
import { LISTEN_BEFORE_TALK } from "./carrier-sense.ts";
import {
  hasChannel,
  isChannelFree,
  isJoinChannelFree,
  joinRate,
  nextRelease,
  resetChannels,
  returnJoinRate,
  takeChannel,
  takeJoinChannel,
} from "./channels/index.ts";
import { leaveClassB } from "./class-b.ts";
import { endExchange, endWindow, isExchangeOver, startExchange } from "./exchange.ts";
import type { PhyLength } from "./frame.ts";
import { acceptJoin, composeJoinRequest, composeRejoinRequest, JoinVerdict } from "./join.ts";
import { joinPause, joinPeriodEnd, returnJoinAirtime, spendJoinAirtime } from "./join-back-off.ts";
import { JOIN_REQUEST_LENGTH, JoinReqType, rejoinRequestLength } from "./join-frames.ts";
import { stopListening } from "./listening.ts";
import { mac, sleepUntilTick } from "./mac.ts";
import { noteRejoin, rejoin, returnRejoin, returnRjCount0, takeRjCount0 } from "./rejoin.ts";
import { devAddr, resetParameters, session } from "./session.ts";
import { CLASS_B, CLASS_C, LORAWAN_1_1, REJOIN } from "./version.ts";
import { JOIN_ACCEPT_DELAY_S } from "./windows.ts";

/** Uplinks without RekeyConf before the device joins again: ADR_ACK_LIMIT (TS001-1.1, 5.10). */
const REKEY_LIMIT = 64;

/** The data rate of the join- or rejoin-request under way. */
let requestDataRate: DataRate = 0;

/** With listen before talk: the DevNonce before the next one is in the store and has not been sent. */
let isDevNonceUnsent: boolean = false;

function canTakeDevNonce(): boolean {
  return (LISTEN_BEFORE_TALK && isDevNonceUnsent) || hasDevNonce();
}

/** As `takeDevNonce`, but where the last one has not been sent, that one again. */
function takeUnsentDevNonce(): boolean {
  if (!LISTEN_BEFORE_TALK || !isDevNonceUnsent) return takeDevNonce();
  isDevNonceUnsent = false;
  nonces.devNonce = u16(nonces.nextDevNonce - 1);
  return true;
}

/** Says which join- or rejoin-request goes out. */
function printRequest(dataRate: DataRate): void {
  print(Text.Joining);
  printDecimal(nonces.devNonce);
  print(Text.DataRate);
  printDecimal(dataRate);
  endLine();
}

/**
 * Sends the join-request that is due, if the rules on air time allow it and a DevNonce is left. Where its channel is in
 * use nothing is spent.
 */
export function tryJoin(time: u32): void {
  if (!canTakeDevNonce()) {
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
  if (!takeUnsentDevNonce()) {
    print(Text.StoreFailed);
    return;
  }
  if (!LISTEN_BEFORE_TALK) printRequest(dataRate);
  requestDataRate = dataRate;
  composeJoinRequest();
  startExchange(JOIN_REQUEST_LENGTH, takeJoinChannel(), dataRate, JOIN_ACCEPT_DELAY_S);
  if (!LISTEN_BEFORE_TALK) return;
  if (!isExchangeOver()) {
    printRequest(dataRate);
    return;
  }
  isDevNonceUnsent = true;
  returnJoinAirtime(airtime);
  returnJoinRate(dataRate);
  mac.due = time;
}

/**
 * Sends the rejoin-request that is due, if the rules on air time allow it and there is a number for it; the session goes
 * on. One of type 1 goes out and is answered as a join-request is: it may be for another network.
 */
export function tryRejoin(time: u32): void {
  ensureChannel();
  const type = rejoin.type;
  const isLikeJoin = type === JoinReqType.Rejoin1;
  let dataRate = session.dataRate;
  if (isLikeJoin) dataRate = joinRate();
  else if (hasChannel(rejoin.dataRate) && rejoin.dataRate >= slowestDataRate(session.isUplinkLimited))
    dataRate = rejoin.dataRate;
  if (!(isLikeJoin ? isJoinChannelFree() : isChannelFree(dataRate))) {
    sleepUntilTick(nextRelease(time), time);
    return;
  }
  const length = rejoinRequestLength(type);
  noteRejoin(time);
  // Where a rejoin is not possible the session goes on as it is.
  const airtime = airtimeUs(dataRate, length);
  if (!canTakeDevNonce() || !spendJoinAirtime(airtime)) return;
  if (!(isLikeJoin ? takeUnsentDevNonce() : takeRjCount0())) return;
  if (!LISTEN_BEFORE_TALK) {
    printRe();
    printRequest(dataRate);
  }
  requestDataRate = dataRate;
  rejoin.isUnderWay = true;
  composeRejoinRequest();
  startExchange(
    length,
    isLikeJoin ? takeJoinChannel() : takeChannel(dataRate),
    dataRate,
    JOIN_ACCEPT_DELAY_S,
  );
  if (!LISTEN_BEFORE_TALK) return;
  if (!isExchangeOver()) {
    printRe();
    printRequest(dataRate);
    return;
  }
  rejoin.isUnderWay = false;
  returnJoinAirtime(airtime);
  returnRejoin(time);
  if (isLikeJoin) {
    isDevNonceUnsent = true;
    returnJoinRate(dataRate);
  } else {
    returnRjCount0();
  }
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
export function takeJoinAccept(length: PhyLength): void {
  // One that is left out here may not be in the store.
  if (LISTEN_BEFORE_TALK) isDevNonceUnsent = false;
  const verdict = acceptJoin(length, requestDataRate);
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

/** Whether the session must end: the network never confirmed its keys, or FCntUp is used up. */
export function isSessionOver(): boolean {
  if (LORAWAN_1_1 && !ABP && session.awaitsRekeyConf && session.fCntUp >= REKEY_LIMIT) return true;
  return session.fCntUp === 0xffffffff;
}

/**
 * Ends what is under way in the session, wherever the stack has called the application: the uplink with its windows, a
 * rejoin, listening, and the reply of a package that waits. Ping slots end with the session itself: where the
 * application is called, none is under way.
 */
export function breakOff(): void {
  mac.isAsking = false;
  mac.transmissionsLeft = 0;
  if (LORAWAN_1_1 && REJOIN) rejoin.isUnderWay = false;
  endExchange();
  if (CLASS_C) stopListening();
  if (HAS_PACKAGES) endReply();
}

/** The session is over: joins again, as after power-up. A personalised device has no other one, and stops. */
export function leaveSession(): void {
  breakOff();
  if (ABP) {
    endPersonalised();
    return;
  }
  session.joined = false;
  // Until the next one the board may rest, and its clock lag.
  if (CLASS_B) leaveClassB();
  resetParameters();
  resetChannels();
}

/** For a certification test: whatever is under way ends, and the device joins again at once. */
export function joinAgain(): void {
  leaveSession();
  mac.due = ticks();
}
