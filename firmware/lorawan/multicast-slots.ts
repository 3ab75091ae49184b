/**
 * Sessions of class B of the multicast groups (TS005-2.0.0, 4.6): from one beacon on to another the device opens ping slots
 * of the group, too, as long as it keeps the time of beacons.
 */
import { type Int, i32, load32le, records, type u8, u32 } from "../lang/index.ts";
import { MAX_GROUPS, MULTICAST_SETUP } from "../packages/selection.ts";
import type { DataRate } from "../regions/index.ts";
import { F_PENDING } from "./frame.ts";
import { type GroupId, multicastGroups } from "./multicast.ts";
import type { Periodicity } from "./ping-slots.ts";
import { CLASS_B } from "./version.ts";

/** Whether the device knows such sessions. */
export const MULTICAST_SLOTS: boolean = MULTICAST_SETUP && CLASS_B;

export class SlotSession {
  isSet: boolean = false;
  /** Seconds of GPS time, and how many seconds it lasts at most; both are those of beacons. */
  sessionTime: u32 = 0;
  timeOutS: Int<0, 4194304> = 0;
  periodicity: Periodicity = 0;
  /** In units of 100 Hz; 0: where the plan has ping slots. */
  frequency: u32 = 0;
  dataRate: DataRate = 0;
}

/** Of each group. */
export const slotSessions = records(SlotSession, MAX_GROUPS);

/** Whether a group has ping slots behind the beacon with this time. A session that is over is forgotten. */
export function hasGroupSlots(id: Int<0, 4>, beaconTime: u32): boolean {
  if (id >= MAX_GROUPS || !slotSessions[id].isSet) return false;
  const session = slotSessions[id];
  if (i32(u32(session.sessionTime + session.timeOutS) - beaconTime) <= 0 || !multicastGroups[id].isDefined)
    session.isSet = false;
  return session.isSet && i32(session.sessionTime - beaconTime) <= 0;
}

/** Bit by bit of each group, and of the device itself at NO_GROUP: the last frame in its ping slots had FPending. */
let pending: u8 = 0;

/** A frame has come in a ping slot of a group, or of the device itself, with this FCtrl. */
export function notePending(id: GroupId, fCtrl: u8): void {
  const bit = 1 << id;
  pending = (fCtrl & F_PENDING) !== 0 ? pending | bit : pending & ~bit;
}

/**
 * Whether the ping slots of a group have priority over those of another, or of the device itself, where two collide
 * (TS001-1.0.4, 9.2): where more is to come, those of a group, those of the highest address. Under 1.1, which would have
 * multicast before unicast whatever FPending says of the latter (TS001-1.1, 13.2), the device keeps to the same.
 */
export function hasPriority(id: Int<0, 3>, over: GroupId): boolean {
  const isPending = (pending >> id) & 1;
  if (isPending !== ((pending >> over) & 1)) return isPending !== 0;
  if (id >= MAX_GROUPS || over >= MAX_GROUPS) return true;
  return load32le(multicastGroups[id].mcAddr, 0) > load32le(multicastGroups[over].mcAddr, 0);
}
