/** What happened, in words: the texts of the timeline and of the reasons. */
import type { Transmission } from "../air/index.ts";
import type { ServerEvent } from "../backend/index.ts";
import type { RadioEvent } from "../emulator/chips/index.ts";
import { FType, parseJoinRequest } from "../lorawan/index.ts";
import type { PeerVerdict } from "../trust/index.ts";
import type { DeviceFinding } from "./device.ts";
import { frameTypeOf } from "./frame-type.ts";
import type { Party } from "./timeline.ts";

/** The parties as people write them. */
export const PARTY_NAMES: Readonly<Record<Party, string>> = {
  rig: "rig",
  device: "device",
  air: "air",
  gateway: "gateway",
  "network-server": "Network Server",
  "join-server": "Join Server",
  "application-server": "Application Server",
  "visited-gateway": "gateway C",
  "visited-network-server": "Network Server C",
};

const FRAME_NAMES: Readonly<Record<string, string>> = {
  beacon: "beacon",
  [FType.joinRequest]: "join-request",
  [FType.joinAccept]: "join-accept",
  [FType.unconfirmedDataUp]: "unconfirmed uplink",
  [FType.unconfirmedDataDown]: "unconfirmed downlink",
  [FType.confirmedDataUp]: "confirmed uplink",
  [FType.confirmedDataDown]: "confirmed downlink",
  [FType.rejoinRequest]: "rejoin-request",
};

/** Words of the documents that a step's name writes in small letters. */
const DOCUMENTS_WORDS: readonly [RegExp, string][] = [
  [/\bapp-s-key\b/, "AppSKey"],
  [/\bdev-nonce\b/, "DevNonce"],
  [/\bmic\b/, "MIC"],
  [/\bmac\b/, "MAC"],
  [/\bhome-ns\b/, "HomeNS"],
  [/\bjoin-(request|accept)\b/, "join\u2010$1"],
];

/** A misuse of the hardware and its place in the program: "file.ts:12 (0x1a2b)". */
export function describeFinding({ message, source, caller, programCounter }: DeviceFinding): string {
  if (programCounter === undefined) return message;
  const address = `0x${programCounter.toString(16)}`;
  const place = source === undefined ? address : `${source.file}:${source.line} (${address})`;
  const from = caller === undefined ? "" : `, called at ${caller.file}:${caller.line}`;
  return `${message}, at ${place}${from}`;
}

/** "join-request-received" as a person writes it: "join-request received". */
function stepInWords(step: string): string {
  const named = DOCUMENTS_WORDS.reduce((text, [word, written]) => text.replace(word, written), step);
  return named.replaceAll("-", " ").replaceAll("\u2010", "-");
}

/** A step of a server, with what it tells of it or why it went wrong. */
export function describeServerEvent(event: ServerEvent): string {
  const step = stepInWords(event.step);
  if (!event.ok) return `${step}: ${event.reason}`;
  const detail = Object.entries(event.detail).map(([name, value]) => `${name} ${abbreviated(value)}`);
  return detail.length === 0 ? step : `${step} (${detail.join(", ")})`;
}

/** Long identifiers are told by their beginning. */
function abbreviated(value: string | number | boolean): string {
  return typeof value === "string" && /^[0-9A-F]{32,}$/.test(value) ? `${value.slice(0, 8)}…` : String(value);
}

/** How one end of a TLS connection judged the other. */
export function describeVerdict(verdict: PeerVerdict): string {
  const peer = `TLS ${verdict.role} ${verdict.name ?? "without a name"}`;
  return verdict.accepted
    ? `accepts ${peer} (TLSA ${verdict.tlsa}, DNSSEC ${verdict.dnssec})`
    : `refuses ${peer}: ${verdict.reason}`;
}

/** Of a PHYPayload. */
const JOIN_REQUEST_OCTETS = 23;

/** What a packet on the air is: "join-request". */
export function frameName(transmission: Transmission): string {
  return FRAME_NAMES[frameTypeOf(transmission) ?? ""] ?? "frame";
}

/** A packet on the air: what it is, whose, and where. */
export function describeTransmission(transmission: Transmission): string {
  const { payload, from, frequencyHz, startNs, endNs } = transmission;
  const name = frameName(transmission);
  const isWhole = payload.length === JOIN_REQUEST_OCTETS;
  const nonce = name === "join-request" && isWhole ? `, DevNonce ${parseJoinRequest(payload).devNonce}` : "";
  const rate = transmission.modulation === "lora" ? `SF${transmission.spreadingFactor}` : "FSK";
  const place = `${(frequencyHz / 1e6).toFixed(1)} MHz ${rate}`;
  return `${name} of ${payload.length} octets from ${from} on ${place}, ${((endNs - startNs) / 1e6).toFixed(1)} ms${nonce}`;
}

/** What the device's radio did, where no packet on the air tells it already. */
export function describeRadioEvent(event: RadioEvent): string | undefined {
  const megahertz = (event.frequencyHz / 1e6).toFixed(3);
  if (event.type === "carrier-start") return `continuous wave at ${megahertz} MHz, ${event.powerDbm} dBm`;
  if (event.type === "carrier-end") return `end of the continuous wave at ${megahertz} MHz`;
  const rate = event.spreadingFactor === undefined ? "FSK" : `SF${event.spreadingFactor}`;
  const place = `${megahertz} MHz ${rate}`;
  switch (event.type) {
    case "rx-open":
      return `receiver on at ${place}`;
    case "rx-done":
      return `receives ${event.payload.length} octets, ${event.rssiDbm.toFixed(0)} dBm, ${event.snrDb.toFixed(1)} dB SNR`;
    case "rx-timeout":
      return "hears nothing in the window";
    default:
      return undefined;
  }
}
