/** One program of the fuzz: modules in the device language, and the inputs that it runs on. */

/** The module that exports `run(a: u32, b: u32): u32`. */
export const MAIN = "program.ts";

export interface Program {
  /** What made it: a number that the generator takes, or a name. */
  readonly name: string;
  /**
   * Texts by file name; imports of the language and of the port are put before them. A module imports another by
   * "./file.ts". The port has `trace(value: u32)`, which every target hashes, and `tick(): u16`, which counts
   * and has the program's interrupt occur.
   */
  readonly modules: Readonly<Record<string, string>>;
  /** One call of `run` each, in this order; module-level variables keep their values from call to call. */
  readonly inputs: readonly (readonly [a: number, b: number])[];
  /** Values for `@config` constants; each name occurs in one program only. */
  readonly config?: Readonly<Record<string, number | boolean>>;
}

/** What firmware/lang exports as types alone; the widths are types and casts at once. */
const TYPES = ["AtLeast", "Bytes", "Int", "Records", "Table8", "Table16", "Table32", "TableOf"];
const VALUES = [
  ...["u8", "u16", "u32", "i8", "i16", "i32", "mul32", "rotl8", "rotl16", "rotl32"],
  ...["table8", "table16", "table32", "tableOf", "records", "ascii", "lengthOf", "view", "dispatch"],
  ...["copy", "copyTable", "fill", "wipe", "equal", "assert", "critical"],
  ...["load16le", "load16be", "load32le", "load32be", "store16le", "store16be", "store32le", "store32be"],
  ...["Volatile8", "Volatile16", "Volatile32", "VolatileFlag"],
];
const PORT = ["trace", "tick"];

/** The interrupt handler of a program, which `tick` calls: its vector and its function. */
export function interruptOf({
  modules,
}: Program): { readonly vector: string; readonly name: string } | undefined {
  const found = /@isr (\w+) \*\/\nexport function (\w+)/.exec(modules[MAIN]);
  return found ? { vector: found[1], name: found[2] } : undefined;
}

/** The import of what a text uses of the language and of the port, in one line. */
export function importsOf(text: string, language: string, port: string): string {
  const words = new Set(text.match(/[A-Za-z_]\w*/g));
  const declared = new Set(
    [...text.matchAll(/(?:const|let|function|class) (\w+)/g)].map((match) => match[1]),
  );
  const used = (name: string) => words.has(name) && !declared.has(name);
  const types = TYPES.filter(used).map((name) => `type ${name}`);
  const names = [...types, ...VALUES.filter(used)];
  const fromPort = PORT.filter(used);
  const lines = [
    names.length > 0 ? `import { ${names.join(", ")} } from ${JSON.stringify(language)};` : "",
    fromPort.length > 0 ? `import { ${fromPort.join(", ")} } from ${JSON.stringify(port)};` : "",
  ];
  return `${lines.filter((line) => line !== "").join(" ")}\n`;
}

/** Lines of source, as a measure of what a reducer has reached. */
export function lineCount(program: Program): number {
  return Object.values(program.modules).reduce((sum, text) => sum + text.trim().split("\n").length, 0);
}
