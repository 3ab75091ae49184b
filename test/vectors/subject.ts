/** What the known-answer vectors are put to: the firmware's functions, wherever they run. */
import { PHY } from "../../firmware/lorawan/frame.ts";

export interface Subject {
  encryptBlock(key: Uint8Array, block: Uint8Array): Uint8Array;
  doubleBlock(block: Uint8Array): Uint8Array;
  /** At most 80 octets of message. */
  cmac(key: Uint8Array, message: Uint8Array): Uint8Array;
  sessionKey10(
    rootKey: Uint8Array,
    type: number,
    joinNonceAndNetId: Uint8Array,
    devNonce: number,
  ): Uint8Array;
  sessionKey11(
    rootKey: Uint8Array,
    type: number,
    joinNonce: Uint8Array,
    joinEui: Uint8Array,
    devNonce: number,
  ): Uint8Array;
  joinServerKey(nwkKey: Uint8Array, type: number, devEui: Uint8Array): Uint8Array;
  /** The 23 octets of the join-request. */
  joinRequest(joinEui: Uint8Array, devEui: Uint8Array, devNonce: number, key: Uint8Array): Uint8Array;
  /** The octets of the rejoin-request; `sender` is the JoinEUI, or begins with the NetID. */
  rejoinRequest(
    type: number,
    sender: Uint8Array,
    devEui: Uint8Array,
    count: number,
    key: Uint8Array,
  ): Uint8Array;
  /** The join-accept in clear. */
  decryptJoinAccept(phyPayload: Uint8Array, key: Uint8Array): Uint8Array;
  hasJoinAcceptMic10(plain: Uint8Array, key: Uint8Array): boolean;
  hasJoinAcceptMic11(
    plain: Uint8Array,
    joinReqType: number,
    joinEui: Uint8Array,
    devNonce: number,
    key: Uint8Array,
  ): boolean;
  /** `data` encrypted as `use` says. */
  crypt(
    key: Uint8Array,
    use: number,
    data: Uint8Array,
    direction: number,
    devAddr: Uint8Array,
    fCnt: number,
  ): Uint8Array;
  /** The whole CMAC of B0 and the message. */
  cmacB0(
    key: Uint8Array,
    message: Uint8Array,
    direction: number,
    confFCnt: number,
    devAddr: Uint8Array,
    fCnt: number,
  ): Uint8Array;
  /** The whole CMAC of B1 and the message. */
  cmacB1(
    key: Uint8Array,
    message: Uint8Array,
    confFCnt: number,
    dataRate: number,
    channel: number,
    devAddr: Uint8Array,
    fCnt: number,
  ): Uint8Array;
  /** McNwkSKey, then McAppSKey. */
  groupKeys(mcKey: Uint8Array, mcAddr: Uint8Array): Uint8Array;
  /** Which fragments of a block of `count` make the coded fragment `line`: bit i % 8 of octet i / 8 for fragment i. */
  parityLine(line: number, count: number): Uint8Array;
  pingOffset(beaconTime: number, devAddr: Uint8Array, periodicity: number): number;
}

/** A frame buffer that holds `phyPayload`. */
export function frameBuffer(phyPayload: Uint8Array = new Uint8Array(0)): Uint8Array {
  const frame = new Uint8Array(80);
  frame.set(phyPayload, PHY);
  return frame;
}
