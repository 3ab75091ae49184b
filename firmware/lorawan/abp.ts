/**
 * Activation by personalisation (TS001-1.0.4, 6.3; TS001-1.1, 6.3): the session is that of the identity in the store, for
 * as long as the device lives. Its counters go on over power cuts. Under 1.0.4 so does what the network has set, as there
 * is no way to tell the network that it is gone; under 1.1 the device begins with defaults each time, and says so by ResetInd.
 */
import { endLine, print, printHex, printNoCounters, printPersonalised, Text } from "../console/index.ts";
import { u32 } from "../lang/index.ts";
import { FRAGMENTATION, FRAGMENTATION_V1, MULTICAST_SETUP } from "../packages/selection.ts";
import {
  ABP,
  counters,
  hasIdentity,
  keepCounters,
  openCounters,
  readDevAddr,
  readMinorVersion,
  readSessionKey,
  SessionKeyAt,
} from "../store/index.ts";
import { resetAdr, setUnanswered, unanswered } from "./adr.ts";
import { resetSlotChannels, startClassB } from "./class-b.ts";
import { startClassC } from "./class-c.ts";
import { keepParameters, openParameters, takeDefaults } from "./kept-parameters.ts";
import { mac } from "./mac.ts";
import { Cid, clearOutbox, post } from "./outbox.ts";
import { appSKey, devAddr, fNwkSIntKey, nwkSEncKey, session, sNwkSIntKey } from "./session.ts";
import { CLASS_B, CLASS_C, LORAWAN_1_1, MINOR_VERSION, REJOIN } from "./version.ts";

/**
 * @refused a personalised device (ABP) has no root keys, which REJOIN, MULTICAST_SETUP and FRAGMENTATION need; FRAGMENTATION
 * with FRAGMENTATION_V1 does not
 */
export const NEEDS_ROOT_KEYS: boolean =
  ABP && (REJOIN || MULTICAST_SETUP || (FRAGMENTATION && !FRAGMENTATION_V1));

function stop(): void {
  printNoCounters();
  mac.isStopped = true;
}

/** Whether the store has a session of the version that the image speaks. */
function hasPersonalisation(): boolean {
  return hasIdentity() && readMinorVersion() === (LORAWAN_1_1 ? MINOR_VERSION : 0);
}

/** Begins, or goes on with, the session of the store. Where there is none, or its counters are lost, the device stops. */
export function startPersonalised(): void {
  if (!hasPersonalisation()) {
    print(Text.NoIdentity);
    mac.isStopped = true;
    return;
  }
  if (!openCounters()) {
    stop();
    return;
  }
  readDevAddr(devAddr);
  readSessionKey(SessionKeyAt.FNwkSInt, fNwkSIntKey);
  readSessionKey(SessionKeyAt.AppS, appSKey);
  if (LORAWAN_1_1) {
    readSessionKey(SessionKeyAt.SNwkSInt, sNwkSIntKey);
    readSessionKey(SessionKeyAt.NwkSEnc, nwkSEncKey);
  }
  session.joined = true;
  session.isNetwork11 = LORAWAN_1_1;
  session.fCntUp = counters.fCntUpBound;
  session.nextFCntDown = counters.nextFCntDown;
  if (CLASS_B) {
    startClassB();
    resetSlotChannels();
  }
  if (CLASS_C) startClassC();
  takeDefaults();
  resetAdr();
  clearOutbox();
  if (LORAWAN_1_1) {
    session.nextAFCntDown = counters.third;
    session.awaitsRekeyConf = true;
    post(Cid.Reset, MINOR_VERSION, 0);
  } else {
    openParameters();
    // On from where it was before the power went.
    setUnanswered(counters.third);
  }
  printPersonalised();
  for (let i = 0; i < 4; i++) printHex(devAddr[3 - i]);
  endLine();
}

/** FCntUp is used up. */
export function endPersonalised(): void {
  session.joined = false;
  stop();
}

/** What the third of the counters is, where ADRACKCnt is this. */
function third(adrAckCnt: u32): u32 {
  return LORAWAN_1_1 ? session.nextAFCntDown : adrAckCnt;
}

/**
 * Whether the uplink that is due may have its FCntUp: where the store is not sure that none had it before, it is made so.
 * ADRACKCnt counts that uplink already: of a device that never gets farther, it grows all the same.
 */
function takeFCntUp(): boolean {
  if (session.fCntUp < counters.fCntUpBound) return true;
  return keepCounters(session.fCntUp, session.nextFCntDown, third(u32(unanswered() + 1)));
}

/**
 * Whether the uplink that is due may go: the store has its FCntUp and, under 1.0.4, what the uplink tells the network that
 * the device has taken over.
 */
export function mayTransmit(): boolean {
  if (takeFCntUp() && (LORAWAN_1_1 || keepParameters())) return true;
  print(Text.StoreFailed);
  return false;
}

/**
 * Keeps the FCntDown of a downlink before anything is done about it; one of class A answers the uplinks that ADRACKCnt
 * counts. False where the store failed: it does not count then.
 */
export function keepFCntDown(isClassA: boolean): boolean {
  if (keepCounters(session.fCntUp, session.nextFCntDown, third(isClassA ? 0 : unanswered()))) return true;
  print(Text.StoreFailed);
  session.nextFCntDown = counters.nextFCntDown;
  if (LORAWAN_1_1) session.nextAFCntDown = counters.third;
  return false;
}
