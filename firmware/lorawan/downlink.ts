/** Data frames down (TS001-1.0.4, 4; TS001-1.1, 4): which of them are for this device, and what they carry. */
import { type Bytes, equal, type Int, load16le, type u8, u16, type u32 } from "../lang/index.ts";
import { CERTIFICATION } from "../packages/selection.ts";
import { ABP } from "../store/index.ts";
import { keepFCntDown } from "./abp.ts";
import { noteAnswer } from "./adr.ts";
import { isClassB } from "./class-b.ts";
import { planAnswer } from "./class-c.ts";
import { obeyCommands } from "./commands.ts";
import { CipherUse, cmacB0, crypt } from "./data-security.ts";
import { ACK, Direction, F_OPTS, FrameType, frame, MIC_LENGTH, PHY, type PhyLength } from "./frame.ts";
import { NO_GROUP } from "./multicast.ts";
import { MULTICAST_SLOTS, notePending } from "./multicast-slots.ts";
import { appSKey, devAddr, fNwkSIntKey, nwkSEncKey, session, sNwkSIntKey } from "./session.ts";
import { CLASS_B, HEARS_UNASKED, LORAWAN_1_1 } from "./version.ts";

/** MHDR, FHDR without FOpts, and MIC. */
export const MIN_LENGTH = 12;

/** FCtrl: octets of FOpts. */
const F_OPTS_LENGTH = 0x0f;

/** FPorts of applications are 1 to this one; that of the certification protocol is the next. */
const MAX_APPLICATION_PORT = CERTIFICATION ? 224 : 223;

/** What `restoreFCnt` answers where a counter cannot be: no downlink has this FCntDown. */
export const NO_F_CNT = 0xffffffff;

/** The downlink just accepted. */
export class Downlink {
  /** It acknowledges the uplink. */
  isAck: boolean = false;
  /** FPort of a payload for the application, which is at the start of the frame buffer; 0 where there is none. */
  port: u8 = 0;
  length: Int<0, 51> = 0;
}

export const downlink = new Downlink();

/** Downlinks that were for the application, or acknowledged an uplink: what a certification test asks for. */
let applicationDownlinks: u16 = 0;

/** RxAppCnt. */
export function countApplicationDownlinks(): u16 {
  return applicationDownlinks;
}

export function resetApplicationDownlinks(): void {
  applicationDownlinks = 0;
}

/**
 * The FCntDown whose low half was received: the least that is not below `next`. The MIC tells whether it is
 * right, so no gap is too wide (RP002-1.0.4: MAX_FCNT_GAP is deprecated).
 */
export function restoreFCnt(low: u16, next: u32): u32 {
  let high: u16 = next >>> 16;
  if (low < (next & 0xffff)) {
    if (high === 0xffff) return NO_F_CNT;
    high = u16(high + 1);
  }
  return high * 0x10000 + low;
}

/** Whether the frame carries the MIC of a downlink. */
function hasMic(end: Int<24, 76>, isAck: boolean, fCnt: u32): boolean {
  const tag = new Uint8Array(16);
  if (LORAWAN_1_1) {
    // An ACK of 1.1 names the uplink that it is for.
    const confFCnt = isAck && session.isNetwork11 ? u16(session.fCntUp) : 0;
    cmacB0(sNwkSIntKey, frame, end, Direction.Down, confFCnt, devAddr, fCnt, tag);
  } else {
    cmacB0(fNwkSIntKey, frame, end, Direction.Down, 0, devAddr, fCnt, tag);
  }
  return equal(tag, 0, frame, end, MIC_LENGTH);
}

/**
 * Whether what stands in a frame counts that came outside the windows of class A: under 1.0.4, and in ping slots, it has
 * no MAC commands (TS001-1.0.4, 9.3.1 and 15), and what has is dropped. 1.1 knows no such rule for class C.
 */
function mayCome(isClassA: boolean, hasCommands: boolean): boolean {
  if (isClassA || !hasCommands) return true;
  return LORAWAN_1_1 && session.isNetwork11 && !(CLASS_B && isClassB());
}

