/**
 * The process of a spec that `joinery hil run` runs: `spec-process RESULTS TIMEOUT_MS SPEC`. Mocha runs it, and each thing
 * that happens is a line of JSON in a file, so that what has happened by then is known however the process ends.
 */
import { appendFileSync, utimesSync } from "node:fs";
import Mocha from "mocha";
// By itself: the index loads the whole rig, which the spec may load once more.
import { accountsOfOpenRigs } from "../hil/rig/open-rigs.ts";
import { noteRunning } from "../hil/rig/spec-records.ts";
import { uncutOver } from "../toolchain/process-exit/index.ts";
import { ENDING_SIGNALS } from "./ending-signals.ts";
import type { SpecEvent } from "./spec-results.ts";

const [results, timeoutMs, spec] = process.argv.slice(2);
/** What runs now: a test, or a hook. */
let running: string | undefined;

/** The process is asked to end: what fails from now on fails for that. */
let isEnding = false;

function tell(event: SpecEvent): void {
  if (!isEnding) appendFileSync(results, `${JSON.stringify(event)}\n`);
}
const message = (error: unknown) => (error instanceof Error ? error.message : String(error));
const withAccount = (text: string) => [text, ...accountsOfOpenRigs()].join("\n");

/** So often the process says, by the time of the file, that it answers. */
const ANSWER_EVERY_MS = 1000;
setInterval(() => utimesSync(results, new Date(), new Date()), ANSWER_EVERY_MS).unref();
function cut(): void {
  if (running !== undefined) tell({ event: "cut", name: running, detail: accountsOfOpenRigs().join("\n") });
  isEnding = true;
}
process.on("exit", cut);
// Before the rigs are closed for it.
for (const signal of ENDING_SIGNALS) process.prependListener(signal, cut);
process.prependListener("disconnect", cut);
// Mocha takes it for a failure of what runs now.
process.on("unhandledRejection", (reason) => {
  throw reason;
});

/** Tells the file, and prints nothing. */
class Teller extends Mocha.reporters.Base {
  constructor(runner: Mocha.Runner) {
    super(runner);
    const { EVENT_TEST_BEGIN, EVENT_HOOK_BEGIN, EVENT_HOOK_END, EVENT_TEST_PASS } = Mocha.Runner.constants;
    const { EVENT_TEST_FAIL, EVENT_TEST_PENDING } = Mocha.Runner.constants;
    const begin = ({ title }: { title: string }) => {
      running = title;
      noteRunning(title);
      tell({ event: "begun", name: title });
    };
    runner.on(EVENT_TEST_BEGIN, begin);
    runner.on(EVENT_HOOK_BEGIN, begin);
    runner.on(EVENT_HOOK_END, () => {
      running = undefined;
    });
    runner.on(EVENT_TEST_PASS, ({ title }) => {
      running = undefined;
      tell({ event: "passed", name: title });
    });
    runner.on(EVENT_TEST_PENDING, ({ title }) => {
      running = undefined;
      tell({ event: "skipped", name: title });
    });
    runner.on(EVENT_TEST_FAIL, (test, error) => {
      const { title } = test;
      running = undefined;
      const isTimeout = (error as NodeJS.ErrnoException).code === "ERR_MOCHA_TIMEOUT";
      const late = `did not end within ${test.timeout() / 1000} s`;
      tell({ event: "failed", name: title, detail: isTimeout ? withAccount(late) : message(error) });
    });
  }
}

const mocha = new Mocha({ timeout: Number(timeoutMs), reporter: Teller });
mocha.addFile(spec);
try {
  await mocha.loadFilesAsync();
} catch (error) {
  tell({ event: "not-loaded", detail: message(error) });
  process.exit(1);
}
const failures = await new Promise<number>((resolve) => mocha.run(resolve));
running = undefined;
tell({ event: "finished" });
// A test that has timed out may have left a board half written.
await uncutOver();
// A spec that leaves its rig open must not keep the run from its end.
process.exit(failures > 0 ? 1 : 0);
