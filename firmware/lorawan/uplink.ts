/**
 * Data frames up (TS001-1.0.4, 4; TS001-1.1, 4), with the acknowledgement that is due and the MAC commands of the
 * outbox. An uplink is the same in each of its repetitions, but for the MIC of 1.1, which tells channel and data rate.
 */
import { MAX_PAYLOAD } from "#app";
import { assert, copy, type Int, store16le, type u8, type u16 } from "../lang/index.ts";
import { CERTIFICATION, PACKAGE_ROOM } from "../packages/selection.ts";
import { LEAST_MAC_PAYLOAD, maxMacPayload } from "../regions/index.ts";
import { asksForAnswer, isAdrOn } from "./adr.ts";
import { askForClassB, isClassB } from "./class-b.ts";
import { indicateClass } from "./class-c.ts";
import { CipherUse, cmacB0, cmacB1, crypt } from "./data-security.ts";
import { ACK, Direction, F_OPTS, FrameType, frame, MIC_LENGTH, PHY } from "./frame.ts";
import { MAX_F_OPTS, sealedLength, sealedOctet, sealOutbox, sealPart, unsealOutbox } from "./outbox.ts";
import { appSKey, devAddr, fNwkSIntKey, nwkSEncKey, session, sNwkSIntKey } from "./session.ts";
import { CLASS_B, CLASS_C, LORAWAN_1_1 } from "./version.ts";

/** Whether uplinks ask for an acknowledgement. @config */
export const CONFIRMED: boolean = false;

/** What a certification test may switch: whether the uplinks to come ask for one, and whether the one under way does. */
let isAskingSwitchedOn: boolean = CONFIRMED;
let isAsking: boolean = CONFIRMED;

/** Whether the uplink under way asks for an acknowledgement. */
export function isConfirmed(): boolean {
  return CERTIFICATION ? isAsking : CONFIRMED;
}

/** For a certification test: whether the next uplinks ask for an acknowledgement. */
export function switchConfirmed(isOn: boolean): void {
  isAskingSwitchedOn = isOn;
}

/** FCtrl of an uplink. */
const ADR_BIT = 0x80;
const ADR_ACK_REQ = 0x40;
const CLASS_B_BIT = 0x10;

/** Octets of a MACPayload at most, in a frame buffer of 64 octets. */
const MAX_MAC_PAYLOAD = 59;

/** Whether the slowest data rate of the plan carries that, too. */
export const HAS_ONE_LIMIT: boolean = LEAST_MAC_PAYLOAD >= MAX_MAC_PAYLOAD;

/** Octets of FHDR without FOpts, and of FPort. */
const F_HDR = 7;
const F_HDR_AND_F_PORT = 8;

/** Octets of the longest payload of the application, and of all: as many as every data rate can carry, at most. */
const LONGEST_OWN: Int<1, 51> = MAX_PAYLOAD;
const LONGEST_PAYLOAD = LONGEST_OWN > PACKAGE_ROOM ? LONGEST_OWN : PACKAGE_ROOM;

/** Whether it fits beside whatever the outbox holds. */
const ALWAYS_FITS: boolean =
  LONGEST_PAYLOAD + F_HDR_AND_F_PORT + MAX_F_OPTS <= (HAS_ONE_LIMIT ? MAX_MAC_PAYLOAD : LEAST_MAC_PAYLOAD);

/** Octets of a payload: `LONGEST_PAYLOAD` at most. */
export type PayloadLength = Int<0, 51>;

/** The payload of the uplink under way, in clear: the frame buffer holds what came since. */
export const uplinkPayload = new Uint8Array(LONGEST_PAYLOAD);

class Uplink {
  /** The one before left its payload behind. */
  isPayloadWaiting: boolean = false;
  /** 0: no payload. */
  port: Int<0, 224> = 0;
  length: PayloadLength = 0;
  fCtrl: u8 = 0;
  /** The FCntDown that it acknowledges, or 0. */
  confFCnt: u16 = 0;
}

const uplink = new Uplink();

/** Octets of a MACPayload at most, at the data rate of the session. */
function macPayloadLimit(): Int<19, 59> {
  if (HAS_ONE_LIMIT) return MAX_MAC_PAYLOAD;
  const limit = maxMacPayload(session.dataRate, session.isUplinkLimited);
  if (limit <= LEAST_MAC_PAYLOAD) return LEAST_MAC_PAYLOAD;
  return limit < MAX_MAC_PAYLOAD ? limit : MAX_MAC_PAYLOAD;
}

/** Octets of the longest payload that the next uplink can have, at the data rate that it goes at. */
export function longestPayload(): PayloadLength {
  return macPayloadLimit() - F_HDR_AND_F_PORT;
}

