/** The steps of a join as messages between the parties and notes at them, in order. */
import type { Party } from "../../timeline.ts";
import type { AirFrame, JoinReport, ReportedEvent } from "../join-report.ts";
import { decibels, modulation } from "./format.ts";
import { isDownlink } from "./frames.ts";

/** Those that the diagram has a line for, from left to right. */
export const LIFELINES = [
  "device",
  "gateway",
  "network-server",
  "join-server",
  "application-server",
] as const;
export type Lifeline = (typeof LIFELINES)[number];

export interface SequenceStep {
  readonly atMs: number;
  readonly text: string;
  readonly ok: boolean | null;
  readonly from: Lifeline;
  /** Where it goes; the same as `from` for a note. */
  readonly to: Lifeline;
  /** The message does not arrive. */
  readonly lost?: boolean;
}

/** Steps of servers that come about by a message of somebody, or send one. */
const MESSAGES: Readonly<Record<string, readonly [from: Lifeline, to: Lifeline, text: string]>> = {
  "network-server uplink-received": ["gateway", "network-server", "uplink"],
  "join-server join-request-received": ["network-server", "join-server", "JoinReq"],
  "join-server rejoin-request-received": ["network-server", "join-server", "RejoinReq"],
  "join-server join-answered": ["join-server", "network-server", "JoinAns: Success"],
  "join-server join-answer-repeated": ["join-server", "network-server", "JoinAns, as before"],
  "join-server join-refused": ["join-server", "network-server", "JoinAns"],
  "network-server join-accept-scheduled": ["network-server", "gateway", "join-accept"],
  "network-server downlink-scheduled": ["network-server", "gateway", "downlink"],
  "application-server uplink-decrypted": ["network-server", "application-server", "uplink, decrypted there"],
  "join-server app-s-key-requested": ["application-server", "join-server", "AppSKeyReq"],
  "join-server app-s-key-answered": ["join-server", "application-server", "AppSKeyAns"],
  "network-server downlink-queued": ["application-server", "network-server", "downlink"],
};

/** Steps that are worth a note; those that fail always are. */
const NOTES: ReadonlySet<string> = new Set([
  "network-server join-server-discovered",
  "network-server peer-accepted",
  "join-server peer-accepted",
  "join-server mic-checked",
  "join-server dev-nonce-accepted",
  "network-server session-activated",
  "application-server app-s-key-received",
  "device console",
]);

/** What the diagram shows at most. */
const MOST = 90;

/** From power-up to the first data that went both ways, or, of a device that does not get there, as far as there is room. */
export function sequenceSteps(report: JoinReport): { readonly steps: SequenceStep[]; readonly left: number } {
  const endMs = endOf(report);
  const steps = [...report.air.map(airStep), ...report.events.flatMap(eventStep)]
    .filter(({ atMs }) => atMs <= endMs)
    .sort((a, b) => a.atMs - b.atMs);
  return { steps: steps.slice(0, MOST), left: Math.max(0, steps.length - MOST) };
}

function endOf({ air, events }: JoinReport): number {
  const forwarded = events.find(({ step }) => step === "uplink-forwarded");
  if (forwarded === undefined) return Number.POSITIVE_INFINITY;
  const next = air.find((frame) => frame.startMs > forwarded.virtualMs);
  return next !== undefined && isDownlink(next) ? next.endMs + 100 : forwarded.virtualMs;
}

function airStep(frame: AirFrame): SequenceStep {
  const down = isDownlink(frame);
  const got = frame.arrivals.find(({ intact }) => intact === true);
  const stranger = !down && frame.from !== "device" ? `${frame.from}: ` : "";
  const level = got === undefined ? "nobody got it" : `${decibels(got.rssiDbm)} dBm`;
  return {
    atMs: frame.startMs,
    text: `${stranger}${frame.name} (${modulation(frame)}, ${level})`,
    ok: null,
    from: down ? "gateway" : "device",
    to: down ? "device" : "gateway",
    lost: got === undefined,
  };
}

function eventStep({ virtualMs, party, step, ok, text }: ReportedEvent): SequenceStep[] {
  const key = `${party} ${step}`;
  const message = MESSAGES[key];
  if (message !== undefined) {
    const [from, to, words] = message;
    return [{ atMs: virtualMs, text: ok === false ? `${words}: ${text}` : words, ok, from, to }];
  }
  const at = lifelineOf(party);
  if (at === undefined || !(NOTES.has(key) || ok === false)) return [];
  return [{ atMs: virtualMs, text, ok, from: at, to: at }];
}

function lifelineOf(party: Party): Lifeline | undefined {
  return LIFELINES.find((lifeline) => lifeline === party);
}
