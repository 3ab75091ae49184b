/**
 * The MAC commands that the device has for the network: answers, and requests of its own. They go as FOpts with the next
 * uplink, in the order in which they came. What an uplink carries stays the same in each of its repetitions.
 */
import { type Int, table8, type u8 } from "../lang/index.ts";
import { ABP } from "../store/index.ts";
import { session } from "./session.ts";
import { CLASS_B, CLASS_C, LORAWAN_1_1, REJOIN } from "./version.ts";

/** CID of the MAC commands (TS001-1.1, 5); Reset, Rekey, AdrParamSetup, DeviceMode and what rejoins are of 1.1 only. */
export const enum Cid {
  Reset = 0x01,
  LinkCheck = 0x02,
  LinkAdr = 0x03,
  DutyCycle = 0x04,
  RxParamSetup = 0x05,
  DevStatus = 0x06,
  NewChannel = 0x07,
  RxTimingSetup = 0x08,
  TxParamSetup = 0x09,
  DlChannel = 0x0a,
  Rekey = 0x0b,
  AdrParamSetup = 0x0c,
  DeviceTime = 0x0d,
  ForceRejoin = 0x0e,
  RejoinParamSetup = 0x0f,
  PingSlotInfo = 0x10,
  PingSlotChannel = 0x11,
  BeaconTiming = 0x12,
  BeaconFreq = 0x13,
  DeviceMode = 0x20,
}

const FIRST_CID = Cid.LinkCheck;
const LAST_CID = Cid.DeviceTime;

/** In a shape: the answer goes with every uplink until a downlink shows that the network hears the device. */
const STICKY = 0x08;

/**
 * By CID, without it: octets from the network in the high nibble, octets to the network in the lowest three bits
 * (TS001-1.0.4, 5, tables of the commands).
 */
const SHAPES = table8([
  0x20,
  0x41,
  0x10,
  0x40 | STICKY | 1,
  0x02,
  0x51,
  0x10 | STICKY,
  0x10 | STICKY,
  0x40 | STICKY | 1,
  0x11,
  0x10,
  0x50,
]);

/** The shapes of what only some images have. */
const RESET_SHAPE = 0x11;
const FORCE_REJOIN_SHAPE = 0x20;
const REJOIN_PARAM_SETUP_SHAPE = 0x11;
const DEVICE_MODE_SHAPE = 0x11;

/** What a device of 1.1 says of its session until the network confirms it. */
export const INDICATION = ABP ? Cid.Reset : Cid.Rekey;

/**
 * The same of class B, by the lowest bits of the CID. BeaconTimingAns is known, but not asked for: DeviceTimeAns tells
 * more.
 */
const CLASS_B_SHAPES = table8([0x01, 0x40 | STICKY | 1, 0x30, 0x31]);

/** The shape of a CID that the device does not know: longer than any. */
const UNKNOWN_SHAPE = 0xf0;

/** What `requestLength` answers then. */
export const UNKNOWN_LENGTH = 15;

/** Octets of FOpts at most. */
export const MAX_F_OPTS = 15;

const octets = new Uint8Array(15);

class Outbox {
  length: Int<0, 15> = 0;
  /** Of these, what the uplink under way carries. */
  sent: Int<0, 15> = 0;
}

const outbox = new Outbox();

function isOfClassB(cid: u8): boolean {
  return cid >= Cid.PingSlotInfo && cid <= Cid.BeaconFreq;
}

function shapeOf(cid: u8): u8 {
  if (LORAWAN_1_1 && ABP && cid === Cid.Reset) return RESET_SHAPE;
  if (LORAWAN_1_1 && REJOIN && cid === Cid.ForceRejoin) return FORCE_REJOIN_SHAPE;
  if (LORAWAN_1_1 && REJOIN && cid === Cid.RejoinParamSetup) return REJOIN_PARAM_SETUP_SHAPE;
  if (LORAWAN_1_1 && CLASS_C && cid === Cid.DeviceMode) return DEVICE_MODE_SHAPE;
  if (CLASS_B && isOfClassB(cid)) return CLASS_B_SHAPES[cid & 3];
  if (cid < FIRST_CID || cid > LAST_CID) return UNKNOWN_SHAPE;
  return SHAPES[cid - FIRST_CID];
}

