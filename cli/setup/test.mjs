/**
 * `npm test`: sets up what is missing, then checks style, types and behaviour. Arguments go to mocha instead of all
 * test files.
 */
import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { setUp } from "./set-up.mjs";

setUp("test");
const chosen = process.argv.slice(2);
/** Whose files take longest: they are the first, so that none of them is left to run alone at the end. */
const LONGEST = ["fuzz", "e2e", "vectors", "device"];
/** A third of the time a test waits, for another process or a clock. */
const JOBS = Math.ceil(1.5 * availableParallelism());
const all = [...LONGEST, `!(${LONGEST.join("|")})`].map((folder) => `test/${folder}/**/*.test.ts`);
const mocha = chosen.length > 0 ? chosen : all;
const steps = [
  ["style", "@biomejs/biome/bin/biome", "check", "--error-on-warnings", "."],
  ["types", "typescript/bin/tsc", "-p", "tsconfig.json"],
  ["behaviour", "mocha/bin/mocha.js", "--parallel", "--jobs", `${JOBS}`, ...mocha],
];
for (const [what, script, ...args] of steps) {
  process.stderr.write(`joinery: checking ${what}\n`);
  const command = [`node_modules/${script}`, ...args];
  const { status, signal } = spawnSync(process.execPath, command, { stdio: "inherit" });
  if (signal !== null) process.stderr.write(`joinery: checking ${what} was ended by ${signal}\n`);
  if (status !== 0) process.exit(status ?? 1);
}
