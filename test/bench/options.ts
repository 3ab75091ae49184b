/** What each option of the firmware costs beside the sensor without it, on every emulated board. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { NetworkPlan } from "../../hil/lorawan/index.ts";
import { measureDay } from "../../hil/rig/energy-run.ts";
import { createCompiler } from "../../toolchain/compiler/index.ts";
import { processorOf } from "../../toolchain/image/board.ts";
import { buildImage, ObjectCache, sizeReport } from "../../toolchain/image/index.ts";
import type { RegionChoice } from "../../toolchain/regions/index.ts";
import { loadProcessorBoard } from "../support/processor-board.ts";
import { EMULATED_BOARDS } from "../unit/emulator/support/emulated-boards.ts";
import type { Table } from "./table.ts";

interface Option {
  /** Values of `@config` constants; LORAWAN_1_1 is false where not given. */
  readonly config?: Readonly<Record<string, boolean | number>>;
  readonly region?: RegionChoice;
  /** C that the image needs then. */
  readonly c?: readonly string[];
}

/** C of an application that has a package to be given: the memory for data blocks. */
const BLOCK_SINK = fileURLToPath(new URL("./c/block-sink.c", import.meta.url));

/** What the others are held against: 1.0.4 in EU868. */
export const BASE = "LoRaWAN 1.0.4";

/** An option is a line here, and its figures what `npm run bench -- device --write` makes of it. */
export const OPTIONS: Readonly<Record<string, Option>> = {
  [BASE]: {},
  "LoRaWAN 1.1": { config: { LORAWAN_1_1: true } },
  "LoRaWAN 1.1, REJOIN": { config: { LORAWAN_1_1: true, REJOIN: true } },
  "ADR off": { config: { ADR: false } },
  CONFIRMED: { config: { CONFIRMED: true } },
  FAST_DATA_RATES: { config: { FAST_DATA_RATES: true } },
  LISTEN_BEFORE_TALK: { config: { LISTEN_BEFORE_TALK: true } },
  KEY_SCHEDULE: { config: { KEY_SCHEDULE: true } },
  "PRINT_DOWNLINKS off": { config: { PRINT_DOWNLINKS: false } },
  ABP: { config: { ABP: true } },
  CLASS_B: { config: { CLASS_B: true } },
  CLASS_C: { config: { CLASS_C: true } },
  "CLASS_C and MULTICAST_SETUP": { config: { CLASS_C: true, MULTICAST_SETUP: true } },
  CERTIFICATION: { config: { CERTIFICATION: true } },
  CLOCK_SYNC: { config: { CLOCK_SYNC: true } },
  FRAGMENTATION: { config: { FRAGMENTATION: true }, c: [BLOCK_SINK] },
  FRAGMENTATION_V1: { config: { FRAGMENTATION: true, FRAGMENTATION_V1: true }, c: [BLOCK_SINK] },
  MULTICAST_SETUP: { config: { MULTICAST_SETUP: true } },
  US915: { region: "US915" },
  CN470: { region: "CN470" },
  "EU868 and US915": { region: ["EU868", "US915"] },
};

/** Octets, and cycles that the processor is awake. */
export interface Figures {
  readonly flashBytes: number;
  readonly ramBytes: number;
  /** At worst, interrupt included. */
  readonly stackBytes: number;
  /** From power-up to the first uplink. */
  readonly joinCycles: number;
  /** From an uplink to the next one a minute later, with two empty windows, in the mean. */
  readonly uplinkCycles: number;
}

/** By board and option: of the base its figures, of the others what they add to it. */
export type OptionFigures = Readonly<Record<string, Readonly<Record<string, Figures>>>>;

const FIGURES = ["flashBytes", "ramBytes", "stackBytes", "joinCycles", "uplinkCycles"] as const;
const HEAD = ["", "flash", "RAM", "stack", "join", "uplink"];

/** The gcc of a board's image, and its version. */
export function compilerOf(board: string): { readonly name: string; readonly version: string } {
  const name = processorOf(loadProcessorBoard(board)).family === "avr" ? "avr-gcc" : "arm-none-eabi-gcc";
  return { name, version: execFileSync(name, ["-dumpversion"], { encoding: "utf8" }).trim() };
}

/** Builds the sensor with each option, and runs it. `progress` is told what comes next. */
export async function measureOptions(
  progress: (what: string) => void,
  boards = EMULATED_BOARDS,
  options = OPTIONS,
): Promise<OptionFigures> {
  const compiler = createCompiler();
  const measured: Record<string, Record<string, Figures>> = {};
  for (const board of boards) {
    const objects = new ObjectCache();
    const all = new Map<string, Figures>();
    for (const [name, option] of Object.entries(options)) {
      progress(`${board}: ${name}`);
      all.set(name, await measure(board, option, { compiler, objects }));
    }
    const base = all.get(BASE)!;
    measured[board] = Object.fromEntries(
      [...all].map(([name, figures]) => [name, name === BASE ? base : difference(figures, base)]),
    );
  }
  return measured;
}

async function measure(
  name: string,
  { config, region = "EU868", c }: Option,
  kept: Pick<Parameters<typeof buildImage>[0], "compiler" | "objects">,
): Promise<Figures> {
  const board = loadProcessorBoard(name);
  const outDir = mkdtempSync(join(tmpdir(), "joinery-options-"));
  try {
    const chosen = { LORAWAN_1_1: false, ...config };
    const image = await buildImage({ board, config: chosen, region, c, outDir, ...kept });
    const { flashBytes, ramBytes, stackBytes } = sizeReport(image);
    if (stackBytes === null) throw new Error(`the stack of the image for ${name} is not known`);
    const inRegion = typeof region === "string" ? region : region[0];
    const plan = new NetworkPlan(inRegion);
    const fastest = plan.dataRateIndex({ spreadingFactor: 7, bandwidthHz: 125_000 })!;
    const { join: joining, period } = await measureDay(fastest, image, plan, {
      lorawan: chosen.LORAWAN_1_1 ? "1.1" : "1.0.4",
      region: inRegion,
      personalised: config?.ABP === true,
    });
    const cycles = (seconds: number) => Math.round(seconds * board.clockHz);
    return {
      ...{ flashBytes, ramBytes, stackBytes },
      joinCycles: cycles(joining.processor.active),
      uplinkCycles: cycles(period.processor.active),
    };
  } finally {
    rmSync(outDir, { recursive: true });
  }
}

function difference(now: Figures, before: Figures): Figures {
  return Object.fromEntries(
    FIGURES.map((figure) => [figure, now[figure] - before[figure]]),
  ) as unknown as Figures;
}

/** The options on a board: the base as it is, the others as what they add. */
export function optionTable(board: string, figures: OptionFigures[string]): Table {
  return {
    title: `The sensor on ${board}, and what options add: octets, and cycles of the processor`,
    head: HEAD,
    rows: Object.entries(figures).map(([name, row]) => [
      name,
      ...FIGURES.map((figure) => (name === BASE ? String(row[figure]) : signed(row[figure]))),
    ]),
  };
}

/** What some options add, on every board. */
export function chosenTable(boards: OptionFigures, options: readonly string[]): Table {
  const rows = options.flatMap((option) =>
    Object.entries(boards).map(([board, figures]) => [
      `${option}, ${board}`,
      ...FIGURES.map((figure) => signed(figures[option][figure])),
    ]),
  );
  return { title: "Octets, and cycles of the processor", head: HEAD, rows };
}

function signed(value: number): string {
  return value > 0 ? `+${value}` : String(value);
}