/** Octets behind the CID of a command from the network; `UNKNOWN_LENGTH` for one that the device does not know. */
export function requestLength(cid: u8): Int<0, 15> {
  if ((cid === Cid.Rekey || cid === Cid.AdrParamSetup) && !(LORAWAN_1_1 && session.isNetwork11))
    return UNKNOWN_LENGTH;
  if (CLASS_B && isOfClassB(cid)) return shapeOf(cid) >> 4;
  if (LORAWAN_1_1 && (REJOIN || CLASS_C) && cid > LAST_CID && !session.isNetwork11) return UNKNOWN_LENGTH;
  return shapeOf(cid) >> 4;
}

/** Nothing is to be said any more. */
export function clearOutbox(): void {
  outbox.length = 0;
  outbox.sent = 0;
}

function put(octet: u8): void {
  if (outbox.length < MAX_F_OPTS) {
    octets[outbox.length] = octet;
    outbox.length++;
  }
}

/**
 * Adds a command with as many of the octets as its CID has. Where there is no room it is left out, and the network asks
 * again (TS001-1.0.4, 4.3.1.6).
 */
export function post(cid: Cid, first: u8, second: u8): void {
  const count = shapeOf(cid) & 7;
  if (outbox.length + count >= MAX_F_OPTS) return;
  put(cid);
  if (count > 0) put(first);
  if (count > 1) put(second);
}

/** The next uplink takes all that there is, in each of its repetitions. */
export function sealOutbox(): void {
  outbox.sent = outbox.length;
}

/** The same where FOpts has but `most` octets: it takes whole commands, and the others wait for the uplink after it. */
export function sealPart(most: Int<0, 52>): void {
  outbox.sent = 0;
  let left: u8 = 0;
  for (let i = 0; i < outbox.length && i < most; i++) {
    left = left > 0 ? left - 1 : shapeOf(octets[i]) & 7;
    if (left === 0) outbox.sent = i + 1;
  }
}

/** The uplink under way goes without; all that there is waits for the next. */
export function unsealOutbox(): void {
  outbox.sent = 0;
}

/** Octets that go with the uplink under way. */
export function sealedLength(): Int<0, 15> {
  return outbox.sent;
}

/** One of the octets that go with the uplink under way. */
export function sealedOctet(index: Int<0, 14>): u8 {
  return octets[index];
}

/** Whether the uplink under way carries this command. */
export function isSealed(cid: Cid): boolean {
  let left: u8 = 0;
  for (let i = 0; i < outbox.sent; i++) {
    if (left === 0) {
      if (octets[i] === cid) return true;
      left = shapeOf(octets[i]) & 7;
    } else {
      left--;
    }
  }
  return false;
}

/** Whether there is a sticky answer that says yes, by its status. */
export function isAgreed(cid: Cid, status: u8): boolean {
  let left: u8 = 0;
  for (let i = 0; i < outbox.length; i++) {
    if (left === 0) {
      left = shapeOf(octets[i]) & 7;
      if (octets[i] === cid && (left === 0 || (i < 14 && octets[i + 1] === status))) return true;
    } else {
      left--;
    }
  }
  return false;
}

/**
 * The uplink under way has ended: what it carried is said, but for sticky answers where no downlink has come, and for
 * RekeyInd until RekeyConf, or ResetInd until ResetConf. DeviceModeInd is put into each uplink anew.
 */
export function settleOutbox(isHeard: boolean): void {
  let kept: Int<0, 15> = 0;
  let left: u8 = 0;
  let stays = false;
  for (let i = 0; i < outbox.length; i++) {
    const octet = octets[i];
    if (left > 0) {
      left--;
    } else {
      const shape = shapeOf(octet);
      left = shape & 7;
      if (LORAWAN_1_1 && CLASS_C && octet === Cid.DeviceMode) stays = false;
      else if (i >= outbox.sent) stays = true;
      else if (octet === INDICATION) stays = session.awaitsRekeyConf;
      else stays = !isHeard && (shape & STICKY) !== 0;
    }
    if (stays && kept < MAX_F_OPTS) {
      octets[kept] = octet;
      kept++;
    }
  }
  outbox.length = kept;
  outbox.sent = 0;
}
