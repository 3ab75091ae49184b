/** Fleets: many boards in one run, over threads. */
export { FleetAborted, type FleetOptions, type FleetProgress, runFleet } from "./fleet.ts";
export type {
  BoardReport,
  FleetCost,
  FleetReport,
  FleetTotals,
  SiteReport,
  SiteTrust,
} from "./fleet-report.ts";
export { fleetSummary } from "./fleet-summary.ts";
