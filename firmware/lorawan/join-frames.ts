/**
 * Join-request, rejoin-request and join-accept: TS001-1.0.4, 6.2; TS001-1.1, 6.2.2 to 6.2.4. Plain
 * functions over a frame buffer; EUIs are in the octet order of the air.
 */
import { cmac, encryptBlock, forgetKey } from "../crypto/index.ts";
import { type Bytes, copy, equal, type Int, store16le, type u8, type u16, view } from "../lang/index.ts";
import { type FrameBuffer, FrameType, MIC_LENGTH, PHY, type PhyLength } from "./frame.ts";

/** Octets of a join-request. */
export const JOIN_REQUEST_LENGTH = 23;
/** Octets of a rejoin-request of type 1, the longest; those of type 0 and 2 have a NetID in place of the JoinEUI. */
export const LONGEST_REJOIN_REQUEST = 24;
/** Octets of a join-accept without CFList. */
export const JOIN_ACCEPT_LENGTH = 17;
/** Octets of a join-accept with CFList. */
export const JOIN_ACCEPT_CFLIST_LENGTH = 33;

/** Where the fields of a decrypted join-accept stand in the frame buffer. */
export const enum JoinAcceptField {
  JoinNonce = 17,
  NetId = 20,
  DevAddr = 23,
  DlSettings = 27,
  RxDelay = 28,
  CfList = 29,
}

/** JoinReqType of the MIC of 1.1 (TS001-1.1, 6.2.3): what a join-accept answers. */
export const enum JoinReqType {
  /** For a whole new session, radio parameters included. */
  Rejoin0 = 0,
  /** The same from a device that may be unknown where it is: for its Join Server. */
  Rejoin1 = 1,
  /** For new keys; the radio parameters stay. */
  Rejoin2 = 2,
  Join = 0xff,
}

/** Octets that precede MHDR in the MIC of 1.1: JoinReqType, JoinEUI, DevNonce. */
const MIC_HEADER_LENGTH = 11;

/** Writes the join-request into `frame`, `JOIN_REQUEST_LENGTH` octets. The key is the AppKey (1.0) or the NwkKey (1.1). */
export function writeJoinRequest(
  frame: FrameBuffer,
  joinEui: Bytes<8>,
  devEui: Bytes<8>,
  devNonce: u16,
  key: Bytes<16>,
): void {
  frame[PHY] = FrameType.JoinRequest << 5;
  copy(frame, PHY + 1, joinEui, 0, 8);
  copy(frame, PHY + 9, devEui, 0, 8);
  store16le(frame, PHY + 17, devNonce);
  const mic = new Uint8Array(16);
  cmac(key, frame, PHY, PHY + JOIN_REQUEST_LENGTH - MIC_LENGTH, mic);
  copy(frame, PHY + JOIN_REQUEST_LENGTH - MIC_LENGTH, mic, 0, MIC_LENGTH);
}

/** Octets of a rejoin-request. */
export function rejoinRequestLength(type: u8): Int<19, 24> {
  return type === JoinReqType.Rejoin1 ? LONGEST_REJOIN_REQUEST : 19;
}

/**
 * Writes the rejoin-request into `frame`. `sender` is the JoinEUI (type 1) or begins with the NetID (type 0 and 2), `count`
 * RJcount1 or RJcount0, and `key` the JSIntKey or the SNwkSIntKey of the session.
 */
export function writeRejoinRequest(
  frame: FrameBuffer,
  type: u8,
  sender: Bytes<8>,
  devEui: Bytes<8>,
  count: u16,
  key: Bytes<16>,
): void {
  const end = PHY + rejoinRequestLength(type) - MIC_LENGTH;
  frame[PHY] = FrameType.RejoinRequest << 5;
  frame[PHY + 1] = type;
  copy(frame, PHY + 2, sender, 0, 8);
  copy(frame, end - 10, devEui, 0, 8);
  store16le(frame, end - 2, count);
  const mic = new Uint8Array(16);
  cmac(key, frame, PHY, end, mic);
  copy(frame, end, mic, 0, MIC_LENGTH);
}

/** Whether `length` octets in `frame` can be a join-accept. */
export function isJoinAccept(frame: FrameBuffer, length: PhyLength): boolean {
  if (length !== JOIN_ACCEPT_LENGTH && length !== JOIN_ACCEPT_CFLIST_LENGTH) return false;
  return (frame[PHY] & 0xe3) === FrameType.JoinAccept << 5;
}

/**
 * Decrypts a join-accept in place. The network applied the inverse cipher, so that the device needs
 * only the cipher. The key is the AppKey (1.0), the NwkKey (1.1, in answer to a join-request) or the JSEncKey
 * (in answer to a rejoin-request).
 */
export function decryptJoinAccept(frame: FrameBuffer, length: PhyLength, key: Bytes<16>): void {
  encryptBlock(key, view(frame, PHY + 1, 16));
  if (length === JOIN_ACCEPT_CFLIST_LENGTH) encryptBlock(key, view(frame, PHY + 17, 16));
  forgetKey();
}

/** The MIC over frame[start..], against the one that the last four octets of the join-accept hold. */
function hasMic(frame: FrameBuffer, start: Int<0, 80>, length: PhyLength, key: Bytes<16>): boolean {
  if (length < JOIN_ACCEPT_LENGTH) return false;
  const mic = new Uint8Array(16);
  cmac(key, frame, start, PHY + length - MIC_LENGTH, mic);
  return equal(mic, 0, frame, PHY + length - MIC_LENGTH, MIC_LENGTH);
}

/** The MIC of 1.0, and of 1.1 with OptNeg = 0, under the key of the join-request. */
export function hasJoinAcceptMic10(frame: FrameBuffer, length: PhyLength, key: Bytes<16>): boolean {
  return hasMic(frame, PHY, length, key);
}

/**
 * The MIC of 1.1 with OptNeg = 1, which covers the request that is answered: its type, and its DevNonce or RJcount.
 */
export function hasJoinAcceptMic11(
  frame: FrameBuffer,
  length: PhyLength,
  joinReqType: u8,
  joinEui: Bytes<8>,
  devNonce: u16,
  jsIntKey: Bytes<16>,
): boolean {
  frame[PHY - MIC_HEADER_LENGTH] = joinReqType;
  copy(frame, PHY - MIC_HEADER_LENGTH + 1, joinEui, 0, 8);
  store16le(frame, PHY - 2, devNonce);
  return hasMic(frame, PHY - MIC_HEADER_LENGTH, length, jsIntKey);
}
