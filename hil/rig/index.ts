/** The rig: devices under test, scenarios, faults, reports. */
export { type CaptureFormat, captureOf, joinedCaptures, type RecordedPacket } from "../air/index.ts";
export { VIRTUAL_EPOCH_MS } from "../clock/index.ts";
export * from "./campaign/index.ts";
export { CHOICE_VARIABLE, type CommandChoice } from "./command-choice.ts";
export type { Crystals } from "./crystals.ts";
export type { Debugging } from "./debugging.ts";
export type { Downlink } from "./downlink.ts";
export type { Duration } from "./duration.ts";
export { type EnergyRunOptions, measureEnergy } from "./energy-run.ts";
export { FAULT_NAMES, FAULTS, type Fault } from "./faults.ts";
export type { AirFault, FaultyAir, FrameChoice, FrameKind } from "./faulty-air.ts";
export type { FixtureDevice, Message, PowerCut, SendOptions } from "./fixture-device.ts";
export {
  type BoardReport,
  FleetAborted,
  type FleetCost,
  type FleetOptions,
  type FleetProgress,
  type FleetReport,
  type FleetTotals,
  fleetSummary,
  runFleet,
  type SiteReport,
  type SiteTrust,
} from "./fleet/index.ts";
export { type ForeignRunOptions, runForeignJoin } from "./foreign-run.ts";
export { GATEWAY_PROTOCOLS, type GatewayProtocol } from "./gateway-link.ts";
export type { GatewayChoice } from "./gateways.ts";
export { type JoinRunOptions, runJoin } from "./join-run.ts";
export { LivePage } from "./live-page.ts";
export { type LoneBoardEnd, type LoneBoardOptions, runLoneBoard } from "./lone-board.ts";
export { BlockSender, buildMulticast, classCSessionReq, groupOf, groupSetupReq } from "./packages/index.ts";
export { type AnyReport, reportPage } from "./report/html/index.ts";
export {
  type AirFrame,
  type Check,
  type EnergyOfState,
  type ImageFigures,
  type JoinReport,
  type LuaFigures,
  type MemoryFigures,
  type PeerTrust,
  type ReceiveWindow,
  type ReportedData,
  type ReportedEvent,
  type ReportedFinding,
  type TrustProof,
  WALL_TIMES,
} from "./report/join-report.ts";
export { junitXml } from "./report/junit.ts";
export type { RecordedData, RecordedDevice, RigRecord } from "./report/rig-record.ts";
export type { RunReport } from "./report/run-report.ts";
export { type Palette, summary, timelineHead, timelineLine } from "./report/terminal.ts";
export {
  type DeviceChoice,
  openRig,
  type Rig,
  type RigGateway,
  type RigOptions,
  type Within,
} from "./rig.ts";
export { RigError } from "./rig-error.ts";
export { RECORDS_VARIABLE, type RecordsChoice } from "./spec-records.ts";
export type { Party, TimelineEntry } from "./timeline.ts";
export type { TrustControl } from "./trust-control.ts";
