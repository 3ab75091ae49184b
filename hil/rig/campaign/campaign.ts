/**
 * A campaign: many schedules of faults, each on a rig of its own, and where one breaks an invariant the smallest that
 * does. All have the firmware, the certificates and the zones in common; databases, sessions, keys and the air are new in
 * each.
 */
import { VIRTUAL_EPOCH_MS } from "../../clock/index.ts";
import { buildFirmware, type FirmwareChoice } from "../build-firmware.ts";
import { Foundation } from "../foundation.ts";
import type { GatewayProtocol } from "../gateway-link.ts";
import { chosenGateways } from "../gateways.ts";
import { JOIN_EUI } from "../names.ts";
import { networksOf } from "../organisations.ts";
import { seededRandom } from "../random.ts";
import { runnableBoard } from "../runnable-board.ts";
import { seededSecrets } from "../secrets.ts";
import { Timeline, type TimelineEntry } from "../timeline.ts";
import type { Drawn } from "./generate.ts";
import type { Violation } from "./invariants.ts";
import { runTrial, type TrialResult } from "./trial.ts";

export interface CampaignChoice extends Omit<FirmwareChoice, "exactLines"> {
  readonly board: string;
  /** The folder of the boards that are the project's own. */
  readonly boards?: string;
  /** How gateway and Network Server speak: the Semtech UDP protocol where not given. */
  readonly gateway?: GatewayProtocol;
}

export interface CampaignOptions extends CampaignChoice {
  /** Schedules. */
  readonly runs: number;
  /** All schedules and all that is random in their runs follow from it. */
  readonly seed: number;
  /** Where a campaign with this seed found what it found: begins there. */
  readonly path?: string;
  readonly onTrial?: (told: TrialTold) => void;
}

/** Told after each run. */
export interface TrialTold {
  /** Of how many schedules this is, from 1 on; in the search for a smaller one, of how many tries. */
  readonly number: number;
  readonly isShrinking: boolean;
  readonly drawn: Drawn;
  readonly result: TrialResult;
}

/** A schedule that breaks an invariant. */
export interface CampaignFailure extends Drawn {
  readonly violation: Violation;
  readonly timeline: readonly TimelineEntry[];
  /** What replays it, with the campaign's seed. */
  readonly path: string;
  /** The schedule that was found first had so many faults, and so many runs made it smaller. */
  readonly foundWithFaults: number;
  readonly shrinkingRuns: number;
}

export interface CampaignReport {
  /** Schedules that were run, those of the search for a smaller one left out. */
  readonly runs: number;
  readonly failure: CampaignFailure | undefined;
  readonly totals: { readonly joins: number; readonly uplinks: number; readonly downlinks: number };
  /** Of all runs together. */
  readonly virtualSeconds: number;
  readonly wallMs: number;
}

/** Where the example is run, its uplinks come so often; downlinks are known by what the device prints. */
const CONFIG = { PERIOD_S: 10 };

/** Throws RigError where it cannot begin. */
export async function runCampaign(options: CampaignOptions): Promise<CampaignReport> {
  const { search } = await import("./generate.ts");
  const { runs, seed, path, onTrial } = options;
  const startedMs = performance.now();
  const totals = { joins: 0, uplinks: 0, downlinks: 0 };
  let ran = 0;
  let shrinkingRuns = 0;
  let virtualSeconds = 0;
  let failed: { readonly drawn: Drawn; readonly result: TrialResult } | undefined;
  return withTrials(options, async (trial) => {
    const fails = async (drawn: Drawn): Promise<boolean> => {
      const isShrinking = failed !== undefined;
      const result = await trial(drawn);
      if (isShrinking) shrinkingRuns++;
      else ran++;
      virtualSeconds += result.seconds;
      for (const name of ["joins", "uplinks", "downlinks"] as const) totals[name] += result[name];
      onTrial?.({ number: isShrinking ? shrinkingRuns : ran, isShrinking, drawn, result });
      // What is shrunk goes on failing in the same way.
      const invariant = result.violation?.invariant;
      if (invariant === undefined || (isShrinking && invariant !== failed?.result.violation?.invariant))
        return false;
      failed = { drawn, result };
      return true;
    };
    const found = await search({ runs, seed, path, fails });
    const failure: CampaignFailure | undefined =
      found && failed
        ? {
            ...failed.drawn,
            violation: failed.result.violation!,
            timeline: failed.result.timeline,
            path: found.path,
            foundWithFaults: found.first.schedule.length,
            shrinkingRuns,
          }
        : undefined;
    return { runs: ran, failure, totals, virtualSeconds, wallMs: performance.now() - startedMs };
  });
}

/** Runs one schedule alone. Throws RigError where it cannot begin. */
export function replaySchedule(choice: CampaignChoice, drawn: Drawn): Promise<TrialResult> {
  return withTrials(choice, (trial) => trial(drawn));
}

async function withTrials<T>(
  choice: CampaignChoice,
  use: (trial: (drawn: Drawn) => Promise<TrialResult>) => Promise<T>,
): Promise<T> {
  const config = { ...(choice.app === undefined ? CONFIG : {}), ...choice.config, PRINT_DOWNLINKS: true };
  const chosen = { ...choice, config };
  const board = runnableBoard(chosen);
  const firmware = await buildFirmware(board, chosen, new Timeline());
  const random = seededRandom(1);
  const startedAt = new Date(VIRTUAL_EPOCH_MS);
  const networks = networksOf({ chosenGateways: chosenGateways(undefined, choice.gateway, random) });
  const foundation = await Foundation.open({
    networks,
    joinEui: JOIN_EUI,
    startedAt,
    secrets: seededSecrets(1),
    random,
  });
  try {
    return await use(({ seed, schedule }) => runTrial(schedule, { ...chosen, seed, firmware, foundation }));
  } finally {
    await foundation.close();
  }
}
