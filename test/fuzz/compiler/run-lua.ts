/** Every Lua that the project knows, on the bundle of a batch. */
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LUAS, type Lua } from "../../unit/lua/luas.ts";
import { type Accepted, END, layOut } from "./batch.ts";
import { type Call, HASH, type Outcomes, type Run, runCalls, wordsOf } from "./calls.ts";
import { interruptOf } from "./program.ts";
import type { Toolchain } from "./toolchain.ts";

/** Words by lines on standard input; for each call the checksum of what was traced and of its value. */
function driver(members: Accepted["members"]): string {
  const vectors = members.flatMap(({ index, program }) => {
    const interrupt = interruptOf(program);
    return interrupt ? [`[${index}] = "${interrupt.vector}"`] : [];
  });
  return `
local vectors = { ${vectors.join(", ")} }
local hash, ticks, words, handler, program = ${HASH}, 0, 0, nil, nil
function test_input()
  local word = io.read("*n")
  -- Of each three words the first says which program runs.
  if words % 3 == 0 then handler = vectors[word] and program.interrupts[vectors[word]] end
  words = words + 1
  return word
end
function test_trace(value) hash = (hash * 31 + value) % 4294967296 end
function test_tick()
  if handler then handler() end
  ticks = ticks + 1
  return (ticks - 1) % 65536
end
function test_output(value)
  test_trace(value)
  io.write(string.format("%d\\n", hash))
  io.flush()
  hash, ticks = ${HASH}, 0
end
program = assert(loadfile(arg[1]))()
program.main()
`;
}

const LIMIT_MS = 60_000;

export interface LuaTarget {
  readonly name: string;
  run(accepted: Pick<Accepted, "members">, folder: string, bundles: Bundles): Promise<Outcomes>;
}

export const LUA_TARGETS: readonly LuaTarget[] = LUAS.map((lua) => ({
  name: lua.name.replaceAll(" ", "-"),
  run: async ({ members }, folder, bundles) => runLua(lua, members, folder, bundles),
}));

/** The bundles of one batch's members. The targets of a dialect run the same, so each is made once. */
export class Bundles {
  /** Time in milliseconds that making them has taken, by dialect: it is no one target's. */
  readonly times = new Map<Lua["dialect"], number>();
  readonly #toolchain: Toolchain;
  readonly #made = new Map<string, string | Error>();

  constructor(toolchain: Toolchain) {
    this.#toolchain = toolchain;
  }

  /** The bundle; or what broke the compiler. */
  of(members: Accepted["members"], dialect: Lua["dialect"]): string | Error {
    const key = [dialect, ...members.map(({ index }) => index)].join(" ");
    const bundle = this.#made.get(key) ?? this.#make(members, dialect);
    this.#made.set(key, bundle);
    return bundle;
  }

  #make(members: Accepted["members"], dialect: Lua["dialect"]): string | Error {
    const { compileToLua, formatDiagnostics, language } = this.#toolchain;
    const from = performance.now();
    try {
      const { bundle, diagnostics } = compileToLua({ ...layOut(members, language), dialect });
      return diagnostics.length === 0 ? bundle : new Error(formatDiagnostics(diagnostics, { colour: false }));
    } catch (error) {
      return error as Error;
    } finally {
      this.times.set(dialect, (this.times.get(dialect) ?? 0) + performance.now() - from);
    }
  }
}

function runLua(lua: Lua, members: Accepted["members"], folder: string, bundles: Bundles): Outcomes {
  const bundle = bundles.of(members, lua.dialect);
  if (bundle instanceof Error) return broken(bundle, lua, members, folder, bundles);
  const own = join(folder, `lua-${lua.dialect}`);
  mkdirSync(own, { recursive: true });
  writeFileSync(join(own, "bundle.lua"), bundle);
  writeFileSync(join(own, "driver.lua"), driver(members));
  return runCalls(members, (calls) => runBundle(lua, own, calls));
}

/** What breaks the compiler is found by halves. */
function broken(
  error: Error,
  lua: Lua,
  members: Accepted["members"],
  folder: string,
  bundles: Bundles,
): Outcomes {
  if (members.length === 1) return new Map([[members[0].index, [{ failure: String(error.stack) }]]]);
  const middle = Math.ceil(members.length / 2);
  const halves = [members.slice(0, middle), members.slice(middle)];
  return new Map(halves.flatMap((half) => [...runLua(lua, half, folder, bundles)]));
}

function runBundle({ command, options }: Lua, folder: string, calls: readonly Call[]): Run {
  const { stdout, stderr, status, signal } = spawnSync(command, [...options, "driver.lua", "bundle.lua"], {
    cwd: folder,
    input: wordsOf(calls, END).join("\n"),
    encoding: "utf8",
    timeout: LIMIT_MS,
  });
  const values = stdout.trim() === "" ? [] : stdout.trim().split("\n").map(Number);
  if (status === 0) return { values };
  return { values, failure: stderr.trim().split("\n")[0] || `ended by ${signal ?? `status ${status}`}` };
}
