/**
 * Remote multicast set-up, TS005-2.0.0: groups, their keys and, with CLASS_B or CLASS_C, sessions of that class. Other
 * sessions are not known: the request for one counts as an unknown command.
 */
import { encryptBlock, forgetKey } from "../crypto/index.ts";
import { type Bytes, copy, type Int, i32, load32le, type u8, u32, view, wipe } from "../lang/index.ts";
import { BEACON_PERIOD_S } from "../lorawan/class-b.ts";
import { gpsTime, isTimeKnown } from "../lorawan/link.ts";
import { load24le } from "../lorawan/load24le.ts";
import { deriveGroupKeys, deriveMcKeKey, multicastGroups, removeGroup } from "../lorawan/multicast.ts";
import { MULTICAST_SLOTS, notePending, slotSessions } from "../lorawan/multicast-slots.ts";
import { CLASS_C } from "../lorawan/version.ts";
import { isAllowed, isDownlinkRate, isFsk, RATE_COUNT } from "../regions/index.ts";
import { hasRoom, put, put16, putPackageVersion, startReply } from "./reply.ts";
import { MAX_GROUPS } from "./selection.ts";

/** FPort of the package. */
export const MULTICAST_SETUP_PORT = 200;

/** PackageIdentifier and PackageVersion. */
const PACKAGE_ID = 2;
const PACKAGE_VERSION = 2;

const enum Cid {
  PackageVersion = 0,
  Status = 1,
  Setup = 2,
  Delete = 3,
  ClassCSession = 4,
  ClassBSession = 5,
}

/** Octets of the longer requests, CID included. */
const SETUP_LENGTH = 30;
const SESSION_LENGTH = 11;

/** McGroupSetupAns and McGroupDeleteAns: there is no such group. */
const ID_ERROR = 4;

/** McClassCSessionAns and McClassBSessionAns: why there is no session. */
const DATA_RATE_ERROR = 4;
const FREQUENCY_ERROR = 8;
const UNDEFINED_GROUP = 16;
const START_MISSED = 32;

/** The longest TimeToStart. */
const LONGEST_WAIT_S = 0xffffff;

/** McGroupStatusReq: which groups there are, of those that `mask` asks for as many as there is room for. */
function answerStatus(mask: u8): void {
  let total: Int<0, 4> = 0;
  let found: u8 = 0;
  let length: Int<0, 22> = 2;
  for (let i = 0; i < MAX_GROUPS; i++) {
    if (multicastGroups[i].isDefined) {
      if (total < 4) total++;
      if (((mask >> i) & 1) !== 0 && length <= 17 && hasRoom(length + 5)) {
        found = found | (1 << i);
        length += 5;
      }
    }
  }
  put(Cid.Status);
  put((total << 4) | found);
  for (let i = 0; i < MAX_GROUPS; i++) {
    if (((found >> i) & 1) !== 0) {
      put(i);
      for (let j = 0; j < 4; j++) put(multicastGroups[i].mcAddr[j]);
    }
  }
}

/** McGroupSetupReq, from behind its CID: takes the place of the group that had the number. */
function setUp(request: Bytes<29>): void {
  const id = request[0] & 3;
  const minFCnt = load32le(request, 21);
  const maxFCnt = load32le(request, 25);
  put(Cid.Setup);
  if (id >= MAX_GROUPS || minFCnt >= maxFCnt) {
    put(id | ID_ERROR);
    return;
  }
  const group = multicastGroups[id];
  removeGroup(group);
  if (MULTICAST_SLOTS) slotSessions[id].isSet = false;
  copy(group.mcAddr, 0, request, 1, 4);
  group.nextFCnt = minFCnt;
  group.maxFCnt = maxFCnt;
  const mcKeKey = new Uint8Array(16);
  const mcKey = new Uint8Array(16);
  copy(mcKey, 0, request, 5, 16);
  deriveMcKeKey(mcKeKey);
  encryptBlock(mcKeKey, mcKey);
  forgetKey();
  deriveGroupKeys(group, mcKey);
  wipe(mcKeKey, 0, 16);
  wipe(mcKey, 0, 16);
  group.isDefined = true;
  put(id);
}

/** McGroupDeleteReq. */
function remove(id: Int<0, 3>): void {
  put(Cid.Delete);
  if (id < MAX_GROUPS && multicastGroups[id].isDefined) {
    removeGroup(multicastGroups[id]);
    put(id);
  } else {
    put(id | ID_ERROR);
  }
}

