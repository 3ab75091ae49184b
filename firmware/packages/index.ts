/**
 * Application packages, each on its own FPort: TS003, TS004, TS005 and TS009. The stack hands them their downlinks, and
 * asks them what they have to send before it asks the application. Which ones there are, constants of configuration say
 * (selection.ts); where there is none, nothing of this is in an image.
 */
import { type Bytes, type Int, i32, type u8, type u32 } from "../lang/index.ts";
import { gpsTime } from "../lorawan/link.ts";
import { NO_GROUP } from "../lorawan/multicast.ts";
import { downlinkGroup, MULTICAST } from "../lorawan/multicast-downlink.ts";
import { CERTIFICATION_PORT, serveCertification } from "./certification.ts";
import {
  APP_TIME_REQ_LENGTH,
  CLOCK_SYNC_PORT,
  clockSync,
  endTimeRequest,
  hasTimeRequest,
  serveClockSync,
  writeTimeRequest,
} from "./clock-sync.ts";
import { FRAGMENTATION_PORT, serveFragmentation } from "./fragmentation/index.ts";
import { MULTICAST_SETUP_PORT, serveMulticastSetup } from "./multicast-setup.ts";
import { endReply, replyDueAt, replyPort, writeReply } from "./reply.ts";
import { CERTIFICATION, CLOCK_SYNC, FRAGMENTATION, MULTICAST_SETUP } from "./selection.ts";

export { HAS_PACKAGES } from "./selection.ts";

/** What `packagePause` answers where no package has anything to send. */
const NO_PAUSE = 0xffffffff;

/** Longer pauses are asked for again: the clock of the device cannot measure them. */
export const LONGEST_PAUSE_S = 250000;

/** Whether the downlink came to no group: every member of one has its keys, and none may set up the others. */
function isForThisDevice(): boolean {
  return !MULTICAST || downlinkGroup() === NO_GROUP;
}

/** Takes a downlink. False where it is for none of the packages. */
export function servePackage(port: u8, payload: Bytes<51>, length: Int<0, 51>): boolean {
  if (CLOCK_SYNC && port === CLOCK_SYNC_PORT) {
    if (isForThisDevice()) serveClockSync(payload, length);
    return true;
  }
  if (FRAGMENTATION && port === FRAGMENTATION_PORT) {
    serveFragmentation(payload, length);
    return true;
  }
  if (MULTICAST_SETUP && port === MULTICAST_SETUP_PORT) {
    if (isForThisDevice()) serveMulticastSetup(payload, length);
    return true;
  }
  if (CERTIFICATION && port === CERTIFICATION_PORT) {
    serveCertification(payload, length);
    return true;
  }
  return false;
}

/** Seconds until `instant`, at least; 0 where it has come. */
function pauseUntil(instant: u32): u32 {
  const pause = i32(instant - gpsTime());
  if (pause <= 0) return 0;
  if (pause >= LONGEST_PAUSE_S) return NO_PAUSE;
  // The second that has begun does not count.
  return pause + 1;
}

/** Seconds until a package has something to send; 0: now. */
export function packagePause(): u32 {
  let pause: u32 = NO_PAUSE;
  if (replyPort() > 0) pause = pauseUntil(replyDueAt());
  if (CLOCK_SYNC && hasTimeRequest()) {
    const untilRequest = pauseUntil(clockSync.dueAt);
    if (untilRequest < pause) pause = untilRequest;
  }
  return pause;
}

/** Whether the reply goes before what the packages send of their own accord. */
function isReplyDue(): boolean {
  return replyPort() > 0 && pauseUntil(replyDueAt()) === 0;
}

/** FPort of what a package has to send now. */
export function packagePort(): Int<0, 224> {
  if (isReplyDue()) return replyPort();
  return CLOCK_SYNC ? CLOCK_SYNC_PORT : 0;
}

/** Writes what a package has to send now, and returns its length. Call it where `packagePause` answers 0. */
export function writePackageUplink(payload: Bytes<6>): Int<0, 51> {
  if (isReplyDue()) return writeReply(payload);
  if (CLOCK_SYNC) {
    writeTimeRequest(payload);
    return APP_TIME_REQ_LENGTH;
  }
  return 0;
}

/** What was written is on its way. */
export function endPackageUplink(): void {
  if (isReplyDue()) endReply();
  else if (CLOCK_SYNC) endTimeRequest();
}
