/**
 * Runs one program under Node, as C on this host, and as C on an emulated ATmega328P, on the same inputs:
 * all must agree.
 *
 * The program reads and writes 32-bit values through two extern functions. C is compiled with every
 * warning as an error; on the host gcc's checks for undefined behaviour run along.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type CompileResult, compile, formatDiagnostics } from "../../../toolchain/compiler/index.ts";
import { END } from "../../fuzz/compiler/batch.ts";
import { C_FLAGS } from "../../fuzz/compiler/c-program.ts";
import type { Run } from "../../fuzz/compiler/calls.ts";
import { AVR_PORT, runAvrImage } from "../../fuzz/compiler/run-avr.ts";
import { HOST_CHECKS, HOST_PORT, runHostProgram } from "../../fuzz/compiler/run-host.ts";

const firmware = fileURLToPath(new URL("../../../firmware/", import.meta.url));
export const LANGUAGE = join(firmware, "lang", "index.ts");

/** A function `run(a: u32, b: u32): u32` in a module of its own; further modules beside it by file name. */
export interface Case {
  readonly name: string;
  /** Without the import of the language, which is put before it. */
  readonly source: string;
  readonly inputs: readonly (readonly [a: number, b: number])[];
}

/** Everything that a test's source may use; the types in capitals, beside the casts. */
export const LANGUAGE_IMPORTS = `import type { Bytes, Int, Table8, Table16, Table32, u8 as U8, u16 as U16, u32 as U32, i8 as I8, i16 as I16, i32 as I32, AtLeast, Records, TableOf } from ${JSON.stringify(LANGUAGE)};
import { ascii, assert, copy, copyTable, critical, dispatch, equal, fill, i8, i16, i32, lengthOf, load16be, load16le, load32be, load32le, mul32, rotl8, rotl16, rotl32, store16be, store16le, store32be, store32le, table8, table16, table32, u8, u16, u32, view, Volatile8, Volatile16, Volatile32, VolatileFlag, wipe, records, tableOf } from ${JSON.stringify(LANGUAGE)};
`;

const PORT = `import type { u32 } from ${JSON.stringify(LANGUAGE)};
let read: () => number;
let write: (value: number) => void;
export function bind(input: () => number, output: (value: number) => void): void {
  read = input;
  write = output;
}
/** @extern test_input */
export function input(): u32 {
  return read();
}
/** @extern test_output */
export function output(value: u32): void {
  write(value);
}
`;

/** The port of a program on one of the targets, above the C that reads and writes words there. */
function portOn(words: string): string {
  return `#include "port.h"
#define END UINT32_C(${END})
${words}
void joinery_main(void);
uint32_t test_input(void) { return port_read(); }
void test_output(uint32_t value) { port_write(value); }
int main(void) { joinery_main(); return 0; }
`;
}

function mainModule(cases: readonly Case[]): string {
  const imports = cases.map((_, i) => `import { run as run${i} } from "./case${i}.ts";`);
  const clauses = cases.map((_, i) => `      case ${i}:\n        output(run${i}(a, b));\n        break;`);
  return `${imports.join("\n")}
import { input, output } from "./port.ts";
export function main(): void {
  let which = input();
  while (which !== ${END}) {
    const a = input();
    const b = input();
    switch (which) {
${clauses.join("\n")}
    }
    which = input();
  }
}
`;
}

/** The source texts of a program of cases, by file name. */
export function programOf(cases: readonly Case[]): Record<string, string> {
  const sources: Record<string, string> = { "main.ts": mainModule(cases), "port.ts": PORT };
  cases.forEach(({ source }, i) => {
    sources[`case${i}.ts`] = LANGUAGE_IMPORTS + source;
  });
  return sources;
}

