/** From the firmware of a variant to a program that libFuzzer drives: the C of the board, with clang's sanitizers. */
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { CompileResult, Compiler } from "../../../toolchain/compiler/index.ts";
import { compileForBoard, refuseFaults } from "../../../toolchain/image/index.ts";
import { packageRoot } from "../../../toolchain/package-root.ts";
import { loadProcessorBoard } from "../../support/processor-board.ts";
import { type PlantedBug, plantInC, plantInFirmware } from "./planted-bugs.ts";
import { BLOCK_LENGTH, regionLimits, type Variant } from "./variants.ts";

const HERE = import.meta.dirname;

/** Functions that the harness stands before: their callers get its own of that name, which call them. */
const WRAPPED = [
  { module: "downlink", name: "acceptDownlink" },
  { module: "join", name: "acceptJoin" },
  { module: "device", name: "startDevice" },
  { module: "lorawan_beacon", name: "isBeacon" },
  { module: "class_b", name: "takeBeacon" },
  { module: "multicast_setup", name: "serveMulticastSetup" },
  { module: "multicast", name: "deriveGroupKeys" },
  { module: "multicast_downlink", name: "acceptMulticast" },
];

/** What a refused frame may change, and what a join alone may. */
const BUFFERS = /^(crypto\/|lorawan\/frame\.ts:frame$|lorawan\/downlink\.ts:downlink$)/;
const OF_JOIN = /^lorawan\/session\.ts:(devAddr|\w+Key)$/;

const CHECKS = [
  "-fsanitize=fuzzer,address,undefined",
  "-fno-sanitize-recover=all",
  // What is read before it is written has a value that no program expects.
  "-ftrivial-auto-var-init=pattern",
];

export interface BuildOptions {
  readonly variant: Variant;
  /** Made if need be; receives the C and the program. */
  readonly folder: string;
  readonly bug?: PlantedBug;
  /** One that is kept between builds makes the next one faster. */
  readonly compiler?: Compiler;
}

/** What the firmware of a variant is compiled from. */
export function optionsOf(variant: Variant) {
  return {
    board: loadProcessorBoard(variant.board),
    app: join(HERE, "application.ts"),
    region: variant.region,
    config: { ...variant.config, LORAWAN_1_1: variant.lorawan11 },
  };
}

/**
 * The path of the program. Throws BuildError where the firmware is refused, and Error with clang's words or where it is
 * missing.
 */
export async function buildFuzzer({ variant, folder, bug, compiler }: BuildOptions): Promise<string> {
  const result = compileForBoard({
    ...optionsOf(variant),
    sources: bug && plantInFirmware(bug, packageRoot),
    compiler,
  });
  refuseFaults(result.diagnostics);
  const files = bug ? plantInC(bug, result.files) : result.files;
  mkdirSync(folder, { recursive: true });
  cpSync(join(HERE, "harness"), folder, { recursive: true });
  for (const [name, text] of files) writeFileSync(join(folder, name), text);
  writeFileSync(join(folder, "whole.c"), wholeProgram({ ...result, files }, variant));

  const program = join(folder, "fuzzer");
  await clang(folder, ["-O2", "-c", "judge.c", "-o", "judge.o"]);
  await clang(folder, ["-g", "-O1", "-w", ...CHECKS, "whole.c", "judge.o", "-o", program]);
  return program;
}

async function clang(cwd: string, args: readonly string[]): Promise<void> {
  try {
    await promisify(execFile)("clang", ["-std=gnu11", ...args], { cwd });
  } catch (error) {
    const { code, stderr } = error as { code?: unknown; stderr?: string };
    if (code === "ENOENT") {
      const install = "sudo apt-get install -y clang libclang-rt-dev llvm";
      throw new Error(`There is no clang; install it, and libFuzzer, with this one command:\n\n  ${install}`);
    }
    throw new Error(`clang does not take the program:\n${stderr}`);
  }
}

/** One translation unit, so that the harness sees all state. */
function wholeProgram(result: CompileResult, variant: Variant): string {
  const modules = [...result.files.keys()].filter((name) => name.endsWith(".c"));
  const { REJOIN, CLASS_B, CLASS_C, CERTIFICATION, MULTICAST_SETUP, MAX_GROUPS = 1 } = variant.config;
  const limits = {
    ...{ ...regionLimits(variant), LORAWAN_1_1: variant.lorawan11 ? 1 : 0, BLOCK_LENGTH },
    ...{ ...(REJOIN && { REJOIN: 1 }), ...(CLASS_C && { CLASS_C: 1 }) },
    ...{ LAST_APPLICATION_PORT: CERTIFICATION ? 224 : 223, ...(CERTIFICATION && { CERTIFICATION: 1 }) },
  };
  if (CLASS_B) Object.assign(limits, { CLASS_B: 1 });
  if (MULTICAST_SETUP) Object.assign(limits, { MULTICAST: 1, MAX_GROUPS });
  if (variant.config.ABP) Object.assign(limits, { ABP: 1 });
  const lines = Object.entries(limits).map(([name, value]) => `#define ${name} ${value}`);
  const headers = [...result.files.keys()].filter((name) => name.endsWith(".h"));
  lines.push(...headers.map((name) => `#include "${name}"`));
  for (const file of modules) {
    const wrapped = WRAPPED.filter(({ module }) => file === `${module}.c`);
    for (const { module, name } of wrapped) lines.push(`#define ${module}_${name} firmware_${name}`);
    lines.push(`#include "${file}"`);
    for (const { module, name } of wrapped) lines.push(`#undef ${module}_${name}`);
  }
  lines.push(...stateTable(result));
  // 1.0.4 has one key for what 1.1 has three for.
  const keys = variant.lorawan11 ? [] : ["sNwkSIntKey", "nwkSEncKey"];
  lines.push(...keys.map((key) => `#define session_${key} session_fNwkSIntKey`));
  for (const file of ["world.c", "network.c", "checks.c", "beacons.c", "groups.c", "targets.c"])
    lines.push(`#include "${file}"`);
  return `${lines.join("\n")}\n`;
}

/** All variables of the firmware; tables in flash are none. */
function stateTable({ files, symbols }: CompileResult): string[] {
  const text = [...files.values()].join("\n");
  const isTable = (symbol: string) => new RegExp(`\\bconst\\b[^;{=]*\\b${symbol}\\b`).test(text);
  const variables = [...symbols].filter(([, { symbol }]) => !isTable(symbol));
  const kindOf = (name: string) => (BUFFERS.test(name) ? "BUFFER" : OF_JOIN.test(name) ? "OF_JOIN" : "OTHER");
  const entries = variables.map(
    ([name, { symbol }]) => `  {"${name}", &${symbol}, sizeof ${symbol}, ${kindOf(name)}},`,
  );
  return [
    "typedef struct { const char *name; void *at; unsigned length; enum { OTHER, BUFFER, OF_JOIN } kind; } state_piece;",
    "static const state_piece STATE[] = {",
    ...entries,
    "};",
    `enum { STATE_LENGTH = ${variables.map(([, { symbol }]) => `sizeof ${symbol}`).join(" + ")} };`,
  ];
}
