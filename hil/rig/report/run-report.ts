/** What every run ends with, whatever its scenario. */
import type { Check } from "./join-report.ts";
import type { RigRecord } from "./rig-record.ts";

export interface RunReport {
  readonly scenario: string;
  readonly verdict: "passed" | "failed";
  /** Null when passed: otherwise what went wrong first. */
  readonly reason: string | null;
  readonly board: string;
  readonly lorawan: "1.0.4" | "1.1";
  readonly region: readonly string[];
  readonly seed: number;
  /** Of a scenario that is a spec: its tests. */
  readonly checks: readonly Check[];
  /** Tests of a spec that were left out. Not there where none was. */
  readonly skipped?: readonly string[];
  /** Of a scenario that is a spec: what the rigs that it has opened have seen, in their order. */
  readonly rigs?: readonly RigRecord[];
  readonly wallMs: number;
}
