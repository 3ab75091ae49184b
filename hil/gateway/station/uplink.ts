/**
 * What a station forwards: the fields of a frame, and how it was heard. LNS protocol of Basics Station, s2e.c
 * (s2e_flushRxjobs).
 */
import type { JsonMembers } from "../json-members.ts";
import { type FrameFields, phyPayloadOf } from "./frame-fields.ts";

export const UPLINKS = ["jreq", "updf", "propdf"] as const;

/** The end of `fields` in the message. Members keep the protocol's names. */
export interface Hearing {
  /** Seconds of the server's own time, by its MuxTime; 0 where it told none. */
  readonly RefTime: number;
  /** Index of the data rate. */
  readonly DR: number;
  /** Hz. */
  readonly Freq: number;
  readonly upinfo: {
    /** The antenna. */
    readonly rctx: bigint;
    /** The end of the packet. */
    readonly xtime: bigint;
    /** The same in microseconds of GPS time; 0: the station does not know. */
    readonly gpstime: number;
    /** Nanoseconds to be added to the second, -1 where the radio does not measure them. */
    readonly fts: number;
    readonly rssi: number;
    readonly snr: number;
    /** Seconds of UTC by the station's own clock. */
    readonly rxtime: number;
  };
}

export function uplinkMessage(fields: FrameFields, hearing: Hearing): object {
  return { ...fields, ...hearing };
}

/** An uplink as the server needs it. */
export interface StationUplink {
  readonly phyPayload: Buffer;
  readonly dataRate: number;
  readonly frequencyHz: number;
  readonly rctx: bigint;
  readonly xtime: bigint;
  readonly rssiDbm: number;
  readonly snrDb: number;
}

/** @throws PacketError at the first member that is missing or wrong. */
export function parseUplink(msgtype: FrameFields["msgtype"], members: JsonMembers): StationUplink {
  const phyPayload = phyPayloadOf(msgtype, members);
  const upinfo = members.object("upinfo");
  const xtime = upinfo.int64("xtime");
  if (xtime <= 0n) throw upinfo.error("xtime", `is ${xtime}, no time of a radio`);
  return {
    phyPayload,
    dataRate: members.integerIn("DR", 0, 15),
    frequencyHz: members.unsigned("Freq"),
    rctx: upinfo.int64("rctx"),
    xtime,
    rssiDbm: upinfo.number("rssi"),
    snrDb: upinfo.number("snr"),
  };
}
