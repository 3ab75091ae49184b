/** The compiler: how long it takes. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createCompiler } from "../../toolchain/compiler/index.ts";
import { type Bench, median, type Table } from "./table.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const CHANGED = fileURLToPath(new URL("../../firmware/lorawan/device.ts", import.meta.url));
const COLD_RUNS = 5;
const WARM_RUNS = 9;

/** Milliseconds, medians. */
interface Times {
  readonly check: number;
  readonly cold: number;
  /** Again by the same compiler, after a change to one module. */
  readonly changed: number;
  /** Again by the same compiler, nothing changed. */
  readonly unchanged: number;
}

export function compilerBench(progress: (what: string) => void): Bench {
  const times = measureTimes(progress);
  return { tables: [timesTable(times)], data: { times } };
}

// ---- times

function measureTimes(progress: (what: string) => void): Times {
  const cold = (what: string) => {
    const args = ["--import", "tsx", "test/bench/cold.ts", what];
    return Number(execFileSync(process.execPath, args, { cwd: ROOT, encoding: "utf8" }));
  };
  const runs = Array.from({ length: COLD_RUNS }, (_, i) => {
    progress(`compiler: cold, ${i + 1} of ${COLD_RUNS}`);
    return [cold("check"), cold("compile")];
  });
  progress("compiler: again and again");
  const compiler = createCompiler();
  const text = readFileSync(CHANGED, "utf8");
  const again = (change: string) => {
    const start = performance.now();
    const { diagnostics } = compiler.compile({ sources: { [CHANGED]: text + change } });
    if (diagnostics.length > 0) throw new Error("the firmware does not compile");
    return performance.now() - start;
  };
  again("");
  const changed = Array.from({ length: WARM_RUNS }, (_, i) => again(`\nexport const BENCH = ${i};\n`));
  const unchanged = Array.from({ length: WARM_RUNS }, () => again("\n"));
  return {
    check: median(runs.map(([check]) => check)),
    cold: median(runs.map(([, compile]) => compile)),
    changed: median(changed),
    unchanged: median(unchanged.slice(1)),
  };
}

function timesTable({ check, cold, changed, unchanged }: Times): Table {
  const row = (name: string, time: number, ratio: string) => [name, `${time.toFixed(0)} ms`, ratio];
  return {
    title: "The whole firmware to C",
    head: ["", "median", "ratio"],
    rows: [
      row("TypeScript alone (tsc --noEmit)", check, ""),
      row("compiled, cold", cold, `${(cold / check).toFixed(2)} of TypeScript alone`),
      row("again, one module changed", changed, `${(changed / cold).toFixed(2)} of cold`),
      row("again, nothing changed", unchanged, `${(unchanged / cold).toFixed(2)} of cold`),
    ],
  };
}
