/** Names in the bundle: those of the chunk, unique in the whole program, and those inside one function. */
import * as lua from "typescript-to-lua";
import type { tree } from "../compiler/index.ts";

/** Words of Lua, of any version, and the global names that the runtime's own text uses. */
const RESERVED =
  "and break do else elseif end false for function goto if in local nil not or repeat return then true until while " +
  "assert bit bit32 error math pairs pcall string table type unpack spread _G _ENV arg self " +
  "always floor byte band bor bxor mul32 zeros rows fill copy copyText equal load16le load16be load32le load32be " +
  "store16le store16be store32le store32be SPILLED";

function plain(name: string): string {
  return name.replace(/\W/g, "_");
}

/** The names of the chunk. */
export class ChunkNames {
  readonly #taken = new Set(RESERVED.split(" "));
  readonly #names = new Map<object, string>();

  /** Keeps a name from being given: one of the board's. */
  reserve(name: string): void {
    this.#taken.add(name);
  }

  /** The name of a function or module-level variable: its own, or with its module's before it. */
  of(named: tree.FunctionTree | tree.Variable): string {
    const known = this.#names.get(named);
    if (known) return known;
    const own = plain(named.name);
    const name = this.#taken.has(own) ? this.fresh(`${named.module.name}_${own}`) : this.fresh(own);
    this.#names.set(named, name);
    return name;
  }

  has(name: string): boolean {
    return this.#taken.has(name);
  }

  /** A name that the chunk does not have yet. */
  fresh(base: string): string {
    let name = base;
    for (let i = 2; this.#taken.has(name); i++) name = `${base}_${i}`;
    this.#taken.add(name);
    return name;
  }
}

/** The names inside one function: each is given once, so that no block hides what another needs. */
export class FunctionNames {
  readonly #chunk: ChunkNames;
  readonly #taken = new Set<string>();
  readonly #names = new Map<tree.Variable, string>();

  constructor(chunk: ChunkNames) {
    this.#chunk = chunk;
  }

  find(variable: tree.Variable): lua.Identifier | undefined {
    const known = this.#names.get(variable);
    return known === undefined ? undefined : lua.createIdentifier(known);
  }

  set(variable: tree.Variable, name: string): void {
    this.#names.set(variable, name);
  }

  fresh(base: string): string {
    const own = plain(base);
    let name = own;
    for (let i = 2; this.#taken.has(name) || this.#chunk.has(name); i++) name = `${own}_${i}`;
    this.#taken.add(name);
    return name;
  }
}
