/** From what a rig has seen to the document of it. */
import { readNonces } from "../../toolchain/provisioning/index.ts";
import type { RecordedPacket } from "../air/index.ts";
import { FType, parseJoinRequest } from "../lorawan/index.ts";
import { peerTrust } from "./compose-report.ts";
import type { FixtureDevice } from "./fixture-device.ts";
import { frameTypeOf } from "./frame-type.ts";
import { joinRx1OffsetUs, printedDownlink } from "./join-checks.ts";
import { NAMES } from "./name-space.ts";
import type { RecordedDevice, RigRecord } from "./report/rig-record.ts";
import { airFrames, receiveWindows, reportedEvents } from "./report/run-record.ts";
import type { Site } from "./site.ts";
import type { Timeline } from "./timeline.ts";

/** What a rig is made of, as far as its record needs it. */
interface Recorded {
  readonly openedIn: string | undefined;
  readonly devices: readonly FixtureDevice[];
  readonly site: Site;
  readonly timeline: Timeline;
  readonly isReal: boolean;
}

/** The record of a rig as far as its run has come. */
export function composeRigRecord({ openedIn, devices, site, timeline, isReal }: Recorded): RigRecord {
  const { packets } = site.recorder;
  const { seen } = site.witness;
  return {
    openedIn: openedIn ?? null,
    devices: devices.map((device) => recordedDevice(device, packets, site)),
    visitedGateway: site.visitedGateway?.eui ?? null,
    networkServer: null,
    isReal,
    trust: {
      server: peerTrust(seen.lastVerdict("network-server", "server", NAMES.joinServer)),
      client: peerTrust(seen.lastVerdict("join-server", "client", NAMES.networkServerAsClient)),
    },
    air: airFrames(packets),
    events: reportedEvents(timeline.entries),
    virtualMs: site.clock.nowNs() / 1e6,
    wallMs: timeline.wallMs,
  };
}

function recordedDevice(
  device: FixtureDevice,
  packets: readonly RecordedPacket[],
  site: Site,
): RecordedDevice {
  const { name, identity, lorawan, radioEvents, consoleLines, emulation, boardName } = device;
  const sent = packets.map(({ transmission }) => transmission).filter(({ from }) => from === name);
  const request = sent.findLast((packet) => frameTypeOf(packet) === FType.joinRequest);
  const { downlinks } = site.organisations.applicationServer;
  return {
    name,
    board: boardName,
    lorawan,
    devEui: identity.devEui,
    joinEui: identity.joinEui,
    devNonce: request === undefined ? null : parseJoinRequest(request.payload).devNonce,
    joinNonce: (emulation && readNonces(emulation.store).lastJoinNonce) ?? null,
    devAddr: device.devAddr ?? null,
    rx1OffsetUs: (request && joinRx1OffsetUs(request.endNs, radioEvents)) ?? null,
    image: emulation?.memory ?? null,
    energy: emulation?.energy(Math.max(0, ...sent.map(({ powerDbm }) => powerDbm))) ?? null,
    receiveWindows: receiveWindows(radioEvents, site.clock.nowNs() / 1e6),
    uplinks: device.uplinks.map(({ devAddr, fCnt, fPort, payload }) => ({
      ...{ devAddr, fCnt, fPort },
      payload: hex(payload),
    })),
    downlinks: downlinks
      .filter(({ devEui }) => devEui === identity.devEui)
      .filter(({ fPort, payload }) => consoleLines.includes(`downlink ${printedDownlink(fPort, payload)}`))
      .map(({ devAddr, fCnt, fPort, payload }) => ({ ...{ devAddr, fCnt, fPort }, payload: hex(payload) })),
  };
}

function hex(octets: Uint8Array): string {
  return Buffer.from(octets).toString("hex");
}
