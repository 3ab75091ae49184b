/** Every Lua that bundles are for, and how to run one in it. */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { formatDiagnostics } from "../../../toolchain/compiler/index.ts";
import { compileToLua, type LuaDialect, type LuaResult } from "../../../toolchain/lua/index.ts";

export interface Lua {
  readonly name: string;
  readonly dialect: LuaDialect;
  readonly command: string;
  readonly options: readonly string[];
}

/** 5.1 finds the libraries that are loaded, and does without. */
export const LUAS: readonly Lua[] = [
  { name: "lua5.1 with bit", dialect: "5.1", command: "lua5.1", options: ["-lbit"] },
  {
    name: "lua5.1 with bit32",
    dialect: "5.1",
    command: "lua5.1",
    options: ["-e", "bit32 = require 'bit32'"],
  },
  { name: "lua5.1 with neither", dialect: "5.1", command: "lua5.1", options: [] },
  { name: "luajit", dialect: "5.1", command: "luajit", options: [] },
  { name: "lua5.3", dialect: "5.3", command: "lua5.3", options: [] },
  { name: "lua5.4", dialect: "5.3", command: "lua5.4", options: [] },
];

/** Calls `main` of the bundle with a board of two functions: numbers come by standard input and leave by lines. */
const DRIVER = `
local integer = math.type or function(value) return value % 1 == 0 and "integer" end
function test_input() return io.read("*n") end
function test_output(value)
  assert(integer(value) == "integer")
  io.write(string.format("%d\\n", value))
end
local program = assert(loadfile(arg[1]))()
program.main()
`;

/** The bundle of the program whose main.ts lies in a folder; throws with the diagnostics where it is refused. */
export function bundleOf(folder: string, dialect: LuaDialect, debug = false): LuaResult {
  const result = compileToLua({ entry: join(folder, "main.ts"), dialect, debug });
  if (result.diagnostics.length > 0)
    throw new Error(formatDiagnostics(result.diagnostics, { colour: false }));
  return result;
}

/** Runs a script with arguments and gives what it prints. */
export function runScript(
  { command, options }: Lua,
  folder: string,
  script: string,
  ...values: readonly string[]
): string {
  const file = join(folder, "script.lua");
  writeFileSync(file, script);
  return execFileSync(command, [...options, file, ...values], {
    cwd: folder,
    encoding: "utf8",
    stdio: ["pipe", "pipe", "pipe"],
  });
}

/** What the program writes when it reads `words`. */
export function runBundle(
  { command, options }: Lua,
  folder: string,
  bundle: string,
  words: readonly number[],
): number[] {
  writeFileSync(join(folder, "bundle.lua"), bundle);
  writeFileSync(join(folder, "driver.lua"), DRIVER);
  const output = execFileSync(command, [...options, "driver.lua", "bundle.lua"], {
    cwd: folder,
    input: words.join("\n"),
    encoding: "utf8",
    stdio: ["pipe", "pipe", "pipe"],
  });
  return output.trim().split("\n").map(Number);
}

/** The most local variables that are alive at once in one function, as the compiler of 5.1 lists them. */
export function mostLocals(folder: string, bundle: string): number {
  writeFileSync(join(folder, "bundle.lua"), bundle);
  const listing = execFileSync("luac5.1", ["-l", "-l", "-p", "bundle.lua"], {
    cwd: folder,
    encoding: "utf8",
    maxBuffer: 1e8,
  });
  const functions = listing.split(/^locals \(\d+\).*$/m).slice(1);
  const alive = functions.flatMap((text) => {
    const [own] = text.split(/^upvalues/m);
    const lives = [...own.matchAll(/^\t\d+\t\S.*\t(\d+)\t(\d+)$/gm)].map(([, from, to]) => [+from, +to]);
    return lives.map(([from]) => lives.filter(([a, b]) => a <= from && from < b).length);
  });
  return Math.max(...alive);
}
