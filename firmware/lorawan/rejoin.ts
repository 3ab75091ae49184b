/**
 * When rejoin-requests of LoRaWAN 1.1 are due (TS001-1.1, 5.13, 5.14 and 6.2.4): at once and again where the network
 * demands one (ForceRejoinReq), from time to time where it has said how often (RejoinParamSetupReq), and of type 1 as the
 * device pleases.
 */
import { reached, ticks } from "../clock/index.ts";
import { type Int, type u8, type u16, u32 } from "../lang/index.ts";
import { type DataRate, isUplinkRate, RATE_COUNT } from "../regions/index.ts";
import { nonces } from "../store/index.ts";
import { JoinReqType } from "./join-frames.ts";
import { random16 } from "./random.ts";
import { session } from "./session.ts";
import { REJOIN } from "./version.ts";

/** After how many uplinks a rejoin-request of type 1 goes out, each time; 0: never. @config */
export const REJOIN_1_UPLINKS: Int<0, 65535> = 0;

/** @refused REJOIN_1_UPLINKS has no effect without REJOIN */
export const REJOINS_IN_VAIN: boolean = REJOIN_1_UPLINKS > 0 && !REJOIN;

/** Ticks of 32 s, and of 1024 s. */
const PERIOD_UNIT = 125000;
const TIME_UNIT = 4000000;

/** RJcount0 has 16 bits and never wraps. */
const RJ_COUNT_0_LIMIT = 0x10000;

class Rejoin {
  /** The exchange that is under way is a rejoin-request of `type`. */
  isUnderWay: boolean = false;
  /** Of the rejoin-request that is due next. */
  type: Int<0, 2> = 0;
  dataRate: DataRate = 0;
  /** How often it is still to be sent, and when next, in ticks. */
  attemptsLeft: Int<0, 8> = 0;
  due: u32 = 0;
  /** Ticks from one to the next, but for what chance adds. */
  pause: u32 = 0;
  /** RJcount0 of the next rejoin-request of type 0 or 2; `RJ_COUNT_0_LIMIT` where all are used up. */
  rjCount0: Int<0, 0x10000> = 0;
  /** The network has said how often type 0 is due: MaxTimeN and MaxCountN. */
  isPeriodic: boolean = false;
  maxTime: Int<0, 15> = 0;
  maxCount: Int<0, 15> = 0;
  /** Since the last of type 0: FCntUp then, and units of time that have passed; the one under way ends at `unitEnd`. */
  fCntOf0: u32 = 0;
  units: u16 = 0;
  unitEnd: u32 = 0;
  /** FCntUp at the last of type 1. */
  fCntOf1: u32 = 0;
}

export const rejoin = new Rejoin();

/** At power-up. */
export function startRejoin(time: u32): void {
  rejoin.unitEnd = u32(time + TIME_UNIT);
}

/** A session begins, with counters from 0. */
export function restartRejoin(): void {
  rejoin.attemptsLeft = 0;
  rejoin.rjCount0 = 0;
  rejoin.fCntOf0 = 0;
  rejoin.fCntOf1 = 0;
  rejoin.units = 0;
}

/** The network has not said yet how often it wants a rejoin-request. */
export function resetRejoin(): void {
  rejoin.isPeriodic = false;
}

/**
 * ForceRejoinReq, in the octet order of every field: RejoinType and DR, then Period and Max_Retries. No answer but the
 * rejoin.
 */
export function forceRejoin(first: u8, second: u8): void {
  const type = (first >> 4) & 7;
  const dataRate = first & 15;
  // 0 and 1 mean type 0; what is above 2 is reserved.
  if (type > 2 || dataRate >= RATE_COUNT || !isUplinkRate(dataRate)) return;
  rejoin.type = type === 2 ? JoinReqType.Rejoin2 : JoinReqType.Rejoin0;
  rejoin.dataRate = dataRate;
  rejoin.attemptsLeft = (second & 7) + 1;
  rejoin.pause = PERIOD_UNIT << ((second >> 3) & 7);
  rejoin.due = ticks();
}

/** RejoinParamSetupReq: type 0 after 2^(maxTime + 10) seconds or 2^(maxCount + 4) uplinks, whichever comes first. */
export function setUpRejoin(maxTime: Int<0, 15>, maxCount: Int<0, 15>): void {
  rejoin.isPeriodic = true;
  rejoin.maxTime = maxTime;
  rejoin.maxCount = maxCount;
}

/** Demands one of this type now. */
function schedule(type: Int<0, 2>, time: u32): void {
  rejoin.type = type;
  rejoin.dataRate = session.dataRate;
  rejoin.attemptsLeft = 1;
  rejoin.due = time;
}

/** Counts the time, and sees what it has brought. Call it at least every six days. */
export function advanceRejoin(time: u32): void {
  while (reached(rejoin.unitEnd, time)) {
    rejoin.unitEnd = u32(rejoin.unitEnd + TIME_UNIT);
    if (rejoin.units < 0xffff) rejoin.units++;
  }
  if (!session.joined || !session.isNetwork11 || rejoin.attemptsLeft > 0) return;
  const uplinks = u32(session.fCntUp - rejoin.fCntOf0);
  if (rejoin.isPeriodic && (uplinks >= 16 << rejoin.maxCount || rejoin.units >= 1 << rejoin.maxTime))
    schedule(JoinReqType.Rejoin0, time);
  else if (REJOIN_1_UPLINKS > 0 && u32(session.fCntUp - rejoin.fCntOf1) >= REJOIN_1_UPLINKS)
    schedule(JoinReqType.Rejoin1, time);
}

/** When there is something to do, in ticks: at `due`, or earlier. */
export function nextRejoin(due: u32): u32 {
  if (rejoin.attemptsLeft > 0) return reached(rejoin.due, due) ? rejoin.due : due;
  return rejoin.isPeriodic && reached(rejoin.unitEnd, due) ? rejoin.unitEnd : due;
}

export function isRejoinDue(time: u32): boolean {
  return rejoin.attemptsLeft > 0 && reached(rejoin.due, time);
}

/** The one that is due is dealt with: if there are to be more, after the pause and up to 32 s. */
export function noteRejoin(time: u32): void {
  if (rejoin.attemptsLeft > 0) rejoin.attemptsLeft--;
  rejoin.due = u32(time + rejoin.pause + 2 * u32((random16() * (PERIOD_UNIT / 2)) >>> 16));
  if (rejoin.type === JoinReqType.Rejoin0) {
    rejoin.fCntOf0 = session.fCntUp;
    rejoin.units = 0;
  } else if (rejoin.type === JoinReqType.Rejoin1) {
    rejoin.fCntOf1 = session.fCntUp;
  }
}

/** The one that was dealt with last has not gone out after all: it is due again at `time`. */
export function returnRejoin(time: u32): void {
  if (rejoin.attemptsLeft < 8) rejoin.attemptsLeft++;
  rejoin.due = time;
}

/** Gives back the RJcount0 that was taken last. */
export function returnRjCount0(): void {
  if (rejoin.rjCount0 > 0) rejoin.rjCount0--;
}

/** Takes the next RJcount0 as the nonce of the request. False where none is left. */
export function takeRjCount0(): boolean {
  const count = rejoin.rjCount0;
  if (count >= RJ_COUNT_0_LIMIT) return false;
  nonces.devNonce = count;
  rejoin.rjCount0 = count + 1;
  return true;
}
