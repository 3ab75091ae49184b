/**
 * Data frames down to a multicast group (TS001-1.0.4, 9.3 and 15.2; TS001-1.1, 11.2.2 and 17.2), whatever class the device
 * hears them in: unconfirmed, and nothing but a payload for the application. Their MIC is that of 1.0 in both versions.
 */
import { equal, type Int, load16le, type u8 } from "../lang/index.ts";
import { MAX_GROUPS, MULTICAST_SETUP } from "../packages/selection.ts";
import { classB } from "./class-b.ts";
import { cmacB0 } from "./data-security.ts";
import { MIN_LENGTH, NO_F_CNT, restoreFCnt, takePayload } from "./downlink.ts";
import { Direction, F_OPTS, FrameType, frame, MIC_LENGTH, PHY, type PhyLength } from "./frame.ts";
import { listensTo } from "./listening.ts";
import { type GroupId, type MulticastGroup, multicastGroups, NO_GROUP } from "./multicast.ts";
import { hasGroupSlots, MULTICAST_SLOTS, notePending } from "./multicast-slots.ts";
import { session } from "./session.ts";
import { CLASS_C, HEARS_UNASKED } from "./version.ts";

/** Whether the device hears what is sent to its groups: they are there, and it is not of class A alone. */
export const MULTICAST: boolean = MULTICAST_SETUP && HEARS_UNASKED;

/** FPorts of applications are 1 to this one: what is above is for no group. */
const MAX_APPLICATION_PORT = 223;

/** FCtrl: all but FPending. ADR, ACK and what 1.0 calls ADRACKReq are 0, and there is no FOpts. */
const MUST_BE_0 = 0xef;

let group: GroupId = NO_GROUP;

/** The group that the last downlink came to; `NO_GROUP` where it was for this device alone. */
export function downlinkGroup(): GroupId {
  return group;
}

/** The downlink that comes next is for this device alone. */
export function forgetGroup(): void {
  group = NO_GROUP;
}

/** Whether the device hears what is sent to a group: multicast is of class B and C alone (TS001-1.0.4, 9.3 and 15.2). */
function isHeard(id: GroupId, isClassA: boolean): boolean {
  if (CLASS_C && listensTo(id)) return true;
  return MULTICAST_SLOTS && !isClassA && hasGroupSlots(id, classB.beaconTime);
}

/** Takes the frame, whose MIC is at frame[end], as one for this group. */
function acceptFor(to: MulticastGroup, end: Int<25, 76>): boolean {
  const fCnt = restoreFCnt(load16le(frame, PHY + 6), to.nextFCnt);
  if (fCnt === NO_F_CNT || fCnt >= to.maxFCnt) return false;
  const tag = new Uint8Array(16);
  cmacB0(to.mcNwkSKey, frame, end, Direction.Down, 0, to.mcAddr, fCnt, tag);
  if (!equal(tag, 0, frame, end, MIC_LENGTH)) return false;
  to.nextFCnt = fCnt + 1;
  takePayload(to.mcAppSKey, to.mcAddr, fCnt, frame[F_OPTS], F_OPTS + 1, end);
  return true;
}

/**
 * Takes the frame in the frame buffer as a downlink to one of the groups: McFCount moves on, and `downlink` says what the
 * application gets. False where it is none. It answers nothing, and nothing answers it. `isClassA`: it came in RX1 or RX2.
 */
export function acceptMulticast(length: PhyLength, isClassA: boolean): boolean {
  if (!session.joined) return false;
  const fCtrl = frame[PHY + 5];
  // One octet more: there is an FPort.
  if (length <= MIN_LENGTH || (fCtrl & MUST_BE_0) !== 0) return false;
  if ((frame[PHY] & 0xe3) !== FrameType.UnconfirmedDown << 5) return false;
  const port: u8 = frame[F_OPTS];
  if (port === 0 || port > MAX_APPLICATION_PORT) return false;
  const end = PHY + length - MIC_LENGTH;
  for (let i = 0; i < MAX_GROUPS; i++) {
    const to = multicastGroups[i];
    if (!to.isDefined || !equal(frame, PHY + 1, to.mcAddr, 0, 4)) continue;
    if (isHeard(i, isClassA) && acceptFor(to, end)) {
      group = i;
      if (MULTICAST_SLOTS && !isClassA) notePending(i, fCtrl);
      return true;
    }
  }
  return false;
}
