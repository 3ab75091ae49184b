/** The join of an emulated board in one region, with what a network may ask of it everywhere. */
import assert from "node:assert/strict";
import { type JoinReport, runJoin } from "../../../hil/rig/index.ts";
import type { RegionName } from "../../../toolchain/regions/index.ts";

export const VERSIONS = ["1.0.4", "1.1"] as const;

/** Joins and exchanges data; throws where a check of the run does not hold. */
export async function joinIn(
  region: RegionName,
  board: string,
  lorawan: JoinReport["lorawan"],
): Promise<JoinReport> {
  const report = await runJoin({ region, board, lorawan, seed: 1 });
  assert.deepEqual(
    report.checks.filter(({ ok }) => !ok),
    [],
  );
  assert.equal(report.reason, null);
  return report;
}
