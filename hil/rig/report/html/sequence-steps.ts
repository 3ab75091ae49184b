/** The steps of a run as messages between the parties and notes at them, in order. */
import type { Party } from "../../timeline.ts";
import type { AirFrame, ReportedEvent } from "../join-report.ts";
import type { RigRecord } from "../rig-record.ts";
import { decibels, modulation } from "./format.ts";
import { isDownlink } from "./frames.ts";

/** What the diagram has a line for: a device by its name on the air, or a party. */
export type Lifeline = string;

/** Those that a run has, from left to right: of somebody else's network nothing is seen behind its Network Server. */
export function lifelinesOf({ devices, visitedGateway, networkServer }: RigRecord): Lifeline[] {
  const visited = visitedGateway === null ? [] : ["visited-gateway", "visited-network-server"];
  const servers = networkServer === null ? ["join-server", "application-server"] : [];
  const stations = devices.length === 0 ? ["device"] : devices.map(({ name }) => name);
  return [...stations, ...visited, "gateway", "network-server", ...servers];
}

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
const MESSAGES: Readonly<Record<string, readonly [from: Party, to: Party, text: string]>> = {
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
  "visited-network-server uplink-received": ["visited-gateway", "visited-network-server", "uplink"],
  "join-server home-ns-requested": ["visited-network-server", "join-server", "HomeNSReq"],
  "join-server home-ns-answered": ["join-server", "visited-network-server", "HomeNSAns"],
  "network-server roaming-started": ["visited-network-server", "network-server", "PRStartReq"],
  "visited-network-server roaming-started": ["network-server", "visited-network-server", "PRStartAns"],
  "visited-network-server partners-downlink-scheduled": [
    "visited-network-server",
    "visited-gateway",
    "downlink",
  ],
};

/** A gateway of another network, as a Network Server names it: its NetID goes before. */
const VISITED_GATEWAY = /\(.*\bgateway [0-9A-F]{6}\//;

/** Steps that are worth a note; those that fail always are. */
const NOTES: ReadonlySet<string> = new Set([
  "network-server join-server-discovered",
  "network-server peer-accepted",
  "join-server peer-accepted",
  "join-server mic-checked",
  "join-server dev-nonce-accepted",
  "network-server session-activated",
  "network-server mac-requests-answered",
  "visited-network-server peer-accepted",
  "application-server app-s-key-received",
  "device console",
]);

/** What the diagram shows at most; of more, the first and the last. */
const MOST = 90;

export interface SequenceSteps {
  /** Undefined where steps are left out. */
  readonly steps: readonly (SequenceStep | undefined)[];
  readonly left: number;
}

/**
 * Of a join by itself, from power-up to the first data that went both ways; else all of the run. Where that is too much, the
 * middle is left out.
 */
export function sequenceSteps(rig: RigRecord, isJoin: boolean): SequenceSteps {
  const endMs = isJoin ? endOf(rig) : Number.POSITIVE_INFINITY;
  const steps = [
    ...rig.air.flatMap((frame) => airSteps(frame, rig)),
    ...rig.events.flatMap((event) => eventStep(event, rig)),
  ]
    .filter(({ atMs }) => atMs <= endMs)
    .sort((a, b) => a.atMs - b.atMs);
  const left = steps.length - MOST;
  if (left <= 0) return { steps, left: 0 };
  return { steps: [...steps.slice(0, MOST / 2), undefined, ...steps.slice(-MOST / 2)], left };
}

function endOf({ air, events }: RigRecord): number {
  const forwarded = events.find(({ step }) => step === "uplink-forwarded");
  if (forwarded === undefined) return Number.POSITIVE_INFINITY;
  const next = air.find((frame) => frame.startMs > forwarded.virtualMs);
  return next !== undefined && isDownlink(next) ? next.endMs + 100 : forwarded.virtualMs;
}

/** What somebody else's Network Server hears and has sent is seen at the gateway alone. */
function airSteps(frame: AirFrame, rig: RigRecord): SequenceStep[] {
  const onAir = airStep(frame, rig);
  if (rig.networkServer === null) return [onAir];
  const { name, startMs, endMs } = frame;
  if (isDownlink(frame)) {
    return [{ atMs: startMs, text: name, ok: null, from: "network-server", to: "gateway" }, onAir];
  }
  if (onAir.lost) return [onAir];
  return [onAir, { atMs: endMs, text: name, ok: null, from: "gateway", to: "network-server" }];
}

/** From a device to the gateway that got it, or from a gateway to the device that got it. */
function airStep(frame: AirFrame, rig: RigRecord): SequenceStep {
  const down = isDownlink(frame);
  const names = rig.devices.map(({ name }) => name);
  const got = frame.arrivals.filter(
    ({ receiver, intact }) => intact === true && names.includes(receiver) === down,
  );
  const [first] = got;
  const gateway = (eui: string | undefined) =>
    eui !== undefined && eui === rig.visitedGateway ? "visited-gateway" : "gateway";
  const device = (name: string | undefined) =>
    name !== undefined && names.includes(name) ? name : (names[0] ?? "device");
  const isStranger = !down && !names.includes(frame.from);
  const level = first === undefined ? "nobody got it" : `${decibels(first.rssiDbm)} dBm`;
  return {
    atMs: frame.startMs,
    text: `${isStranger ? `${frame.from}: ` : ""}${frame.name} (${modulation(frame)}, ${level})`,
    ok: null,
    from: down ? gateway(frame.from) : device(frame.from),
    to: down ? device(first?.receiver) : gateway(first?.receiver),
    lost: first === undefined,
  };
}

function eventStep(event: ReportedEvent, rig: RigRecord): SequenceStep[] {
  const { virtualMs, party, step, ok, text } = event;
  const key = `${party} ${step}`;
  const message = MESSAGES[key];
  if (message !== undefined) {
    const [, , words] = message;
    const [from, to] = byVisitedNetwork(event, message);
    return [{ atMs: virtualMs, text: ok === false ? `${words}: ${text}` : words, ok, from, to }];
  }
  const at = lifelineOf(event, rig);
  if (at === undefined || !(NOTES.has(key) || ok === false)) return [];
  return [{ atMs: virtualMs, text, ok, from: at, to: at }];
}

/** What the Network Server has from a gateway of another network, or sends to one, goes by that network's server. */
function byVisitedNetwork(
  { party, text }: ReportedEvent,
  [from, to]: readonly [Party, Party, string],
): readonly [Party, Party] {
  if (party !== "network-server" || !VISITED_GATEWAY.test(text)) return [from, to];
  const instead = (end: Party) => (end === "gateway" ? "visited-network-server" : end);
  return [instead(from), instead(to)];
}

/** Lines of a device's console begin with its name, but for those of the first. */
function lifelineOf({ party, text }: ReportedEvent, rig: RigRecord): Lifeline | undefined {
  const lifelines = lifelinesOf(rig);
  if (party !== "device") return lifelines.find((lifeline) => lifeline === party);
  return lifelines.find((lifeline) => text.startsWith(`${lifeline}: `)) ?? lifelines[0];
}
