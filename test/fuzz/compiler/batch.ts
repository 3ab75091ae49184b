/** Many programs as one: what a compile costs besides the programs themselves is paid once. */
import { join } from "node:path";
import ts from "typescript";
import { mend, type Refusal } from "./mend.ts";
import { importsOf, MAIN, type Program } from "./program.ts";
import type { Toolchain } from "./toolchain.ts";

/** The folder of the sources; nothing is written there. */
const FOLDER = "/fuzz";
/** What ends the calls that a target reads. */
export const END = 0xffffffff;

const PORT = `
interface Port { input(): number; output(value: number): void; trace(value: number): void; tick(): number }
let bound: Port;
export function bind(port: Port): void { bound = port; }
/** @extern test_input */
export function input(): u32 { return bound.input(); }
/** @extern test_output */
export function output(value: u32): void { bound.output(value); }
/** @extern test_trace */
export function trace(value: u32): void { bound.trace(value); }
/** @extern test_tick */
export function tick(): u16 { return bound.tick(); }
`;

/** A program, and its number in the batch: its modules are "p<index>.ts" and others of that beginning. */
export interface Member {
  readonly index: number;
  readonly program: Program;
}

/** Programs laid out as the modules of one. */
export interface Layout {
  readonly entry: string;
  readonly sources: Readonly<Record<string, string>>;
  readonly config: Readonly<Record<string, number | boolean>>;
}

/** The file of a module of program `index`. */
export function fileOf(index: number, module: string): string {
  return module === MAIN ? `p${index}.ts` : `p${index}_${module}`;
}

/** Which module of which program a file is, C or TypeScript; undefined: none of a program. */
export function ownerOf(path: string): { readonly index: number; readonly module: string } | undefined {
  const parts = /(?:^|\/)p(\d+)(?:_(\w+))?\.\w+$/.exec(path);
  return parts ? { index: Number(parts[1]), module: parts[2] ? `${parts[2]}.ts` : MAIN } : undefined;
}

export function layOut(members: readonly Member[], language: string): Layout {
  const place = (file: string) => join(FOLDER, file);
  const port = `import type { u16, u32 } from ${JSON.stringify(language)};${PORT}`;
  const sources: Record<string, string> = {
    [place("port.ts")]: port,
    [place("main.ts")]: mainModule(
      members.map(({ index }) => index),
      language,
    ),
  };
  const config: Record<string, number | boolean> = {};
  for (const { index, program } of members) {
    for (const [module, text] of Object.entries(program.modules)) {
      sources[place(fileOf(index, module))] = rendered(index, text, language);
      for (const [name, value] of Object.entries(program.config ?? {})) {
        if (new RegExp(`const ${name}\\b`).test(text)) config[name] = value;
      }
    }
  }
  return { entry: place("main.ts"), sources, config };
}

/** The text of a module of program `index`, with its imports. */
function rendered(index: number, text: string, language: string): string {
  const moved = text.replace(/from "\.\/(\w+\.ts)"/g, (_, file) => `from "./${fileOf(index, file)}"`);
  return importsOf(text, language, "./port.ts") + moved;
}

/** The program that calls whatever it reads: a target that has no way of its own to call runs this. */
function mainModule(all: readonly number[], language: string): string {
  const groups = [...new Set(all.map((i) => i >>> 4))].map((g) => all.filter((i) => i >>> 4 === g));
  const functions = groups.map((group, g) => {
    const clauses = group.map((i) => `    case ${i}: return run${i}(a, b);\n`).join("");
    return `function group${g}(which: u32, a: u32, b: u32): u32 {\n  switch (which) {\n${clauses}  }\n  return 0;\n}\n`;
  });
  const chosen = groups.map(
    ([first], g) => `    if (which >>> 4 === ${first >>> 4}) output(group${g}(which, a, b));\n`,
  );
  return `${all.map((i) => `import { run as run${i} } from "./p${i}.ts";\n`).join("")}import type { u32 } from ${JSON.stringify(language)};
import { input, output } from "./port.ts";
${functions.join("")}export function main(): void {
  let which = input();
  while (which !== ${END}) {
    const a = input();
    const b = input();
${chosen.join("")}    which = input();
  }
}
`;
}

export interface Refused {
  readonly program: Program;
  /** The messages; or what the compiler threw. */
  readonly reason: string;
  readonly crash: boolean;
}

