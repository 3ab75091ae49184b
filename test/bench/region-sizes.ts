/** What the sensor takes in each region: measured, and as the table of docs/regions.md has it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCompiler } from "../../toolchain/compiler/index.ts";
import { buildImage, ObjectCache, sizeReport } from "../../toolchain/image/index.ts";
import { REGION_NAMES, type RegionChoice, regionFigures } from "../../toolchain/regions/index.ts";
import { loadProcessorBoard } from "../support/processor-board.ts";
import type { Table } from "./table.ts";

const DOCUMENT = new URL("../../docs/regions.md", import.meta.url);
/** The table stands between these lines. */
const BEGIN = "<!-- sizes: npm run bench -- device --write -->";
const END = "<!-- end of sizes -->";

/** The boards of the table, and how it calls them. */
const BOARDS = { "pro-mini-rfm95": "Pro Mini", "nucleo-l073rz-sx1276": "Nucleo-L073RZ" } as const;

type Board = keyof typeof BOARDS;

/** A row for those that differ in frequencies alone: of the first, whose are a few octets longer. */
const AS923 = "AS923-1 to AS923-4";
/** Images with several plans. */
const SEVERAL: Readonly<Record<string, RegionChoice>> = {
  "EU868 and US915": ["EU868", "US915"],
  "all thirteen": REGION_NAMES,
};

interface Row {
  readonly name: string;
  readonly band: string;
  readonly channels: string;
  readonly region: RegionChoice;
}

const ROWS: readonly Row[] = [
  ...REGION_NAMES.filter((name) => !name.startsWith("AS923") || name === "AS923-1").map((region) => {
    const { freq_range_hz, plan } = regionFigures(region);
    const band = `${freq_range_hz.map((hz) => hz / 1e6).join("-")} MHz`;
    return { name: region === "AS923-1" ? AS923 : region, band, channels: plan, region };
  }),
  ...Object.entries(SEVERAL).map(([name, region]) => ({ name, band: "", channels: "both", region })),
];

export type RegionSizes = Readonly<
  Record<string, Readonly<Record<Board, { readonly flashBytes: number; readonly ramBytes: number }>>>
>;

/** Builds the sensor with LoRaWAN 1.1 for each row. `progress` is told what comes next. */
export async function measureRegions(progress: (what: string) => void): Promise<RegionSizes> {
  const compiler = createCompiler();
  const objects = { "pro-mini-rfm95": new ObjectCache(), "nucleo-l073rz-sx1276": new ObjectCache() };
  const sizes: Record<string, RegionSizes[string]> = {};
  for (const { name, region } of ROWS) {
    const of = async (board: Board) => {
      progress(`${board}: ${name}`);
      const outDir = mkdtempSync(join(tmpdir(), "joinery-regions-"));
      try {
        const config = { LORAWAN_1_1: true };
        const image = await buildImage({
          ...{ board: loadProcessorBoard(board), config, region, outDir },
          ...{ compiler, objects: objects[board] },
        });
        const { flashBytes, ramBytes } = sizeReport(image);
        return { flashBytes, ramBytes };
      } finally {
        rmSync(outDir, { recursive: true });
      }
    };
    sizes[name] = {
      "pro-mini-rfm95": await of("pro-mini-rfm95"),
      "nucleo-l073rz-sx1276": await of("nucleo-l073rz-sx1276"),
    };
  }
  return sizes;
}

const boards = Object.keys(BOARDS) as Board[];

export function regionTable(sizes: RegionSizes): Table {
  return {
    title: "The sensor with LoRaWAN 1.1 in each region: octets",
    head: ["region", "band", "channels", ...boards.flatMap((board) => [`${BOARDS[board]} flash`, "RAM"])],
    rows: ROWS.map(({ name, band, channels }) => [
      ...[name, band, channels],
      ...boards.flatMap((board) => {
        const { flashBytes, ramBytes } = sizes[name][board];
        return [flashBytes, ramBytes].map((bytes) => bytes.toLocaleString("en"));
      }),
    ]),
  };
}

/** The document around its table. */
function documentParts(): readonly [before: string, table: string, after: string] {
  const text = readFileSync(DOCUMENT, "utf8");
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`docs/regions.md has no lines ${BEGIN} and ${END}`);
  const start = begin + BEGIN.length;
  return [text.slice(0, start), text.slice(start, end).trim(), text.slice(end)];
}

const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;

export function writeRegions(sizes: RegionSizes): void {
  const { head, rows } = regionTable(sizes);
  const [before, , after] = documentParts();
  const table = [line(head), `|${head.map(() => "---|").join("")}`, ...rows.map(line)].join("\n");
  writeFileSync(DOCUMENT, `${before}\n${table}\n\n${after}`);
}

/** The cells of the document's table, by the first one of each row. */
export function documentedRegions(): ReadonlyMap<string, readonly string[]> {
  const [, table] = documentParts();
  const rows = table.split("\n").slice(2);
  return new Map(
    rows.map((row) => {
      const [name, ...cells] = row
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim());
      return [name, cells];
    }),
  );
}

/** The first cells of the rows that the table should have. */
export const REGION_ROWS = ROWS.map(({ name }) => name);
