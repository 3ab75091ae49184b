/** The compiler: how long it takes, and what its C costs beside C by hand and beside other implementations. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createCompiler } from "../../toolchain/compiler/index.ts";
import { type CryptoFigures, compareCrypto } from "./crypto.ts";
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

export function compilerBench(): Bench {
  const times = measureTimes();
  const crypto = compareCrypto();
  const peers: readonly Peers[] = JSON.parse(readFileSync(new URL("./peers.json", import.meta.url), "utf8"));
  const comparisons = crypto.map(({ core, gcc, compiled, byHand }) =>
    cryptoTable(
      `AES-128 and CMAC on the ${core}, gcc ${gcc} -Os`,
      compiled,
      byHand,
      peers.find((p) => p.core === core)!,
    ),
  );
  return { tables: [timesTable(times), ...comparisons], data: { times, crypto } };
}

// ---- times

function measureTimes(): Times {
  const cold = (what: string) => {
    const args = ["--import", "tsx", "test/bench/cold.ts", what];
    return Number(execFileSync(process.execPath, args, { cwd: ROOT, encoding: "utf8" }));
  };
  const runs = Array.from({ length: COLD_RUNS }, () => [cold("check"), cold("compile")]);
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

// ---- AES and CMAC

/** Figures of other implementations on a core; null where there are none. */
interface Peers {
  readonly core: string;
  readonly implementations: readonly {
    readonly name: string;
    readonly aesBytes: number | null;
    readonly bytes: number | null;
    readonly key: number | null;
    readonly block: number | null;
    readonly cmac20: number | null;
  }[];
}

const FIGURES = ["aesBytes", "bytes", "key", "block", "cmac20"] as const;

function cryptoTable(title: string, compiled: CryptoFigures, byHand: CryptoFigures, peers: Peers): Table {
  const row = (name: string, figures: Peers["implementations"][number] | CryptoFigures) => [
    name,
    ...FIGURES.map((figure) => figures[figure]?.toString() ?? "-"),
  ];
  return {
    title,
    head: ["", "AES octets", "+ CMAC", "key cycles", "block", "CMAC-20"],
    rows: [
      row("compiled from TypeScript", compiled),
      row("C by hand, same algorithm", byHand),
      ["ratio", ...FIGURES.map((figure) => (compiled[figure] / byHand[figure]).toFixed(3))],
      ...peers.implementations.map((peer) => row(peer.name, peer)),
    ],
  };
}
