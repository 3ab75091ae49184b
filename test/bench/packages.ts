/** What each application package adds to the sensor's image under LoRaWAN 1.0.4. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildImage, sizeReport } from "../../toolchain/image/index.ts";
import { loadProcessorBoard } from "../support/processor-board.ts";
import type { Table } from "./table.ts";

/** The packages, and the configuration that chooses each. */
export const PACKAGES: Readonly<Record<string, Readonly<Record<string, boolean>>>> = {
  TS003: { CLOCK_SYNC: true },
  "TS004 v2": { FRAGMENTATION: true },
  "TS004 v1": { FRAGMENTATION: true, FRAGMENTATION_V1: true },
  TS005: { MULTICAST_SETUP: true },
  TS009: { CERTIFICATION: true },
};

/** C of an application that has a package to be given: the memory for data blocks. */
const BLOCK_SINK = fileURLToPath(new URL("./c/block-sink.c", import.meta.url));

/** The boards, and the compiler of their images. */
export const PACKAGE_BOARDS = {
  "pro-mini-rfm95": "avr-gcc",
  "nucleo-l073rz-sx1276": "arm-none-eabi-gcc",
} as const;

/** Octets of an image. */
interface Footprint {
  readonly flashBytes: number;
  readonly ramBytes: number;
  readonly stackBytes: number;
}

/** What a package costs. */
export interface PackageFigures extends Footprint {
  readonly board: string;
  readonly gcc: string;
  readonly package: string;
}

async function footprint(board: string, config: Readonly<Record<string, boolean>>): Promise<Footprint> {
  const outDir = mkdtempSync(join(tmpdir(), "joinery-packages-"));
  try {
    const image = await buildImage({
      board: loadProcessorBoard(board),
      config: { LORAWAN_1_1: false, ...config },
      c: config.FRAGMENTATION ? [BLOCK_SINK] : [],
      outDir,
    });
    const { flashBytes, ramBytes, stackBytes } = sizeReport(image);
    if (stackBytes === null) throw new Error(`the stack of the image for ${board} is not known`);
    return { flashBytes, ramBytes, stackBytes };
  } finally {
    rmSync(outDir, { recursive: true });
  }
}

/** Builds the sensor with and without each package. */
export async function measurePackages(): Promise<PackageFigures[]> {
  const figures: PackageFigures[] = [];
  for (const [board, compiler] of Object.entries(PACKAGE_BOARDS)) {
    const gcc = execFileSync(compiler, ["-dumpversion"], { encoding: "utf8" }).trim();
    const without = await footprint(board, {});
    for (const [name, config] of Object.entries(PACKAGES)) {
      const image = await footprint(board, config);
      figures.push({
        board,
        gcc,
        package: name,
        flashBytes: image.flashBytes - without.flashBytes,
        ramBytes: image.ramBytes - without.ramBytes,
        stackBytes: image.stackBytes - without.stackBytes,
      });
    }
  }
  return figures;
}

/** The figures as `npm run bench -- device` prints them. */
export function packageTable(figures: readonly PackageFigures[]): Table {
  return {
    title: "What an application package adds to the sensor's image, LoRaWAN 1.0.4, in octets",
    head: ["", "", "flash", "RAM", "stack"],
    rows: figures.map((one) => [
      one.package,
      one.board,
      ...[one.flashBytes, one.ramBytes, one.stackBytes].map(String),
    ]),
  };
}