/** DLFreq of a session, in units of 100 Hz. */
function frequencyOf(request: Bytes<10>): u32 {
  return load24le(view(request, 6, 3));
}

/**
 * Answers McClassCSessionReq or McClassBSessionReq, from behind its CID. True where there is to be a session: nothing about
 * it is wrong, and its begin is not past (TS005-2.0.0, 4.5 and 4.6).
 */
function answerSession(cid: Cid, request: Bytes<10>, isUsable: boolean): boolean {
  const id = request[0] & 3;
  const dataRate = request[9];
  const wait = i32(load32le(request, 1) - gpsTime());
  let status: u8 = 0;
  // The receiver cannot listen in FSK without an end, nor in ping slots.
  if (dataRate >= RATE_COUNT || !isDownlinkRate(dataRate) || isFsk(dataRate)) status = DATA_RATE_ERROR;
  if (!isUsable) status = status | FREQUENCY_ERROR;
  if (id >= MAX_GROUPS || !multicastGroups[id].isDefined) status = status | UNDEFINED_GROUP;
  if (!isTimeKnown() || wait < 0) status = status | START_MISSED;
  put(cid);
  put(id | status);
  if (status !== 0) return false;
  const timeToStart = wait > LONGEST_WAIT_S ? LONGEST_WAIT_S : u32(wait);
  put16(timeToStart & 0xffff);
  put((timeToStart >>> 16) & 0xff);
  return true;
}

/** McClassCSessionReq, from behind its CID. */
function setUpSession(request: Bytes<10>): void {
  const id = request[0] & 3;
  const frequency = frequencyOf(request);
  const dataRate = request[9];
  if (!answerSession(Cid.ClassCSession, request, isAllowed(frequency))) return;
  if (id >= MAX_GROUPS || dataRate >= RATE_COUNT) return;
  const group = multicastGroups[id];
  group.hasSession = true;
  group.sessionTime = load32le(request, 1);
  group.timeOutS = 1 << (request[5] & 15);
  group.frequency = frequency;
  group.dataRate = dataRate;
}

/** McClassBSessionReq, from behind its CID: ping slots from one beacon to another. */
function setUpSlotSession(request: Bytes<10>): void {
  const id = request[0] & 3;
  const frequency = frequencyOf(request);
  const dataRate = request[9];
  if (!answerSession(Cid.ClassBSession, request, frequency === 0 || isAllowed(frequency))) return;
  if (id >= MAX_GROUPS || dataRate >= RATE_COUNT) return;
  const session = slotSessions[id];
  session.isSet = true;
  notePending(id, 0);
  session.sessionTime = load32le(request, 1);
  session.timeOutS = BEACON_PERIOD_S << (request[5] & 15);
  session.periodicity = (request[5] >> 4) & 7;
  session.frequency = frequency;
  session.dataRate = dataRate;
}

/** Obeys the commands of a downlink. One that is unknown, cut short or without room for its answer ends the processing. */
export function serveMulticastSetup(payload: Bytes<51>, length: Int<0, 51>): void {
  startReply(MULTICAST_SETUP_PORT);
  let at: Int<0, 51> = 0;
  while (at < length) {
    switch (payload[at]) {
      case Cid.PackageVersion:
        if (!putPackageVersion(PACKAGE_ID, PACKAGE_VERSION)) return;
        at++;
        break;
      case Cid.Status:
        if (at + 2 > length || !hasRoom(2)) return;
        answerStatus(payload[at + 1] & 15);
        at += 2;
        break;
      case Cid.Setup:
        if (at + SETUP_LENGTH > length || !hasRoom(2)) return;
        setUp(view(payload, at + 1, 29));
        at += SETUP_LENGTH;
        break;
      case Cid.Delete:
        if (at + 2 > length || !hasRoom(2)) return;
        remove(payload[at + 1] & 3);
        at += 2;
        break;
      case Cid.ClassCSession:
        if (!CLASS_C || at + SESSION_LENGTH > length || !hasRoom(5)) return;
        setUpSession(view(payload, at + 1, 10));
        at += SESSION_LENGTH;
        break;
      case Cid.ClassBSession:
        if (!MULTICAST_SLOTS || at + SESSION_LENGTH > length || !hasRoom(5)) return;
        setUpSlotSession(view(payload, at + 1, 10));
        at += SESSION_LENGTH;
        break;
      default:
        return;
    }
  }
}
