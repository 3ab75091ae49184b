/** From TypeScript to a Lua program for a board: the files that go into its flash. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { compileToLua, type LuaDialect, type LuaOrigin } from "../lua/index.ts";
import type { LuaBoard } from "./board.ts";
import { compileOptions, type Firmware, refuseFaults } from "./build.ts";
import { BuildError } from "./errors.ts";
import { makeFolder } from "./output-folder.ts";

/** The firmware as Lua. It holds no keys and no names: those are in the board's `device.eeprom`. */
export interface LuaProgram {
  readonly board: LuaBoard;
  readonly dialect: LuaDialect;
  /** Texts by the name in the flash of the board: init.lua, which runs at power-up, hal.lua and joinery.lua. */
  readonly files: ReadonlyMap<string, string>;
  /** Where these files lie. */
  readonly dir: string;
  /** Where each line of joinery.lua comes from, from 0 for its first. */
  readonly origins: readonly (LuaOrigin | undefined)[];
  /** Octets of joinery.lua. */
  readonly bundleBytes: number;
}

const BUNDLE = "joinery.lua";
/**
 * What the program shows of its variables, since each costs heap: the session keys, which the rig compares with those
 * of the servers.
 */
const SHOWN = /^lorawan\/session\.ts:\w+Key$/;
/** What the board adds, in the order in which it runs. */
const BOARD_FILES = ["init.lua", "hal.lua"];

/**
 * Compiles the firmware to Lua and puts it into `outDir`, with what the board adds: ready for upload. Throws
 * BuildError with the compiler's diagnostics, or where the application has C of its own.
 */
export async function buildLuaProgram(
  options: Firmware & {
    readonly board: LuaBoard;
    readonly dialect: LuaDialect;
    readonly outDir: string;
  },
): Promise<LuaProgram> {
  const { board, outDir, compiler: _, c = [], ...firmware } = options;
  if (c.length > 0) {
    throw new BuildError(
      `${board.name} runs a Lua program, which can hold no C: leave "c" out of joinery.json, or choose a board with an image`,
    );
  }
  const { diagnostics, bundle, origins } = compileToLua({
    ...compileOptions({ ...firmware, board }),
    dialect: options.dialect,
    variables: (name) => SHOWN.test(name),
  });
  refuseFaults(diagnostics);
  makeFolder(outDir);
  await writeFile(join(outDir, BUNDLE), bundle);
  const files = new Map([[BUNDLE, bundle]]);
  for (const name of BOARD_FILES) {
    const text = await readFile(join(board.dir, name), "utf8");
    await writeFile(join(outDir, name), text);
    files.set(name, text);
  }
  return {
    board,
    dialect: options.dialect,
    files,
    dir: outDir,
    origins,
    bundleBytes: Buffer.byteLength(bundle),
  };
}
