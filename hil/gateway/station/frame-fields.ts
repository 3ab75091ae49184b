/**
 * Frames as Basics Station takes them apart before it forwards them (lora.c), and the octets put together again. Fields keep
 * the protocol's names, numbers are those of the little-endian fields on the air; DevAddr and MIC are signed.
 */
import type { JsonMembers } from "../json-members.ts";
import { PacketError } from "../packet-error.ts";
import { formatEui, parseEui } from "./eui.ts";

export interface JoinRequestFields {
  readonly msgtype: "jreq";
  readonly MHdr: number;
  /** "01-02-03-04-05-06-07-08" */
  readonly JoinEui: string;
  readonly DevEui: string;
  readonly DevNonce: number;
  readonly MIC: number;
}

export interface DataFields {
  readonly msgtype: "updf";
  readonly MHdr: number;
  readonly DevAddr: number;
  readonly FCtrl: number;
  /** The low half of the counter. */
  readonly FCnt: number;
  /** Hexadecimal, as FRMPayload. */
  readonly FOpts: string;
  /** -1: none. */
  readonly FPort: number;
  readonly FRMPayload: string;
  readonly MIC: number;
}

/** A proprietary frame, whole. */
export interface ProprietaryFields {
  readonly msgtype: "propdf";
  readonly FRMPayload: string;
}

export type FrameFields = JoinRequestFields | DataFields | ProprietaryFields;

const JOIN_REQUEST = 0x00;
const DATA_UP = [0x40, 0x80];
const PROPRIETARY = 0xe0;
const FTYPE_MASK = 0xe0;
/** RFU and Major: a station forwards nothing in which one of these bits is set. */
const MHDR_REST_MASK = 0x1f;

const JOIN_REQUEST_OCTETS = 23;
const SMALLEST_DATA_OCTETS = 12;
const LARGEST_OCTETS = 255;
const FHDR_END = 8;
const MIC_OCTETS = 4;
const FOPTS_MASK = 0x0f;

/**
 * What a station makes of a frame that it hears; undefined for what it keeps to itself: downlinks, frames that are none, and
 * rejoin-requests, whose 19 or 24 octets it takes for damaged join-requests (lorabasics/basicstation#209).
 */
export function fieldsOf(phyPayload: Uint8Array): FrameFields | undefined {
  const frame = Buffer.from(phyPayload);
  if (frame.length === 0 || (frame[0] & MHDR_REST_MASK) !== 0) return undefined;
  const fType = frame[0] & FTYPE_MASK;
  if (fType === PROPRIETARY) return { msgtype: "propdf", FRMPayload: frame.toString("hex") };
  if (fType === JOIN_REQUEST) return frame.length === JOIN_REQUEST_OCTETS ? joinRequest(frame) : undefined;
  if (!DATA_UP.includes(fType) || frame.length < SMALLEST_DATA_OCTETS) return undefined;
  const portAt = FHDR_END + (frame[5] & FOPTS_MASK);
  const micAt = frame.length - MIC_OCTETS;
  if (portAt > micAt) return undefined;
  return {
    msgtype: "updf",
    MHdr: frame[0],
    DevAddr: frame.readInt32LE(1),
    FCtrl: frame[5],
    FCnt: frame.readUInt16LE(6),
    FOpts: frame.toString("hex", FHDR_END, portAt),
    FPort: portAt === micAt ? -1 : frame[portAt],
    FRMPayload: portAt === micAt ? "" : frame.toString("hex", portAt + 1, micAt),
    MIC: frame.readInt32LE(micAt),
  };
}

function joinRequest(frame: Buffer): JoinRequestFields {
  const euiAt = (at: number) =>
    formatEui(
      Buffer.from(frame.subarray(at, at + 8))
        .reverse()
        .toString("hex"),
    );
  return {
    msgtype: "jreq",
    MHdr: frame[0],
    JoinEui: euiAt(1),
    DevEui: euiAt(9),
    DevNonce: frame.readUInt16LE(17),
    MIC: frame.readInt32LE(19),
  };
}

/** The PHYPayload that a message was made from. @throws PacketError if the fields are none of a frame. */
export function phyPayloadOf(msgtype: FrameFields["msgtype"], members: JsonMembers): Buffer {
  if (msgtype === "jreq") return joinRequestOctets(members);
  if (msgtype === "updf") return dataOctets(members);
  const frame = members.hex("FRMPayload");
  if (frame.length === 0 || frame.length > LARGEST_OCTETS)
    throw members.error("FRMPayload", `has ${frame.length} octets, a frame 1 to ${LARGEST_OCTETS}`);
  if ((frame[0] & FTYPE_MASK) !== PROPRIETARY) throw members.error("FRMPayload", "is no proprietary frame");
  return frame;
}

function joinRequestOctets(members: JsonMembers): Buffer {
  const mhdr = members.oneOf("MHdr", [JOIN_REQUEST]);
  // Newer stations write "EUI" where their server does.
  const eui = (name: string) => {
    const member = members.has(`${name}EUI`) ? `${name}EUI` : `${name}Eui`;
    return Buffer.from(parseEui(members.value(member), `jreq.${member}`), "hex").reverse();
  };
  return Buffer.concat([
    Buffer.of(mhdr),
    eui("Join"),
    eui("Dev"),
    littleEndian(members.integerIn("DevNonce", 0, 0xffff), 2),
    littleEndian(word(members, "MIC"), 4),
  ]);
}

function dataOctets(members: JsonMembers): Buffer {
  const mhdr = members.oneOf("MHdr", DATA_UP);
  const fCtrl = members.integerIn("FCtrl", 0, 0xff);
  const fOpts = members.hex("FOpts");
  if (fOpts.length !== (fCtrl & FOPTS_MASK))
    throw members.error("FOpts", `has ${fOpts.length} octets, FCtrl says ${fCtrl & FOPTS_MASK}`);
  const fPort = members.integerIn("FPort", -1, 0xff);
  const frmPayload = members.hex("FRMPayload");
  if (fPort < 0 && frmPayload.length > 0)
    throw members.error("FRMPayload", `has ${frmPayload.length} octets in a frame without FPort`);
  const frame = Buffer.concat([
    Buffer.of(mhdr),
    littleEndian(word(members, "DevAddr"), 4),
    Buffer.of(fCtrl),
    littleEndian(members.integerIn("FCnt", 0, 0xffff), 2),
    fOpts,
    fPort < 0 ? Buffer.alloc(0) : Buffer.of(fPort),
    frmPayload,
    littleEndian(word(members, "MIC"), 4),
  ]);
  if (frame.length > LARGEST_OCTETS)
    throw new PacketError("updf", `makes ${frame.length} octets, a frame has ${LARGEST_OCTETS} at most`);
  return frame;
}

/** 32 bits, which stations write signed. */
function word(members: JsonMembers, member: string): number {
  return members.integerIn(member, -(2 ** 31), 2 ** 32 - 1) >>> 0;
}

function littleEndian(value: number, octets: 2 | 4): Buffer {
  const buffer = Buffer.alloc(octets);
  buffer.writeUIntLE(value, 0, octets);
  return buffer;
}
