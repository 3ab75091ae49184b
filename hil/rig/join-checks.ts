/** The checks of a join run: every step on both sides, as far as the run has come. */

import { readNonces } from "../../toolchain/provisioning/index.ts";
import type { DeviceRecord } from "../backend/index.ts";
import type { RadioEvent } from "../emulator/chips/index.ts";
import type { DeviceUnderTest } from "./device.ts";
import type { GatewayProtocol } from "./gateway-link.ts";
import { NAMES } from "./name-space.ts";
import { describeFinding } from "./narration.ts";
import type { JoinAttempt, Observations } from "./observations.ts";
import type { Organisations } from "./organisations.ts";
import type { Check } from "./report/join-report.ts";
import { compareSessionKeys } from "./session-keys.ts";

/** RX1 of a join opens so long after the end of the join-request: JOIN_ACCEPT_DELAY1 (RP002-1.0.4, 2.2). */
const JOIN_ACCEPT_DELAY1_US = 5_000_000;
/** How early RX1 may open, in microseconds, beside what the clock may err; late is not allowed at all. */
const RX1_EARLY_US = 2000;

export interface JoinEvidence {
  readonly seen: Observations;
  readonly lorawan: "1.0.4" | "1.1";
  readonly gatewayProtocol: GatewayProtocol;
  readonly uplinksWanted: number;
  /** Frames with MAC commands that the Network Server was to ask the device by. */
  readonly macRequestsWanted: number;
  /** Whether the firmware prints the downlinks that it receives, as it does unless it is configured not to. */
  readonly printsDownlinks: boolean;
  /** How far the board's clock may be off, both ways. */
  readonly clockErrorPpm: number;
  readonly device: DeviceUnderTest;
  readonly devEui: string;
  readonly joinEui: string;
  readonly organisations: Organisations;
  /** The device in the Join Server's database before the run and after it; undefined where it is not registered. */
  readonly registered: {
    readonly before: DeviceRecord | undefined;
    readonly after: DeviceRecord | undefined;
  };
  /** The device in the Join Server's database when its join-request was replayed; undefined where none was. */
  readonly beforeReplay: DeviceRecord | undefined;
}

/** All checks of a run in the order of the join. A check that the run did not come to fails. */
export function joinChecks(evidence: JoinEvidence): Check[] {
  return [
    ...boardChecks(evidence),
    ...nonceChecks(evidence),
    ...gatewayChecks(evidence),
    ...trustChecks(evidence),
    ...joinServerChecks(evidence),
    ...deviceChecks(evidence),
    ...keyChecks(evidence),
    ...dataChecks(evidence),
    ...macChecks(evidence),
    ...replayChecks(evidence),
  ];
}

/** RX1 of a join attempt against five seconds after its end, in microseconds; undefined if it did not open. */
export function rx1OffsetUs(attempt: JoinAttempt, seen: Observations): number | undefined {
  return joinRx1OffsetUs(attempt.transmission.endNs, seen.radioEvents);
}

/** The same of the join-request that ended then. */
export function joinRx1OffsetUs(endNs: number, events: readonly RadioEvent[]): number | undefined {
  const opened = events.find((event) => event.type === "rx-open" && event.atNs > endNs);
  return opened === undefined ? undefined : (opened.atNs - endNs - JOIN_ACCEPT_DELAY1_US * 1000) / 1000;
}

/** The earliest that RX1 may open: the device allows for a slow clock, and may have a fast one. */
function earliestRx1Us(clockErrorPpm: number): number {
  return -RX1_EARLY_US - (2 * clockErrorPpm * JOIN_ACCEPT_DELAY1_US) / 1e6;
}

function check(name: string, ok: boolean, detail: string): Check {
  return { name, ok, detail };
}

export function boardChecks({ device, seen }: Pick<JoinEvidence, "device" | "seen">): Check[] {
  return [
    device.checkMemory(),
    check(
      "board: the firmware uses the hardware as its data sheets allow",
      seen.findings.length === 0,
      seen.findings.map(describeFinding).join("; ") || "no findings",
    ),
  ];
}