/** Writes texts into a new folder, and removes it after `action`. */
export function inFolder<T>(
  texts: Iterable<readonly [name: string, text: string]>,
  action: (folder: string) => T,
): T {
  const folder = mkdtempSync(join(tmpdir(), "joinery-compiler-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    for (const [name, text] of texts) writeFileSync(join(folder, name), text);
    const result = action(folder);
    if (result instanceof Promise) return result.finally(remove) as T;
    remove();
    return result;
  } catch (error) {
    remove();
    throw error;
  }
}

/** Compiles the program whose main.ts lies in a folder; throws with the diagnostics where it is refused. */
export function compileProgram(folder: string): CompileResult {
  const result = compile({ entry: join(folder, "main.ts") });
  if (result.diagnostics.length > 0)
    throw new Error(formatDiagnostics(result.diagnostics, { colour: false }));
  return result;
}

export interface Outcome {
  readonly name: string;
  readonly a: number;
  readonly b: number;
  readonly node: number;
  readonly host: number;
  /** Undefined where the ATmega328P was not asked. */
  readonly avr: number | undefined;
}

/** The results of every case on every input: under Node, on this host, and on an emulated ATmega328P. */
export async function runEverywhere(
  cases: readonly Case[],
  options: { readonly avr: boolean },
): Promise<Outcome[]> {
  return inFolder(Object.entries(programOf(cases)), async (folder) => {
    const calls = cases.flatMap((test, which) =>
      test.inputs.map(([a, b]) => ({ which, a, b, name: test.name })),
    );
    const words = Uint32Array.from([...calls.flatMap(({ which, a, b }) => [which, a, b]), END]);
    const { files } = compileProgram(folder);
    const host = runHost(folder, files, words);
    const avr = options.avr ? runAvr(folder, files, words, calls.length) : undefined;
    const node = await runNode(folder, words);
    return calls.map(({ name, a, b }, i) => ({ name, a, b, node: node[i], host: host[i], avr: avr?.[i] }));
  });
}

/** Writes the files and a port into a folder of their own: the folder, and the names of the C files. */
function layOut(
  folder: string,
  name: string,
  files: ReadonlyMap<string, string>,
  port: string,
): [string, string[]] {
  const build = join(folder, name);
  mkdirSync(build);
  for (const [file, text] of files) writeFileSync(join(build, file), text);
  writeFileSync(join(build, "test_port.c"), port);
  return [build, [...files.keys(), "test_port.c"].filter((file) => file.endsWith(".c"))];
}

function runHost(folder: string, files: ReadonlyMap<string, string>, words: Uint32Array): readonly number[] {
  const [build, sources] = layOut(folder, "host", files, portOn(HOST_PORT));
  execFileSync("gcc", [...C_FLAGS, "-O2", ...HOST_CHECKS, "-o", "program", ...sources], {
    cwd: build,
    stdio: "pipe",
  });
  return valuesOf(runHostProgram(join(build, "program"), words));
}

/** Runs the program until it has written `count` values. */
function runAvr(
  folder: string,
  files: ReadonlyMap<string, string>,
  words: Uint32Array,
  count: number,
): readonly number[] {
  const [build, sources] = layOut(folder, "avr", files, portOn(AVR_PORT));
  const target = ["-mmcu=atmega328p", "-Os", "-o", "program.elf"];
  execFileSync("avr-gcc", [...C_FLAGS, ...target, ...sources], { cwd: build, stdio: "pipe" });
  execFileSync("avr-objcopy", ["-O", "binary", "program.elf", "program.bin"], { cwd: build });
  const image = readFileSync(join(build, "program.bin"));
  if (image.length > 32768) throw new Error(`${image.length} octets do not fit the flash of an ATmega328P`);
  return valuesOf(runAvrImage(image, words, count));
}

function valuesOf({ values, failure }: Run): readonly number[] {
  if (failure !== undefined) throw new Error(`after ${values.length} values: ${failure}`);
  return values;
}

async function runNode(folder: string, words: Uint32Array): Promise<number[]> {
  const port = await import(pathToFileURL(join(folder, "port.ts")).href);
  const program = await import(pathToFileURL(join(folder, "main.ts")).href);
  let next = 0;
  const written: number[] = [];
  port.bind(
    () => words[next++],
    (value: number) => written.push(value),
  );
  program.main();
  return written;
}
