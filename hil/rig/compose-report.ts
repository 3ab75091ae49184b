/** From what a run has seen to the document of its result. */
import { readNonces } from "../../toolchain/provisioning/index.ts";
import type { RecordedPacket } from "../air/index.ts";
import type { DaneEvidence, PeerVerdict } from "../trust/index.ts";
import { DEVICE_STATION, type DeviceUnderTest } from "./device.ts";
import { type JoinEvidence, joinChecks, printedDownlink, rx1OffsetUs } from "./join-checks.ts";
import { NAMES } from "./name-space.ts";
import { describeFinding, PARTY_NAMES } from "./narration.ts";
import type { Observations } from "./observations.ts";
import type { Check, JoinReport, PeerTrust, TrustProof } from "./report/join-report.ts";
import { airFrames, receiveWindows, reportedEvents } from "./report/run-record.ts";
import type { TimelineEntry } from "./timeline.ts";

/** What was on the air, and what was told. */
export interface RunRecord {
  readonly packets: readonly RecordedPacket[];
  readonly entries: readonly TimelineEntry[];
}

/** The result of a run: what was chosen for it, what was seen, and how long it took. */
export function composeJoinReport(
  chosen: Pick<JoinReport, "board" | "lorawan" | "region" | "seed" | "fault">,
  evidence: JoinEvidence,
  record: RunRecord,
  took: Pick<JoinReport, "virtualMs" | "wallMs">,
): JoinReport {
  const { organisations, device, seen, devEui, joinEui } = evidence;
  const checks = joinChecks(evidence);
  const session = organisations.networkServer.session(devEui);
  const attempt = seen.joinAttempts.at(-1);
  const offsetUs = attempt === undefined ? undefined : rx1OffsetUs(attempt, seen);
  const application = organisations.applicationServer;
  const printed = seen.printed("downlink ");
  const hex = (payload: Uint8Array) => Buffer.from(payload).toString("hex");
  const reason = reasonOf(seen, checks);
  return {
    scenario: "join",
    verdict: reason === null ? "passed" : "failed",
    reason,
    ...chosen,
    networkServer: null,
    image: device.memory,
    join: {
      devEui,
      joinEui,
      devNonces: seen.joinAttempts.map(({ devNonce }) => devNonce),
      devNonce: attempt?.devNonce ?? null,
      joinNonce: readNonces(device.store).lastJoinNonce ?? null,
      devAddr: session?.devAddr ?? null,
      rx1OffsetUs: offsetUs ?? null,
    },
    trust: {
      server: peerTrust(seen.lastVerdict("network-server", "server", NAMES.joinServer)),
      client: peerTrust(seen.lastVerdict("join-server", "client", NAMES.networkServerAsClient)),
    },
    uplinks: application.uplinks.map(({ fCnt, fPort, payload }) => ({
      fCnt,
      fPort,
      payload: hex(payload),
    })),
    downlinks: application.downlinks
      .filter(({ fPort, payload }) => printed.includes(printedDownlink(fPort, payload)))
      .map(({ fCnt, fPort, payload }) => ({ fCnt, fPort, payload: hex(payload) })),
    checks,
    ...deviceRecord(seen, device, record, took.virtualMs),
    ...took,
  };
}

/** What the report tells of the device and of the air, whoever the servers are. */
export function deviceRecord(
  { findings, radioEvents }: Observations,
  device: DeviceUnderTest,
  { packets, entries }: RunRecord,
  endMs: number,
): Pick<JoinReport, "findings" | "air" | "receiveWindows" | "events" | "energy"> {
  return {
    findings: findings.map(({ atNs, message, programCounter, source, caller }) => ({
      virtualMs: atNs / 1e6,
      message,
      programCounter: programCounter ?? null,
      source: source ?? null,
      caller: caller ?? null,
    })),
    air: airFrames(packets),
    receiveWindows: receiveWindows(radioEvents, endMs),
    events: reportedEvents(entries),
    energy: device.energy(Math.max(0, ...sentPowers(packets))) ?? null,
  };
}

/** What ended the run: a misuse of the hardware, else the first refusal of all, else the first check that does not hold. */
export function reasonOf(seen: Observations, checks: readonly Check[]): string | null {
  const [finding] = seen.findings;
  if (finding !== undefined) return `device: misuses the hardware: ${describeFinding(finding)}`;
  const [refusal] = seen.refusals;
  if (refusal !== undefined) return `${PARTY_NAMES[refusal.party]}: ${refusal.text}`;
  const failed = checks.find((check) => !check.ok);
  return failed === undefined ? null : `${failed.name}: ${failed.detail}`;
}

function sentPowers(packets: readonly RecordedPacket[]): number[] {
  return packets.flatMap(({ transmission: { from, powerDbm } }) =>
    from === DEVICE_STATION ? [powerDbm] : [],
  );
}

/** `undefined`: nobody was judged. */
export function peerTrust(verdict: PeerVerdict | undefined): PeerTrust {
  return {
    name: verdict?.name ?? null,
    tlsa: verdict?.tlsa ?? null,
    dnssec: verdict?.dnssec ?? null,
    accepted: verdict?.accepted ?? null,
    reason: verdict?.reason ?? null,
    proof: verdict?.evidence === undefined ? null : trustProof(verdict.evidence),
  };
}

function trustProof({ certificate, signatures, ...tlsa }: DaneEvidence): TrustProof {
  const { notAfterMs, ...facts } = certificate;
  return {
    certificate: { ...facts, notAfter: new Date(notAfterMs).toISOString() },
    ...tlsa,
    signatures: signatures.map(({ expiresAtMs, ...signature }) => ({
      ...signature,
      expires: new Date(expiresAtMs).toISOString(),
    })),
  };
}