export function nonceChecks({ seen }: Pick<JoinEvidence, "seen">): Check[] {
  const nonces = seen.joinAttempts.map((attempt) => attempt.devNonce);
  const increasing = nonces.every((nonce, index) => index === 0 || nonce > nonces[index - 1]);
  const late = seen.joinAttempts.filter((attempt) => attempt.storedDevNonce <= attempt.devNonce);
  return [
    check(
      "device: no DevNonce is used twice",
      nonces.length > 0 && increasing,
      nonces.length === 0 ? "no join-request was sent" : `DevNonces ${nonces.join(", ")}`,
    ),
    check(
      "device: the DevNonce is stored before its transmission",
      nonces.length > 0 && late.length === 0,
      late.length === 0 ? "stored each time" : `not stored when ${late[0].devNonce} went on the air`,
    ),
  ];
}

/** Datagrams prove nothing of who sends them. */
function gatewayChecks({ gatewayProtocol, seen }: JoinEvidence): Check[] {
  if (gatewayProtocol === "udp") return [];
  const server = seen.lastVerdict("gateway", "server", NAMES.stationServer);
  const client = seen.lastVerdict("network-server", "client", NAMES.gatewayAsClient);
  return [
    check(
      "gateway: the Network Server's certificate is the one in its TLSA record",
      server?.accepted === true,
      describeVerdict(server),
    ),
    check(
      "Network Server: the gateway's certificate is the one in its TLSA record",
      client?.accepted === true,
      describeVerdict(client),
    ),
  ];
}

function describeVerdict(verdict: ReturnType<Observations["lastVerdict"]>): string {
  if (verdict === undefined) return "no connection came so far";
  return verdict.reason ?? `TLSA ${verdict.tlsa}, DNSSEC ${verdict.dnssec}`;
}

function trustChecks({ seen }: JoinEvidence): Check[] {
  const discovered = seen.lastEvent("network-server", "join-server-discovered");
  const server = seen.lastVerdict("network-server", "server", NAMES.joinServer);
  const client = seen.lastVerdict("join-server", "client", NAMES.networkServerAsClient);
  return [
    check(
      "Network Server: finds the Join Server of the JoinEUI in signed DNS",
      discovered !== undefined,
      discovered === undefined ? "not found" : `${discovered.detail.target}:${discovered.detail.port}`,
    ),
    check(
      "Network Server: the Join Server's certificate is the one in its TLSA record",
      server?.accepted === true,
      describeVerdict(server),
    ),
    check(
      "Join Server: the Network Server's certificate is the one in its TLSA record",
      client?.accepted === true,
      describeVerdict(client),
    ),
  ];
}

function joinServerChecks({ seen, registered, device }: JoinEvidence): Check[] {
  const mic = seen.lastEvent("join-server", "mic-checked");
  const nonce = seen.lastEvent("join-server", "dev-nonce-accepted");
  const stored = readNonces(device.store).lastJoinNonce;
  const { before, after } = registered;
  const given = after?.lastJoinNonce;
  return [
    check(
      "Join Server: the MIC of the join-request is right",
      mic !== undefined,
      mic === undefined ? "not checked" : `key ${mic.detail.key}`,
    ),
    check(
      "Join Server: the DevNonce is new and the JoinNonce increases",
      nonce !== undefined && after !== undefined && after.lastJoinNonce > (before?.lastJoinNonce ?? 0),
      nonce === undefined
        ? "no DevNonce was accepted"
        : `DevNonce ${nonce.detail.devNonce}, JoinNonce ${nonce.detail.joinNonce}`,
    ),
    check(
      "device: stores the JoinNonce that the Join Server gave",
      given !== undefined && given > 0 && stored === given,
      `stored ${stored ?? "none"}, given ${given ?? "none"}`,
    ),
  ];
}

