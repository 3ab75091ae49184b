/** Campaigns of faults: schedules at random, invariants, the smallest schedule that breaks one. */
export { AppliedSchedule } from "./apply-schedule.ts";
export {
  type CampaignChoice,
  type CampaignFailure,
  type CampaignOptions,
  type CampaignReport,
  replaySchedule,
  runCampaign,
  type TrialTold,
} from "./campaign.ts";
export type { Drawn } from "./generate.ts";
export { INVARIANTS, type InvariantName, type Violation } from "./invariants.ts";
export {
  describeFault,
  FAULT_KINDS,
  type FaultKind,
  type FaultSchedule,
  parseSchedule,
  type ScheduledFault,
  type When,
} from "./schedule.ts";
export { COMEBACK, FAULTS_END, type TrialResult } from "./trial.ts";
