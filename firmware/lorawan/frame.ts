/**
 * The one frame buffer, for what is sent and for what is received.
 *
 * The PHYPayload starts behind 16 octets of headroom: MICs are computed over a block or a header that
 * stands before the message (TS001-1.0.4, 4.4; TS001-1.1, 6.2.3), and that is where it is put.
 */
import type { Bytes, Int } from "../lang/index.ts";

/** Octets of the frame buffer: headroom and PHYPayload. */
export type FrameBuffer = Bytes<80>;

/** Octets of a PHYPayload: 59 of MACPayload, what DR0 to DR2 of EU868 carry, with MHDR and MIC. */
export type PhyLength = Int<0, 64>;

/** Where the PHYPayload starts in the frame buffer. */
export const PHY = 16;

/** Where FOpts starts in the frame buffer, or FPort where FOpts is empty: behind MHDR, DevAddr, FCtrl and FCnt. */
export const F_OPTS = PHY + 8;

/** FCtrl, in both directions: the frame acknowledges a confirmed one. */
export const ACK = 0x20;

/** FCtrl of a frame in a ping slot: more are to come in slots of the same address. */
export const F_PENDING = 0x10;

/** Octets of a MIC. */
export const MIC_LENGTH = 4;

/** FType, the high three bits of MHDR (TS001-1.0.4, 4.2). Major is 0: LoRaWAN R1. */
export const enum FrameType {
  JoinRequest = 0,
  JoinAccept = 1,
  UnconfirmedUp = 2,
  UnconfirmedDown = 3,
  ConfirmedUp = 4,
  ConfirmedDown = 5,
  /** Of 1.1 only. */
  RejoinRequest = 6,
}

/** The direction octet of the blocks for MIC and encryption. */
export const enum Direction {
  Up = 0,
  Down = 1,
}

/** Headroom and PHYPayload of the frame being sent or received. */
export const frame = new Uint8Array(80);
