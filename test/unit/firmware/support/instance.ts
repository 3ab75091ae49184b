/**
 * The firmware as one program with its own memory: each instance is a device that has just been switched on, in
 * the version that the configuration says. (Modules that Node imports exist once only and keep their state.)
 */
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { planFile, type RegionName } from "../../../../toolchain/regions/index.ts";

const FIRMWARE = fileURLToPath(new URL("../../../../firmware", import.meta.url));

type Exports = Record<string, unknown>;
type Program = (require: (specifier: string) => Exports, exports: Exports) => void;

const programs = new Map<string, Program>();

/** The module at `path` as a function, with the constants of `config` in place of those in its source. */
function compiled(path: string, config: Readonly<Record<string, boolean | number>>): Program {
  const key = `${path} ${JSON.stringify(config)}`;
  const known = programs.get(key);
  if (known !== undefined) return known;
  let source = readFileSync(path, "utf8");
  for (const [name, value] of Object.entries(config)) {
    source = source.replace(
      new RegExp(`(@config\\b[^*]*\\*/)\\nexport const ${name}: ([^=]*) = [^;]*;`),
      `$1\nexport const ${name}: $2 = ${value};`,
    );
  }
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2023 },
  });
  const program = new Function("require", "exports", outputText) as Program;
  programs.set(key, program);
  return program;
}

/** The drivers of "#radio", and where each begins. */
const DRIVERS = { sx127x: "radio/sx127x.ts", sx126x: "radio/sx126x/index.ts" } as const;

export type RadioDriver = keyof typeof DRIVERS;

/** The example application, and one whose uplinks fill a frame. */
const APPLICATIONS = {
  sensor: resolve(FIRMWARE, "apps/sensor.ts"),
  longest: fileURLToPath(new URL("longest-payload.ts", import.meta.url)),
} as const;

/** The modules behind "#radio", "#app" and "#region". */
export interface Choices {
  readonly driver?: RadioDriver;
  readonly application?: keyof typeof APPLICATIONS;
  readonly region?: RegionName;
}

/**
 * Loads a device. The function that it returns imports one of its modules, by its path inside firmware/.
 */
export function loadFirmware<T = Exports>(
  config: Readonly<Record<string, boolean | number>> = {},
  { driver = "sx127x", application = "sensor", region = "EU868" }: Choices = {},
): (path: string) => T {
  const modules = new Map<string, Exports>();
  const chosen = new Map([
    ["#app", APPLICATIONS[application]],
    ["#radio", resolve(FIRMWARE, DRIVERS[driver])],
    ["#aes", resolve(FIRMWARE, "crypto/aes-octets.ts")],
    ["#region", resolve(FIRMWARE, "regions", planFile(region))],
  ]);
  const load = (path: string): Exports => {
    const loaded = modules.get(path);
    if (loaded !== undefined) return loaded;
    const exports: Exports = {};
    modules.set(path, exports);
    compiled(path, config)(
      (specifier) => load(chosen.get(specifier) ?? resolve(dirname(path), specifier)),
      exports,
    );
    return exports;
  };
  return (path) => load(resolve(FIRMWARE, path)) as T;
}