export interface Accepted {
  readonly members: readonly Member[];
  /** The C of the members. */
  readonly files: ReadonlyMap<string, string>;
  readonly refused: readonly Refused[];
  /** How many places were mended. */
  readonly mended: number;
}

/** How often a program is mended before it is given up. */
const ROUNDS = 8;

/**
 * Compiles programs as one. What the compiler refuses is mended where `mending` says so, and left out else; a program
 * that makes it throw is found and left out. What was mended is judged alone until nothing more is said of it.
 */
export function accept(programs: readonly Program[], toolchain: Toolchain, mending: boolean): Accepted {
  const refused: Refused[] = [];
  let mended = 0;
  /** Of these nothing is said so far, but for what the compiler finds only where nothing else is wrong. */
  let quiet: readonly Member[] = [];
  let judged: readonly Member[] = programs.map((program, index) => ({ index, program }));
  for (let round = 0; judged.length > 0; round++) {
    const { found, crashed, files } = judge(judged, toolchain);
    if (files && quiet.length === 0) return { members: judged, files, refused, mended };
    const again = judged.flatMap(({ index, program }) => {
      const crash = crashed.get(index);
      const messages = found.get(index);
      if (crash !== undefined) refused.push({ program, reason: crash, crash: true });
      if (crash !== undefined || messages === undefined) return [];
      const better = mending && round < ROUNDS ? mendProgram(program, messages) : undefined;
      if (better === undefined) {
        refused.push({ program, reason: reasonOf(messages, toolchain), crash: false });
        return [];
      }
      mended += messages.length;
      return [{ index, program: better }];
    });
    quiet = [...quiet, ...judged.filter(({ index }) => !crashed.has(index) && !found.has(index))];
    judged = again;
    if (again.length === 0) {
      judged = quiet.toSorted((a, b) => a.index - b.index);
      quiet = [];
    }
  }
  return { members: [], files: new Map(), refused, mended };
}

interface Judgement {
  /** What is wrong with which program. */
  readonly found: ReadonlyMap<number, readonly ts.Diagnostic[]>;
  /** The programs that make the compiler throw. */
  readonly crashed: ReadonlyMap<number, string>;
  /** The C, where nothing is wrong at all. */
  readonly files: ReadonlyMap<string, string> | undefined;
}

/** What the compiler says of each program; where it throws, half of them are asked at a time. */
function judge(members: readonly Member[], toolchain: Toolchain): Judgement {
  const found = new Map<number, ts.Diagnostic[]>();
  try {
    const { diagnostics, files } = toolchain.compile(layOut(members, toolchain.language));
    for (const diagnostic of diagnostics) {
      const owner = ownerOf(diagnostic.file?.fileName ?? "");
      if (owner === undefined) throw new Error(reasonOf([diagnostic], toolchain));
      found.set(owner.index, [...(found.get(owner.index) ?? []), diagnostic]);
    }
    return { found, crashed: new Map(), files: diagnostics.length === 0 ? files : undefined };
  } catch (error) {
    if (members.length === 1) {
      const text = String((error as Error).stack ?? error);
      return { found, crashed: new Map([[members[0].index, text]]), files: undefined };
    }
    const middle = Math.ceil(members.length / 2);
    const [a, b] = [members.slice(0, middle), members.slice(middle)].map((half) => judge(half, toolchain));
    const crashed = new Map([...a.crashed, ...b.crashed]);
    return { found: new Map([...a.found, ...b.found]), crashed, files: undefined };
  }
}

function mendProgram(program: Program, found: readonly ts.Diagnostic[]): Program | undefined {
  const modules = { ...program.modules };
  for (const module of new Set(found.map(({ file }) => ownerOf(file!.fileName)!.module))) {
    const own = found.filter(({ file }) => ownerOf(file!.fileName)!.module === module);
    const text = modules[module];
    // What stands before the text once it is laid out; names of the program's own files are longer there, too.
    const before = own[0].file!.text.length - text.length;
    const refusals = own.map(({ code, messageText, start, length }): Refusal => {
      const whole = ts.flattenDiagnosticMessageText(messageText, "\n");
      return { code, text: whole, start: start! - before, length: length! };
    });
    const better = mend(module, text, refusals);
    if (better === undefined || better === text) return undefined;
    modules[module] = better;
  }
  return { ...program, modules };
}

function reasonOf(found: readonly ts.Diagnostic[], toolchain: Toolchain): string {
  return toolchain.formatDiagnostics(found, { colour: false });
}
