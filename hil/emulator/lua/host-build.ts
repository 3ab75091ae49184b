/** Builds the host (host/*.c) with the machine's C compiler against Debian's Lua; builds are kept. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";

export type LuaDialect = "5.1" | "5.3";

/** A host that can be started. */
export interface LuaHost {
  readonly dialect: LuaDialect;
  /** The program that is the board. */
  readonly path: string;
}

/** There is no host: something is not installed ("missing"), or it does not compile ("failed"). */
export class LuaHostError extends Error {
  override readonly name = "LuaHostError";
  readonly kind: "missing" | "failed";

  constructor(kind: LuaHostError["kind"], message: string) {
    super(message);
    this.kind = kind;
  }
}

const PACKAGES: Readonly<Record<LuaDialect, readonly string[]>> = {
  "5.1": ["lua5.1", "liblua5.1-0-dev"],
  "5.3": ["lua5.3", "liblua5.3-dev"],
};

const FLAGS = ["-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror"];

/** The host for a dialect, from `cacheDir` where it has been built from these sources before. Throws LuaHostError. */
export function buildLuaHost(dialect: LuaDialect, cacheDir: string): LuaHost {
  const compiler = process.env.CC || "cc";
  const headers = `/usr/include/lua${dialect}`;
  requireInstalled(dialect, join(headers, "lua.h"));
  const sources = hostSources();
  const args = [...FLAGS, `-I${headers}`, ...sources, `-llua${dialect}`, "-lm"];
  const hash = createHash("sha256").update(JSON.stringify([compiler, args]));
  for (const file of [...sources, join(dirname(sources[0]), "host.h")]) hash.update(readFileSync(file));
  const path = join(cacheDir, `lua-host-${dialect}-${hash.digest("hex").slice(0, 12)}`);
  if (!existsSync(path)) {
    mkdirSync(cacheDir, { recursive: true });
    const unfinished = `${path}.${process.pid}`; // renamed when complete: a second build at the same time does no harm
    compile(compiler, [...args, "-o", unfinished]);
    renameSync(unfinished, path);
  }
  return { dialect, path };
}

function requireInstalled(dialect: LuaDialect, header: string): void {
  const found = spawnSync(`lua${dialect}`, ["-v"], { stdio: "ignore" });
  if (found.error === undefined && existsSync(header)) return;
  throw new LuaHostError(
    "missing",
    `Lua ${dialect} is not installed: apt-get install ${PACKAGES[dialect].join(" ")}`,
  );
}

function compile(compiler: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(compiler, args, { encoding: "utf8" });
  if ((error as NodeJS.ErrnoException | undefined)?.code === "ENOENT") {
    throw new LuaHostError(
      "missing",
      `there is no C compiler "${compiler}": apt-get install build-essential`,
    );
  }
  if (error) throw new LuaHostError("failed", `${compiler} did not run: ${error.message}`);
  if (status !== 0) throw new LuaHostError("failed", `${compiler} refuses the Lua host:\n${stderr.trim()}`);
}

/** `hil/emulator/lua/host` of the package, from the sources as from `dist/`. */
function hostSources(): string[] {
  let root = import.meta.dirname;
  while (!existsSync(join(root, "package.json"))) root = dirname(root);
  const dir = join(root, "hil", "emulator", "lua", "host");
  return readdirSync(dir)
    .filter((file) => file.endsWith(".c"))
    .sort()
    .map((file) => join(dir, file));
}