/** Octets of FPort and of the payload behind it; without an FPort there is neither. */
function payloadPart(port: Int<0, 224>, length: PayloadLength): Int<0, 52> {
  return port > 0 ? 1 + length : 0;
}

/** Writes the MIC behind the message that ends before frame[end]. */
function writeMic(end: Int<24, 76>, confFCnt: Int<0, 65535>, dataRate: u8, channel: u8): void {
  const tag = new Uint8Array(16);
  cmacB0(fNwkSIntKey, frame, end, Direction.Up, 0, devAddr, session.fCntUp, tag);
  if (LORAWAN_1_1 && session.isNetwork11) {
    copy(frame, end + 2, tag, 0, 2);
    cmacB1(sNwkSIntKey, frame, end, confFCnt, dataRate, channel, devAddr, session.fCntUp, tag);
    copy(frame, end, tag, 0, 2);
  } else {
    copy(frame, end, tag, 0, MIC_LENGTH);
  }
}

/**
 * Begins the next uplink: the first `length` octets of `uplinkPayload`, nothing of it on port 0, and what there is for the
 * network. Where there is no room for both, the payload stays behind; false then. The next uplink takes it, alone if need
 * be: sticky answers may be there until the network has reason to send a downlink, and that is long. A payload that the
 * data rate cannot carry even so does not wait: what there is for the network goes without it.
 */
export function beginUplink(port: Int<0, 224>, length: PayloadLength): boolean {
  if (CERTIFICATION) isAsking = isAskingSwitchedOn;
  if (LORAWAN_1_1 && CLASS_C) indicateClass();
  if (CLASS_B) {
    sealOutbox();
    askForClassB();
  }
  const limit = macPayloadLimit();
  if (HAS_ONE_LIMIT) sealOutbox();
  else sealPart(limit - F_HDR);
  const needed = F_HDR + payloadPart(port, length);
  let fits = ALWAYS_FITS || needed + sealedLength() <= limit;
  const canWait = HAS_ONE_LIMIT || needed <= limit;
  if (!fits && canWait && uplink.isPayloadWaiting) {
    unsealOutbox();
    fits = true;
  }
  uplink.isPayloadWaiting = !fits && canWait;
  uplink.port = fits ? port : 0;
  uplink.length = fits ? length : 0;
  let fCtrl: u8 = sealedLength();
  if (isAdrOn()) fCtrl = fCtrl | ADR_BIT;
  if (asksForAnswer()) fCtrl = fCtrl | ADR_ACK_REQ;
  if (CLASS_B && isClassB()) fCtrl = fCtrl | CLASS_B_BIT;
  uplink.confFCnt = 0;
  if (session.owesAck) {
    fCtrl = fCtrl | ACK;
    uplink.confFCnt = session.confFCntDown;
    session.owesAck = false;
  }
  uplink.fCtrl = fCtrl;
  return fits;
}

/** The FPort of the uplink under way; 0: no payload. */
export function uplinkPort(): Int<0, 224> {
  return uplink.port;
}

/** Whether the uplink under way goes without the payload that it was begun with. */
export function isPayloadLeft(): boolean {
  return uplink.isPayloadWaiting;
}

/** Whether the uplink under way may go at the data rate that the session has by now. */
export function isUplinkCarried(): boolean {
  return F_HDR + payloadPart(uplink.port, uplink.length) + sealedLength() <= macPayloadLimit();
}

/** Writes the frame of the uplink under way, as it is sent at `dataRate` on `channel`, and returns its length. */
export function composeUplink(dataRate: u8, channel: u8): Int<1, 64> {
  frame[PHY] = (isConfirmed() ? FrameType.ConfirmedUp : FrameType.UnconfirmedUp) << 5;
  copy(frame, PHY + 1, devAddr, 0, 4);
  frame[PHY + 5] = uplink.fCtrl;
  store16le(frame, PHY + 6, session.fCntUp & 0xffff);
  let end: Int<24, 76> = F_OPTS;
  for (let i = 0; i < sealedLength(); i++) {
    frame[end] = sealedOctet(i);
    if (end < 76) end++;
  }
  if (LORAWAN_1_1 && session.isNetwork11)
    crypt(nwkSEncKey, CipherUse.FOpts, frame, F_OPTS, end, Direction.Up, devAddr, session.fCntUp);
  if (uplink.port > 0) {
    frame[end] = uplink.port;
    if (end < 76) end++;
    const start = end;
    const length = uplink.length;
    assert(length <= LONGEST_PAYLOAD);
    for (let i = 0; i < length; i++) {
      frame[end] = uplinkPayload[i];
      if (end < 76) end++;
    }
    crypt(appSKey, CipherUse.FrmPayload, frame, start, end, Direction.Up, devAddr, session.fCntUp);
  }
  writeMic(end, uplink.confFCnt, dataRate, channel);
  return end + MIC_LENGTH - PHY;
}
