/**
 * Sessions of class C of the multicast groups (TS005-2.0.0, 4.5): while one is under way, the device listens by its
 * parameters whenever it does nothing else, also one of class A; the windows of class A stay what they are.
 */
import { i32, u32 } from "../lang/index.ts";
import { MAX_GROUPS, MULTICAST_SETUP } from "../packages/selection.ts";
import { gpsTime } from "./link.ts";
import { type GroupId, type MulticastGroup, multicastGroups, NO_GROUP } from "./multicast.ts";
import { CLASS_C } from "./version.ts";

/** Whether the device knows such sessions. */
export const MULTICAST_SESSIONS: boolean = MULTICAST_SETUP && CLASS_C;

/** `sessionPause` where no session is to begin or to end. */
export const NO_PAUSE_S = 0xffffffff;

let groupOfSession: GroupId = NO_GROUP;
let pauseS: u32 = NO_PAUSE_S;

/** The group whose session is under way; `NO_GROUP` where none is. Of several it is the one with the least number. */
export function sessionGroup(): GroupId {
  return groupOfSession;
}

/** Seconds until the next session begins or ends, at most; `NO_PAUSE_S` where none does. */
export function sessionPause(): u32 {
  return pauseS;
}

/** A session begins a second early: the time is known in whole seconds. */
const EARLY_S = 1;

/** Seconds until a group's session begins, from 0 down if it has. */
function untilBegin(group: MulticastGroup): i32 {
  return i32(group.sessionTime - EARLY_S - gpsTime());
}

/** Whether a group's session is under way. */
export function isSessionUnderWay(id: GroupId): boolean {
  return id < MAX_GROUPS && multicastGroups[id].hasSession && untilBegin(multicastGroups[id]) <= 0;
}

/** Sees which sessions have begun and which are over. */
export function advanceSessions(): void {
  groupOfSession = NO_GROUP;
  pauseS = NO_PAUSE_S;
  for (let i = 0; i < MAX_GROUPS; i++) {
    const group = multicastGroups[i];
    if (!group.hasSession) continue;
    const untilEnd = i32(group.sessionTime + group.timeOutS - gpsTime());
    let untilChange = untilBegin(group);
    if (untilEnd <= 0) {
      group.hasSession = false;
      continue;
    }
    if (untilChange <= 0) {
      untilChange = untilEnd;
      if (groupOfSession === NO_GROUP) groupOfSession = i;
    }
    if (u32(untilChange) < pauseS) pauseS = u32(untilChange);
  }
}
