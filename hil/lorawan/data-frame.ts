/**
 * Data frame: MHDR | DevAddr(4) FCtrl(1) FCnt(2) FOpts(0..15) | FPort(0..1) FRMPayload | MIC(4).
 * LoRaWAN L2 1.0.4 and 1.1, sections 4.2 and 4.3. This file is about octets only: MIC in data-mic.ts,
 * encryption in data-encryption.ts.
 */
import { FrameError } from "./frame-error.ts";
import { DEV_ADDR_OCTETS, fromAirOrder, numberToAirOrder, toAirOrder } from "./identifiers.ts";
import { FType, fTypeOf, mhdr } from "./mhdr.ts";
import { MIC_OCTETS } from "./mic.ts";

export type Direction = "up" | "down";

export interface DataFrame {
  readonly direction: Direction;
  readonly confirmed: boolean;
  readonly devAddr: string;
  readonly adr: boolean;
  /** Uplink only. */
  readonly adrAckReq: boolean;
  readonly ack: boolean;
  /** FCtrl bit 4: ClassB in an uplink, FPending in a downlink. */
  readonly classBOrFPending: boolean;
  /** The low half of the counter, as sent. */
  readonly fCnt16: number;
  /** 0 to 15 octets, as sent: under 1.1 encrypted. */
  readonly fOpts: Uint8Array;
  /** Absent if the frame carries no FRMPayload field at all. */
  readonly fPort?: number;
  /** Encrypted, as sent. */
  readonly frmPayload: Uint8Array;
}

/** A frame received: `message` is what the MIC covers (MHDR to FRMPayload). */
export interface ParsedDataFrame extends DataFrame {
  readonly message: Buffer;
  readonly mic: Buffer;
}

/** MHDR, FHDR without FOpts, MIC. */
const SMALLEST_OCTETS = 12;
const FHDR_END = 8;
const FOPTS_LIMIT = 15;

/** Whether the frame is a data frame, in either direction. */
export function isDataFrame(phyPayload: Uint8Array): boolean {
  const fType = fTypeOf(phyPayload);
  return fType >= FType.unconfirmedDataUp && fType <= FType.confirmedDataDown;
}

/** The DevAddr that a data frame names; of no meaning in any other frame. */
export function devAddrIn(phyPayload: Uint8Array): string {
  return fromAirOrder(phyPayload.subarray(1, 5));
}

/**
 * @throws FrameError if the octets are not a data frame, or carry MAC commands both in FOpts and in
 * FRMPayload (FPort 0), which a receiver must discard.
 */
export function parseDataFrame(phyPayload: Uint8Array): ParsedDataFrame {
  if (!isDataFrame(phyPayload)) throw new FrameError(`FType ${fTypeOf(phyPayload)} is not a data frame`);
  if (phyPayload.length < SMALLEST_OCTETS)
    throw new FrameError(`a data frame has at least ${SMALLEST_OCTETS} octets, not ${phyPayload.length}`);
  const fType = fTypeOf(phyPayload);
  const message = Buffer.from(phyPayload.subarray(0, -MIC_OCTETS));
  const fCtrl = message[5];
  const fOptsEnd = FHDR_END + (fCtrl & 0x0f);
  if (fOptsEnd > message.length)
    throw new FrameError(`FOptsLen ${fCtrl & 0x0f} reaches beyond the frame of ${phyPayload.length} octets`);
  const direction = fType === FType.unconfirmedDataUp || fType === FType.confirmedDataUp ? "up" : "down";
  const fPort = message.length > fOptsEnd ? message[fOptsEnd] : undefined;
  if (fPort === 0 && fOptsEnd > FHDR_END) throw new FrameError("MAC commands both in FOpts and on FPort 0");
  return {
    direction,
    confirmed: fType === FType.confirmedDataUp || fType === FType.confirmedDataDown,
    devAddr: fromAirOrder(message.subarray(1, 5)),
    adr: (fCtrl & 0x80) !== 0,
    adrAckReq: direction === "up" && (fCtrl & 0x40) !== 0,
    ack: (fCtrl & 0x20) !== 0,
    classBOrFPending: (fCtrl & 0x10) !== 0,
    fCnt16: message.readUInt16LE(6),
    fOpts: message.subarray(FHDR_END, fOptsEnd),
    fPort,
    frmPayload: message.subarray(Math.min(fOptsEnd + 1, message.length)),
    message,
    mic: Buffer.from(phyPayload.subarray(-MIC_OCTETS)),
  };
}

/**
 * The octets that the MIC covers (MHDR to FRMPayload); append the MIC for the PHYPayload.
 * @throws FrameError if a field does not fit, or FRMPayload has no FPort.
 */
export function buildDataMessage(frame: DataFrame): Buffer {
  const up = frame.direction === "up";
  if (frame.fOpts.length > FOPTS_LIMIT)
    throw new FrameError(`FOpts holds ${FOPTS_LIMIT} octets, not ${frame.fOpts.length}`);
  if (frame.fPort === undefined && frame.frmPayload.length > 0)
    throw new FrameError("FRMPayload without FPort");
  if (frame.fPort === 0 && frame.fOpts.length > 0)
    throw new FrameError("MAC commands both in FOpts and on FPort 0");
  const fCtrl =
    (frame.adr ? 0x80 : 0) |
    (up && frame.adrAckReq ? 0x40 : 0) |
    (frame.ack ? 0x20 : 0) |
    (frame.classBOrFPending ? 0x10 : 0) |
    frame.fOpts.length;
  const fType = up
    ? frame.confirmed
      ? FType.confirmedDataUp
      : FType.unconfirmedDataUp
    : frame.confirmed
      ? FType.confirmedDataDown
      : FType.unconfirmedDataDown;
  return Buffer.concat([
    Buffer.of(mhdr(fType)),
    toAirOrder(frame.devAddr, DEV_ADDR_OCTETS),
    Buffer.of(fCtrl),
    numberToAirOrder(frame.fCnt16, 2),
    frame.fOpts,
    frame.fPort === undefined ? Buffer.alloc(0) : numberToAirOrder(frame.fPort, 1),
    frame.frmPayload,
  ]);
}
