/**
 * Whose a symbol of the linked program is: a function or variable of the TypeScript sources, of the board's C, or
 * neither.
 */
import { basename } from "node:path";
import type ts from "typescript";
import type { DebugInfo, Scope } from "./dwarf.ts";
import { labelOf, type Origin } from "./size-report.ts";

/** The symbol of a function or variable in C, and where its name is declared. */
export interface CompiledName {
  readonly symbol: string;
  readonly node?: ts.Node;
}

/** What the compiler says of its names, by "lorawan/join.ts:acceptJoin". */
export interface CompilerNames {
  readonly functions: ReadonlyMap<string, CompiledName>;
  /** Module-level variables. */
  readonly symbols: ReadonlyMap<string, CompiledName>;
  /** C functions that a C function may call through dispatch tables. */
  readonly dispatches: ReadonlyMap<string, readonly string[]>;
}

export interface Owner {
  readonly origin: Origin;
  readonly module: string;
  readonly name: string;
}

/** Where the firmware's own modules lie in the package; the compiler names them without it. */
const FIRMWARE = "firmware/";
/** The C that every program of the compiler needs. */
const RUNTIME = /^joinery\.[ch]$/;

export const LIBRARIES = "libgcc and libc";

export class SourceNames {
  readonly #compiled = new Map<string, Owner>();
  readonly #files = new Map<string, string>();
  readonly #ownC: ReadonlySet<string>;
  readonly #dispatches = new Map<string, readonly string[]>();

  /** `ownC`: the C files of the application. */
  constructor(names: CompilerNames, debug: DebugInfo, ownC: readonly string[]) {
    this.#ownC = new Set(ownC);
    for (const { module, name, symbol } of compiledNames(names)) {
      const owner: Owner = { origin: "typescript", module, name };
      this.#compiled.set(symbol, owner);
      const listed = names.dispatches.get(symbol);
      if (listed !== undefined) this.#dispatches.set(labelOf(owner), listed);
    }
    for (const [name, file] of debug.variables) this.#files.set(plain(name), file);
    const visit = ({ name, file, inner }: Scope) => {
      if (file !== "") this.#files.set(plain(name), file);
      inner.forEach(visit);
    };
    debug.functions.forEach(visit);
  }

  /** The owner of a symbol, or of a function by its name in the debug information. */
  ownerOf(symbol: string): Owner {
    const name = plain(symbol);
    return this.#compiled.get(name) ?? this.#ownerByFile(name, this.#files.get(name));
  }

  /** Whether a function that was inlined is a part of its own: helpers of headers belong to who uses them. */
  isPart(name: string): boolean {
    const known = plain(name);
    const file = this.#files.get(known) ?? "";
    return this.#compiled.has(known) || (/\.(c|ts)$/.test(file) && !RUNTIME.test(basename(file)));
  }

  /** C functions that a function of the sources may call through dispatch tables, by its label. */
  dispatchesOf(label: string): readonly string[] {
    return this.#dispatches.get(label) ?? [];
  }

  #ownerByFile(name: string, file: string | undefined): Owner {
    if (file === undefined) return { origin: "library", module: LIBRARIES, name };
    if (file.endsWith(".ts")) {
      // A handler has its vector's name in the C and its number in the program.
      const handlers = [...this.#compiled].filter(
        ([symbol, owner]) => symbol.endsWith("_vect") && basename(owner.module) === basename(file),
      );
      if (handlers.length === 1) return handlers[0][1];
      const module = file.startsWith(FIRMWARE) ? file.slice(FIRMWARE.length) : file;
      return { origin: "typescript", module, name };
    }
    const module = basename(file);
    if (this.#ownC.has(file)) return { origin: "application", module: `./${module}`, name };
    return { origin: RUNTIME.test(module) ? "typescript" : "board", module, name };
  }
}

/** Where functions and variables are declared, by their labels: "lorawan/join.ts:acceptJoin". */
export function sourceNodes(names: CompilerNames): Map<string, ts.Node> {
  return new Map(compiledNames(names).flatMap((owner) => (owner.node ? [[labelOf(owner), owner.node]] : [])));
}

/** What the compiler has named, the modules as reports call them. */
function compiledNames({ functions, symbols }: CompilerNames) {
  const sources = [...functions, ...symbols].map(([source, compiled]) => {
    const at = source.lastIndexOf(":");
    return { module: source.slice(0, at), name: source.slice(at + 1), ...compiled };
  });
  const moduleName = shortNames(sources.map(({ module }) => module));
  return sources.map((source) => ({ ...source, module: moduleName(source.module) }));
}

/**
 * Modules outside the firmware have names that lead there from its folder, "../../../app.ts"; they are told from
 * the folder that holds all of them, "./app.ts".
 */
function shortNames(modules: readonly string[]): (module: string) => string {
  const isOutside = (module: string) => module.startsWith("../");
  const folders = modules.filter(isOutside).map((module) => module.split("/").slice(0, -1));
  let shared = folders[0]?.length ?? 0;
  for (const folder of folders) {
    while (folder.slice(0, shared).join("/") !== folders[0].slice(0, shared).join("/")) shared--;
  }
  return (module) => (isOutside(module) ? `./${module.split("/").slice(shared).join("/")}` : module);
}

/**
 * A symbol without what gcc adds to the names of clones and of static variables: ".constprop.3", ".part.0",
 * ".lto_priv.5".
 */
export function plain(symbol: string): string {
  return symbol.split(".", 1)[0];
}
