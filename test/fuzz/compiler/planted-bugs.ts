/**
 * Bugs of code generators and of proofs, as changes of the compiler's sources: the fuzz must find each.
 *
 * The first six are what earlier trials of this compiler got wrong. A change that no longer applies is an error: then
 * the sources have moved, and the bug is to be planted where they now are.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Modules, type Toolchain, toolchainOf } from "./toolchain.ts";

export interface PlantedBug {
  readonly name: string;
  /** In toolchain/. */
  readonly file: string;
  /** Occurs once in the file. */
  readonly find: string;
  readonly replacement: string;
  /** Targets that can show it; Node alone shows a false proof. */
  readonly targets: readonly string[];
}

export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    name: "a negative value is shifted left as it is",
    file: "compiler/lower-arithmetic.ts",
    find: "if (value.min < 0 || value.max * 2 ** count.max > result.max) return false;",
    replacement: "if (value.max * 2 ** count.max > result.max) return false;",
    targets: ["host-O0"],
  },
  {
    name: "the factors of mul32 have no parentheses",
    file: "compiler/emit-expressions.ts",
    find: 'if (value.kind !== "binary") return text;',
    replacement: 'if (value.kind !== "binary" || parent.operator === "*") return text;',
    targets: ["host-O0"],
  },
  {
    name: "a negative value is shifted right by 16 and more as an unsigned one",
    file: "compiler/lower-arithmetic.ts",
    find: 'type = range.min < 0 ? "i32" : "u32";',
    replacement: 'type = "u32";',
    targets: ["host-O0", "avr"],
  },
  {
    name: "an intermediate is computed in a type that holds its operands only",
    file: "compiler/lower-arithmetic.ts",
    find: "const type = exactType(isShift ? [result, a] : [result, a, b]);",
    replacement: "const type = exactType(isShift ? [a] : [a, b]);",
    targets: ["host-O0", "avr"],
  },
  {
    name: "constants of 32 bits are unsigned long",
    file: "compiler/emit-expressions.ts",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a piece of the compiler's source
    find: 'return `${type === "u32" ? "UINT32_C" : "INT32_C"}(${digits})`;',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a piece of the compiler's source
    replacement: 'return type === "u32" ? `${digits}UL` : `INT32_C(${digits})`;',
    targets: ["host-O0"],
  },
  {
    name: "unsigned 16 bits are left to C's promotion",
    file: "compiler/widths.ts",
    find: 'if (type === "int" || carries(left) || carries(right)) return',
    replacement: 'if (type === "int" || type === "uint" || carries(left) || carries(right)) return',
    targets: ["host-O0"],
  },
  {
    name: "operands are evaluated in C's order",
    file: "compiler/order.ts",
    find: "(this.changes(later) && !this.#stable(part, later)) ||",
    replacement: "",
    targets: ["host-O0", "avr", "lua5.3"],
  },
  {
    name: "an index may be as large as the length",
    file: "compiler/bounds.ts",
    find: "const inside = index.max < min ||",
    replacement: "const inside = index.max <= min ||",
    targets: ["host-O0"],
  },
  {
    name: "a comparison by < proves what <= would",
    file: "compiler/refine.ts",
    find: "const form = combine(combine(lower, upper, -1), constantForm(1), gap);",
    replacement: "const form = combine(combine(lower, upper, -1), constantForm(1), 2 * gap);",
    targets: [],
  },
  {
    name: "what is known outlives the call that changes it",
    file: "compiler/range-calls.ts",
    find: "if (writes.has(place.fields.at(-1) ?? place.variable)) evaluator.state!.forget(place);",
    replacement: "",
    targets: [],
  },
  {
    name: "what is known of a field outlives a store through another name",
    file: "compiler/range-stores.ts",
    find: 'target.kind === "field" && other !== place && other.fields.at(-1) === target.field;',
    replacement: "false && other !== place;",
    targets: [],
  },
  {
    name: "local storage is never zeroed",
    file: "compiler/lower-statements.ts",
    find: "const blank = at.blanks.has(statement);",
    replacement: "const blank = true;",
    targets: ["host-O0"],
  },
  {
    name: "octets that overlap are copied as if they did not",
    file: "compiler/lower-statements.ts",
    find: 'mayOverlap(target, source) ? "memmove" : "memcpy"',
    replacement: '"memcpy"',
    targets: ["host-O0"],
  },
  {
    name: "a label that is never met takes its body with it",
    file: "compiler/lower-statements.ts",
    find: "needed: possible || body.length > 0",
    replacement: "needed: possible",
    targets: ["host-O0"],
  },
  {
    name: "Lua keeps more than the low bits of a cast",
    file: "lua/dialect-53.ts",
    find: 'return bits(operand, "&", number(2 ** width - 1));',
    replacement: 'return width === 16 ? operand : bits(operand, "&", number(2 ** width - 1));',
    targets: ["lua5.3"],
  },
  {
    name: "Lua 5.1 adds bits that two values share",
    file: "lua/dialect-51.ts",
    find: 'if (!disjoint(left.range, right.range)) return viaLibrary(helper, "bor", left, right);',
    replacement: "",
    targets: ["lua5.1-with-neither"],
  },
  {
    name: "Lua 5.1 multiplies beyond the digits of its numbers",
    file: "lua/dialect-51.ts",
    find: 'code: call(helper("mul32"), left.code, right.code)',
    replacement: "code: lua51.low(multiply(left.code, right.code), 32)",
    targets: ["lua5.1-with-neither"],
  },
];

/** What of the compiler a bug shows in: what it accepts and how it orders, its C, or its Lua. */
function partOf({ targets }: PlantedBug): string {
  return targets.length === 0 ? "all" : targets.every((name) => name.startsWith("lua")) ? "Lua" : "C";
}

/** The first bug in each part of the compiler: those that the short form looks for. */
export const SHORT_FORM = PLANTED_BUGS.filter(
  (bug, index) => PLANTED_BUGS.findIndex((other) => partOf(other) === partOf(bug)) === index,
);

const repository = fileURLToPath(new URL("../../../", import.meta.url));

/** The file of the compiler with the bug in it. Throws where it has no place for it. */
export function planted({ name, file, find, replacement }: PlantedBug): string {
  const source = readFileSync(join(repository, "toolchain", file), "utf8");
  const places = source.split(find).length - 1;
  if (places !== 1) throw new Error(`'${name}' has ${places} places in toolchain/${file}, not one`);
  return source.replace(find, () => replacement);
}

/** Runs `action` with a copy of the compiler that has the bug. Throws where the sources have no place for it. */
export async function withPlanted<T>(
  bug: PlantedBug,
  action: (toolchain: Toolchain) => Promise<T>,
): Promise<T> {
  const root = mkdtempSync(join(tmpdir(), "joinery-planted-"));
  try {
    for (const part of ["package.json", "toolchain", "firmware"]) {
      cpSync(join(repository, part), join(root, part), { recursive: true });
    }
    symlinkSync(join(repository, "node_modules"), join(root, "node_modules"));
    writeFileSync(join(root, "toolchain", bug.file), planted(bug));
    const face = (name: string) => import(pathToFileURL(join(root, "toolchain", name, "index.ts")).href);
    const modules: Modules = { ...(await face("compiler")), ...(await face("lua")) };
    return await action(toolchainOf(modules, join(root, "firmware", "lang", "index.ts")));
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
