/**
 * dnmsg, by which a server has a station send a frame, and dntxed, by which the station says that it is on the air. There is no
 * message for a frame that is not sent. LNS protocol of Basics Station, s2e.c (handle_dnmsg, send_dntxed).
 */
import type { FrameToSend } from "../gateway-server.ts";
import type { JsonMembers } from "../json-members.ts";
import { formatEui, parseEui } from "./eui.ts";

/** dC. */
export const DEVICE_CLASSES = { A: 0, B: 1, C: 2 } as const;
export type DeviceClass = keyof typeof DEVICE_CLASSES;

/** A ping slot has no other to go to, RX1 has RX2, and a device of class C listens all the time. */
const PRIORITIES: Readonly<Record<DeviceClass, number>> = { A: 2, B: 3, C: 1 };
const MAX_PRIORITY = 255;
/** RxDelay in seconds; a later instant is said by a later xtime. */
const MAX_RX_DELAY = 15;
const SECOND_US = 1_000_000n;
const LARGEST_OCTETS = 255;

/** What a server adds to a frame: its number, the indexes of data rates, the uplink that it answers, and the time. */
export interface DownlinkContext {
  readonly diid: number;
  readonly dataRateIndex: (rate: FrameToSend["dataRate"]) => number;
  /** Of `timing.after`. */
  readonly uplink: { readonly rctx: bigint; readonly xtime: bigint } | undefined;
  /** Seconds of UTC. */
  readonly muxTime: number;
}

export function dnmsg(frame: FrameToSend, context: DownlinkContext): object {
  const { timing, otherwise } = frame;
  const deviceClass: DeviceClass = timing === undefined ? "C" : "gpsMs" in timing ? "B" : "A";
  const message = {
    msgtype: "dnmsg",
    DevEui: formatEui(frame.devEui),
    dC: DEVICE_CLASSES[deviceClass],
    diid: context.diid,
    pdu: Buffer.from(frame.phyPayload).toString("hex"),
    priority: PRIORITIES[deviceClass],
    MuxTime: context.muxTime,
  };
  const rx = (number: 1 | 2, { dataRate, frequencyHz }: Pick<FrameToSend, "dataRate" | "frequencyHz">) => ({
    [`RX${number}DR`]: context.dataRateIndex(dataRate),
    [`RX${number}Freq`]: frequencyHz,
  });
  if (timing === undefined) return { ...message, ...rx(2, frame), rctx: 0 };
  if ("gpsMs" in timing) {
    const DR = context.dataRateIndex(frame.dataRate);
    return { ...message, DR, Freq: frame.frequencyHz, gpstime: Math.round(timing.gpsMs * 1000), rctx: 0 };
  }
  const { rctx, xtime } = context.uplink!;
  const seconds = timing.delayUs / Number(SECOND_US);
  const RxDelay = Math.min(seconds, MAX_RX_DELAY);
  return {
    ...message,
    RxDelay,
    ...rx(1, frame),
    ...(otherwise === undefined ? {} : rx(2, otherwise)),
    xtime: xtime + BigInt(seconds - RxDelay) * SECOND_US,
    rctx,
  };
}

export interface StationWindow {
  readonly dataRate: number;
  readonly frequencyHz: number;
}

/** A frame that a station is to send. */
export interface StationDownlink {
  readonly devEui: string;
  readonly diid: bigint;
  readonly deviceClass: DeviceClass;
  readonly phyPayload: Buffer;
  readonly priority: number;
  readonly rctx: bigint;
  /** Of the uplink that is answered; 0: none. */
  readonly xtime: bigint;
  /** Seconds from there to the first window. */
  readonly rxDelay: number;
  /** The first window of class A, or the ping slot of class B. */
  readonly first: StationWindow | undefined;
  /** RX2. */
  readonly second: StationWindow | undefined;
  /** Of a ping slot, in microseconds. */
  readonly gpstime: number | undefined;
  readonly preambleSymbols: number | undefined;
  readonly addsCrc: boolean;
  readonly muxTime: number | undefined;
}

/** @throws PacketError at the first member that is missing or wrong. */
export function parseDnmsg(members: JsonMembers): StationDownlink {
  const devEui = ["DevEui", "DevEUI"].find((member) => members.has(member)) ?? "DevEui";
  const dC = members.integerIn("dC", 0, 2);
  const deviceClass = (["A", "B", "C"] as const)[dC];
  const pair = (rate: string, frequency: string): StationWindow | undefined =>
    members.has(rate) || members.has(frequency)
      ? { dataRate: members.integerIn(rate, 0, 15), frequencyHz: members.unsigned(frequency) }
      : undefined;
  const first = deviceClass === "B" ? pair("DR", "Freq") : pair("RX1DR", "RX1Freq");
  const second = deviceClass === "B" ? undefined : pair("RX2DR", "RX2Freq");
  if (first === undefined && second === undefined)
    throw members.error("RX1Freq", "is missing, and so is RX2Freq: there is nowhere to send");
  return {
    devEui: parseEui(members.value(devEui), `dnmsg.${devEui}`),
    diid: members.int64(members.has("diid") ? "diid" : "seqno"),
    deviceClass,
    phyPayload: framed(members),
    priority: members.optional("priority", (member) => members.integerIn(member, 0, MAX_PRIORITY)) ?? 0,
    rctx: members.optional("rctx", (member) => members.int64(member)) ?? 0n,
    xtime: members.optional("xtime", (member) => members.int64(member)) ?? 0n,
    // 0 means 1, as in LoRaWAN.
    rxDelay: Math.max(
      1,
      members.optional("RxDelay", (member) => members.integerIn(member, 0, MAX_RX_DELAY)) ?? 1,
    ),
    first,
    second,
    gpstime: deviceClass === "B" ? members.integerIn("gpstime", 1, Number.MAX_SAFE_INTEGER) : undefined,
    preambleSymbols: members.optional("preamble", (member) => members.integerIn(member, 0, 0xffff)),
    addsCrc: (members.optional("addcrc", (member) => members.integer(member)) ?? 0) !== 0,
    muxTime: members.optional("MuxTime", (member) => members.number(member)),
  };
}

function framed(members: JsonMembers): Buffer {
  const pdu = members.hex("pdu");
  if (pdu.length === 0 || pdu.length > LARGEST_OCTETS)
    throw members.error("pdu", `has ${pdu.length} octets, a frame 1 to ${LARGEST_OCTETS}`);
  return pdu;
}

/** What a station tells of a frame that it sends. Members keep the protocol's names. */
export interface Dntxed {
  readonly diid: bigint;
  readonly DR: number;
  /** Hz. */
  readonly Freq: number;
  readonly DevEui: string;
  readonly rctx: bigint;
  readonly xtime: bigint;
  /** Seconds of UTC. */
  readonly txtime: number;
  /** Microseconds; 0 unless the frame went by it. */
  readonly gpstime: number;
}

export function dntxedMessage(sent: Dntxed): object {
  // Older servers know diid by the name of seqno.
  return { msgtype: "dntxed", seqno: sent.diid, ...sent, DevEui: formatEui(sent.DevEui) };
}

/** What a server needs of it: which frame, and where it went. @throws PacketError */
export function parseDntxed(members: JsonMembers): { diid: bigint; frequencyHz: number | undefined } {
  return {
    diid: members.int64(members.has("diid") ? "diid" : "seqno"),
    frequencyHz: members.optional("Freq", (member) => members.unsigned(member)),
  };
}
