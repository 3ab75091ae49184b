/** From TypeScript to a Lua program for a board: the files that go into its flash. */
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { compileToLua, type LuaDialect } from "../lua/index.ts";
import type { LuaBoard } from "./board.ts";
import { boardConfig, type Firmware, refuseFaults } from "./build.ts";

/** The firmware as Lua. It holds no keys and no names: those are in the board's `device.eeprom`. */
export interface LuaProgram {
  readonly board: LuaBoard;
  readonly dialect: LuaDialect;
  /** Texts by the name in the flash of the board: init.lua, which runs at power-up, hal.lua and joinery.lua. */
  readonly files: ReadonlyMap<string, string>;
  /** Where these files lie. */
  readonly dir: string;
  /** Octets of joinery.lua. */
  readonly bundleBytes: number;
}

const BUNDLE = "joinery.lua";
/** What the board adds, in the order in which it runs. */
const BOARD_FILES = ["init.lua", "hal.lua"];

/**
 * Compiles the firmware to Lua and puts it into `outDir`, with what the board adds: ready for upload. Throws
 * BuildError with the compiler's diagnostics.
 */
export async function buildLuaProgram(
  options: Firmware & {
    readonly board: LuaBoard;
    readonly dialect: LuaDialect;
    readonly outDir: string;
  },
): Promise<LuaProgram> {
  const { board, outDir, compiler: _, ...firmware } = options;
  const { diagnostics, bundle } = compileToLua({ ...firmware, boardConfig: boardConfig(board) });
  refuseFaults(diagnostics);
  await mkdir(outDir, { recursive: true });
  await writeFile(join(outDir, BUNDLE), bundle);
  const files = new Map([[BUNDLE, bundle]]);
  for (const name of BOARD_FILES) {
    await copyFile(join(board.dir, name), join(outDir, name));
    files.set(name, await readFile(join(board.dir, name), "utf8"));
  }
  return { board, dialect: options.dialect, files, dir: outDir, bundleBytes: Buffer.byteLength(bundle) };
}
