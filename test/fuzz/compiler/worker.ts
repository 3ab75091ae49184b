/** A process that compares the programs of one batch after the other; `pool.ts` tells it which. */
import { compare } from "./compare.ts";
import { generateProgram } from "./generator/index.ts";
import type { BatchResult, BatchTask } from "./pool.ts";
import { seedOf } from "./random.ts";
import { targetsNamed } from "./targets.ts";
import { debugBuilds, toolchain } from "./toolchain.ts";

process.on("message", ({ number, seed, from, count, targets, debug }: BatchTask) => {
  const programs = Array.from({ length: count }, (_, i) => generateProgram(seedOf(seed, from + i)));
  compare(programs, targetsNamed(targets), debug ? debugBuilds(toolchain) : toolchain).then(
    (comparison) => process.send!({ number, count, comparison } satisfies BatchResult),
    (error: Error) =>
      process.send!({ number, count, error: String(error.stack ?? error) } satisfies BatchResult),
  );
});
