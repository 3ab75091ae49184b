/** `npm test`: sets up what is missing, then checks style, types and behaviour. Arguments go to mocha instead of all test files. */
import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { setUp } from "./set-up.mjs";

setUp("test");
const chosen = process.argv.slice(2);
const mocha = chosen.length > 0 ? chosen : ["test/**/*.test.ts"];
const steps = [
  ["style", "@biomejs/biome/bin/biome", "check", "--error-on-warnings", "."],
  ["types", "typescript/bin/tsc", "-p", "tsconfig.json"],
  ["behaviour", "mocha/bin/mocha.js", "--parallel", "--jobs", `${availableParallelism()}`, ...mocha],
];
for (const [what, script, ...args] of steps) {
  process.stderr.write(`joinery: checking ${what}\n`);
  const command = [`node_modules/${script}`, ...args];
  const { status, signal } = spawnSync(process.execPath, command, { stdio: "inherit" });
  if (signal !== null) process.stderr.write(`joinery: checking ${what} was ended by ${signal}\n`);
  if (status !== 0) process.exit(status ?? 1);
}