export function rx1Check({ seen, clockErrorPpm }: Pick<JoinEvidence, "seen" | "clockErrorPpm">): Check {
  const attempt = seen.joinAttempts.at(-1);
  const offset = attempt && rx1OffsetUs(attempt, seen);
  return check(
    "device: RX1 opens no later than nominal, and at most 2 ms and what its clock may err early",
    offset !== undefined && offset <= 0 && offset >= earliestRx1Us(clockErrorPpm),
    offset === undefined ? "RX1 did not open" : `${offset} µs against nominal`,
  );
}

function deviceChecks({ seen, organisations, devEui, clockErrorPpm }: JoinEvidence): Check[] {
  const joined = seen.printed("joined ").at(-1);
  const assigned = organisations.networkServer.session(devEui)?.devAddr;
  return [
    rx1Check({ seen, clockErrorPpm }),
    check(
      "device: joined with the DevAddr that the Network Server assigned",
      joined !== undefined && joined === assigned,
      `device ${joined ?? "not joined"}, Network Server ${assigned ?? "none"}`,
    ),
  ];
}

function keyChecks({ device, organisations, devEui, seen, lorawan }: JoinEvidence): Check[] {
  const compared = compareSessionKeys({
    ...{ lorawan, devEui, organisations },
    readVariable: (name) => device.readVariable(name),
  });
  const ways = seen.serverEvents
    .filter((event) => event.server === "application-server" && event.step === "app-s-key-received")
    .map((event) => String(event.detail.from));
  return [
    ...compared.map(({ name, server, result }) =>
      check(`${name}: equal on device and ${server}`, result === "equal", result),
    ),
    check(
      "AppSKey: the same in the JoinAns's envelope and by AppSKeyReq",
      ways.includes("envelope") && ways.includes("join-server"),
      `came by ${ways.join(" and ") || "neither way"}`,
    ),
  ];
}

function dataChecks({ seen, organisations, uplinksWanted, printsDownlinks }: JoinEvidence): Check[] {
  const { uplinks, downlinks } = organisations.applicationServer;
  const sent = seen.printed("uplink ").map(Number);
  const received = uplinks.map((uplink) => uplink.fCnt);
  const printed = seen.printed("downlink ");
  const queued = downlinks.map(({ fPort, payload }) => printedDownlink(fPort, payload));
  return [
    check(
      "Application Server: decrypts every uplink of the device",
      received.length >= uplinksWanted && received.join() === sent.join(),
      `sent ${sent.join(", ") || "none"}; decrypted ${received.join(", ") || "none"}`,
    ),
    check(
      "device: receives the downlinks of the Application Server",
      queued.length > 0 && queued.join() === printed.join(),
      printsDownlinks
        ? `queued "${queued.join(", ")}"; printed "${printed.join(", ")}"`
        : "the firmware is built with PRINT_DOWNLINKS false, so that the rig cannot see them: run it with PRINT_DOWNLINKS=true",
    ),
  ];
}

function macChecks({ macRequestsWanted, seen }: JoinEvidence): Check[] {
  if (macRequestsWanted === 0) return [];
  const answers = seen.macAnswers;
  return [
    check(
      "device: answers the MAC commands of the Network Server",
      answers.length === macRequestsWanted,
      answers.join("; ") || "none was answered",
    ),
  ];
}

function replayChecks({ beforeReplay, registered }: JoinEvidence): Check[] {
  if (beforeReplay === undefined) return [];
  const [before, after] = [beforeReplay, registered.after].map((record) => JSON.stringify(record));
  const { lastDevNonce, lastJoinNonce } = beforeReplay;
  const detail =
    before === after
      ? `DevNonce ${lastDevNonce}, JoinNonce ${lastJoinNonce}, all as before`
      : `${before} became ${after}`;
  return [check("Join Server: the replay changes nothing", before === after, detail)];
}

/** A downlink as the device prints it after "downlink ": FPort and octets. */
export function printedDownlink(fPort: number, payload: Uint8Array): string {
  return `${fPort}: ${Buffer.from(payload).toString("hex").toUpperCase()}`;
}
