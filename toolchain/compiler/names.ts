/** Names of C: unique in the program, fit for C, and as near to the source's as that allows. */
import type { Field, FunctionTree, RecordTree, Statement, Variable } from "./tree.ts";
import { walk } from "./walk.ts";

/** The function that a board's `main` calls. */
const ENTRY = "joinery_main";

const KEYWORDS = new Set(
  (
    "auto break case char const continue default do double else enum extern float for goto if inline int long " +
    "register restrict return short signed sizeof static struct switch typedef union unsigned void volatile while " +
    "asm typeof bool true false main memcpy memmove memset NULL FLASH FLASH_U8 FLASH_U16 FLASH_U32 unix linux"
  ).split(" "),
);

/** Whether C, or what the compiler writes beside the program, has a name for itself. */
export function isTakenInC(name: string): boolean {
  return KEYWORDS.has(name);
}

export function functionName(tree: FunctionTree, entry: FunctionTree): string {
  if (tree === entry) return ENTRY;
  return tree.external ?? tree.interrupt ?? `${tree.module.name}_${plain(tree.name)}`;
}

export function moduleVariableName(variable: Variable): string {
  return `${variable.module.name}_${plain(variable.name)}`;
}

/** The C type of a pointer to a function of a dispatch table. */
export function functionTypeName(table: Variable): string {
  return `${moduleVariableName(table)}_function`;
}

export function recordName(record: RecordTree): string {
  return `${record.module.name}_${plain(record.name)}`;
}

export function fieldName(field: Field): string {
  return legal(field.name);
}

/** The names inside one function: parameters and local variables, and what the compiler adds. */
export class LocalNames {
  readonly #taken: Set<string>;
  readonly #names = new Map<Variable, string>();

  /** `globals` are the program's C names, which a local must not hide. */
  constructor(tree: FunctionTree, globals: ReadonlySet<string>) {
    this.#taken = new Set(globals);
    const source = new Set<Variable>(tree.parameters);
    walk(
      tree.body,
      (statement: Statement) => {
        if (statement.kind === "declare") source.add(statement.variable);
      },
      () => {},
    );
    // Equal names in the source hide each other in C as they do in JavaScript; only changed names are made unique.
    for (const variable of source) {
      if (legal(variable.name) === variable.name && !globals.has(variable.name)) {
        this.#names.set(variable, variable.name);
        this.#taken.add(variable.name);
      }
    }
    for (const variable of source) {
      if (!this.#names.has(variable)) this.#names.set(variable, this.fresh(legal(variable.name)));
    }
  }

  of(variable: Variable): string {
    const known = this.#names.get(variable);
    if (known) return known;
    const name = this.fresh(legal(variable.name));
    this.#names.set(variable, name);
    return name;
  }

  /** A name that the function does not use yet. */
  fresh(base: string): string {
    let name = base;
    for (let i = 2; this.#taken.has(name); i++) name = `${base}${i}`;
    this.#taken.add(name);
    return name;
  }
}

function plain(name: string): string {
  return name.replace(/\W/g, "_");
}

function legal(name: string): string {
  const cleaned = plain(name);
  // Names in capitals are macros of the boards' headers: ports, registers, bits.
  return KEYWORDS.has(cleaned) || /^_|^joinery_|_[tP]$|^[A-Z][A-Z0-9_]*$/.test(cleaned)
    ? `${cleaned}_`
    : cleaned;
}
