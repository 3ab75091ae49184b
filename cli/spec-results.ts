/** What a spec's process tells of its tests, and what that comes to. */
import { readFileSync } from "node:fs";
import type { RunReport } from "../hil/rig/index.ts";
import type { SpecChildEnd } from "./spec-child.ts";

/** A line of the file that the process writes. */
export type SpecEvent =
  | { readonly event: "not-loaded"; readonly detail: string }
  | { readonly event: "begun" | "passed" | "skipped"; readonly name: string }
  /** `cut`: the process has ended in the midst of it. */
  | { readonly event: "failed" | "cut"; readonly name: string; readonly detail: string }
  | { readonly event: "finished" };

type SpecVerdict = Pick<RunReport, "verdict" | "reason" | "checks" | "skipped">;

/** As far as it has come. */
export function readEvents(results: string): readonly SpecEvent[] {
  return readFileSync(results, "utf8")
    .split("\n")
    .filter((line) => line.endsWith("}"))
    .map((line) => JSON.parse(line) as SpecEvent);
}

/** The test or hook that has begun and not ended; undefined where none has. */
function runningNow(events: readonly SpecEvent[]): string | undefined {
  const last = events.at(-1);
  return last?.event === "begun" ? last.name : undefined;
}

/** The tests, and what failed around them, such as a hook before all; and what that makes of the spec. */
export function verdictOf(events: readonly SpecEvent[], end: SpecChildEnd): SpecVerdict {
  const checks = events.flatMap((event) => {
    if (event.event === "passed") return [{ name: event.name, ok: true, detail: "" }];
    if (event.event === "failed") return [{ name: event.name, ok: false, detail: event.detail }];
    if (event.event !== "cut") return [];
    return [{ name: event.name, ok: false, detail: `${howEnded(end)}\n${event.detail}`.trimEnd() }];
  });
  const running = runningNow(events);
  if (running !== undefined) checks.push({ name: running, ok: false, detail: howEnded(end) });
  const skipped = events.flatMap((event) => (event.event === "skipped" ? [event.name] : []));
  const reason = reasonOf(events, checks, skipped.length, end);
  return {
    verdict: reason === null ? "passed" : "failed",
    reason,
    checks,
    ...(skipped.length > 0 ? { skipped } : {}),
  };
}

function reasonOf(
  events: readonly SpecEvent[],
  checks: RunReport["checks"],
  skipped: number,
  end: SpecChildEnd,
): string | null {
  const notLoaded = events.find((event) => event.event === "not-loaded");
  if (notLoaded !== undefined) return `the spec cannot be loaded: ${notLoaded.detail}`;
  const failed = checks.find(({ ok }) => !ok);
  if (failed !== undefined) return `${failed.name}: ${failed.detail}`;
  if (!events.some(({ event }) => event === "finished"))
    return `the spec did not come to its end: ${howEnded(end)}`;
  if (checks.length > 0) return null;
  if (skipped === 0) return "the spec holds no test";
  return skipped === 1 ? "its only test was skipped" : `all ${skipped} tests were skipped`;
}

function howEnded({ status, signal, givenUp }: SpecChildEnd): string {
  if (givenUp !== undefined) return givenUp;
  return signal === null
    ? `its process has ended with exit code ${status}`
    : `its process was ended by ${signal}`;
}