/** Decrypts frame[start..end), and gives it to the application. */
export function takePayload(
  key: Bytes<16>,
  address: Bytes<4>,
  fCnt: u32,
  port: u8,
  start: Int<0, 76>,
  end: Int<0, 76>,
): void {
  crypt(key, CipherUse.FrmPayload, frame, start, end, Direction.Down, address, fCnt);
  let count: Int<0, 51> = 0;
  for (let i = start; i < end && count < 51; i++) {
    frame[count] = frame[i];
    count++;
  }
  downlink.port = port;
  downlink.length = count;
}

/**
 * Takes the frame in the frame buffer as a downlink of the session. True where it is one: the counters move on, an
 * acknowledgement may be due, and `downlink` says what the application gets. `isClassA`: it came in RX1 or RX2, and so
 * answers the uplink before it; no other frame does.
 */
export function acceptDownlink(length: PhyLength, isClassA: boolean): boolean {
  downlink.port = 0;
  downlink.length = 0;
  // In class A the windows of a device without a session are for the answer to its join-request.
  if ((ABP || HEARS_UNASKED) && !session.joined) return false;
  if (length < MIN_LENGTH) return false;
  const type = frame[PHY] & 0xe3;
  const isConfirmed = type === FrameType.ConfirmedDown << 5;
  if (!isConfirmed && type !== FrameType.UnconfirmedDown << 5) return false;
  if (!equal(frame, PHY + 1, devAddr, 0, 4)) return false;

  const fCtrl = frame[PHY + 5];
  const portAt = F_OPTS + (fCtrl & F_OPTS_LENGTH);
  const end = PHY + length - MIC_LENGTH;
  if (portAt > end) return false;
  const port = portAt < end ? frame[portAt] : 0;
  if (portAt < end && port === 0 && portAt > F_OPTS) return false;
  const hasCommands = portAt > F_OPTS || (portAt < end && port === 0);
  if (HEARS_UNASKED && !mayCome(isClassA, hasCommands)) return false;

  const isCountedByA = LORAWAN_1_1 && session.isNetwork11 && port > 0;
  const next = isCountedByA ? session.nextAFCntDown : session.nextFCntDown;
  const fCnt = restoreFCnt(load16le(frame, PHY + 6), next);
  if (fCnt === NO_F_CNT || !hasMic(end, (fCtrl & ACK) !== 0, fCnt)) return false;

  if (isCountedByA) session.nextAFCntDown = fCnt + 1;
  else session.nextFCntDown = fCnt + 1;
  if (ABP && !keepFCntDown(isClassA)) return false;
  downlink.isAck = isClassA && (fCtrl & ACK) !== 0;
  if (MULTICAST_SLOTS && !isClassA) notePending(NO_GROUP, fCtrl);
  if (isClassA) noteAnswer();
  else if (HEARS_UNASKED && (isConfirmed || hasCommands)) planAnswer();
  if (isConfirmed) {
    session.owesAck = true;
    session.confFCntDown = u16(fCnt);
  }

  if (LORAWAN_1_1 && session.isNetwork11) {
    const use = isCountedByA ? CipherUse.FOptsByAFCntDown : CipherUse.FOpts;
    crypt(nwkSEncKey, use, frame, F_OPTS, portAt, Direction.Down, devAddr, fCnt);
  }
  obeyCommands(F_OPTS, portAt);
  if (port === 0) {
    const key = LORAWAN_1_1 ? nwkSEncKey : fNwkSIntKey;
    crypt(key, CipherUse.FrmPayload, frame, portAt + 1, end, Direction.Down, devAddr, fCnt);
    obeyCommands(portAt + 1, end);
  }
  if (port > 0 && port <= MAX_APPLICATION_PORT) takePayload(appSKey, devAddr, fCnt, port, portAt + 1, end);
  if (CERTIFICATION && (port > 0 || downlink.isAck)) applicationDownlinks = u16(applicationDownlinks + 1);
  return true;
}
