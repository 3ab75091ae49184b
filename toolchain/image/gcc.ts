/** Runs a gcc: C files in, one linked program out. */
import { execFile } from "node:child_process";
import { availableParallelism } from "node:os";
import { basename, join } from "node:path";
import { BuildError, OversizedArrays, UndefinedSymbols } from "./errors.ts";
import { NOTE_INCLUDED } from "./included-files.ts";
import type { ObjectCache } from "./object-cache.ts";

/**
 * What a gcc is asked to say of every file. A warning is an error: most of the C is generated, so a warning is a
 * fault of the generator. The range of every value is proven before, so two are off:
 */
export const WARNINGS = [
  "-Wall",
  "-Wextra",
  "-Wconversion",
  // where gcc counts on signed arithmetic not to overflow,
  "-Wno-strict-overflow",
  // and where it takes a sign that a cast brings for an overflow: `(int8_t)(x | 128) >> 7`.
  "-Wno-overflow",
  "-Werror",
];

/**
 * Passes of gcc that make wrong programs of right ones are off.
 *
 * gcc 12.2 takes a variable for a constant, and puts it into the flash, where a function that it makes part of its
 * callers writes it by one pointer and only reads it by another. Without -fipa-reference it does not; the firmware of
 * the example is also 14 octets smaller on an AVR, 8 on a Cortex-M0+, and its stack 6 and 8 octets.
 *
 * avr-gcc 5.4 makes one array of two with the same contents, though one lies in the flash and the other in RAM: what
 * reads the flash then reads elsewhere.
 */
export const SOUND_OPTIMISATION = ["-fno-ipa-reference", "-fno-ipa-icf-variables"];

export interface LinkOptions {
  /** Whether the addresses of lines must be right, for a debugger: the image takes more for it. */
  readonly exactLines?: boolean;
  /** C files of the application, by absolute path: what reaches the hardware that the stack does not. */
  readonly ownC?: readonly string[];
  /** For a row of images of which the figures count. */
  readonly objects?: ObjectCache;
}

/**
 * What another build system than ours needs to make the same of the same C. What it must know of the processor, it
 * knows.
 */
export interface ProjectFlags {
  readonly compile: readonly string[];
  readonly link: readonly string[];
  /** Names of libraries, without "lib". */
  readonly libraries: readonly string[];
}

/**
 * Flags for other versions of a compiler than those that we know: where they warn is no reason to stop, and what they
 * are to write for a debugger is theirs.
 */
export function portable(flags: readonly string[], debugging: readonly string[]): string[] {
  return flags.filter((flag) => flag !== "-Werror" && !debugging.includes(flag));
}

/** One of the compilers. */
export interface Gcc {
  readonly command: string;
  /** What to say where it is not installed. */
  readonly install: string;
  /** Turns its words of refusal into those for people, where they can be told better. */
  explain(words: string): string | undefined;
}

/** The version of an installed compiler. Throws BuildError of kind "missing" where there is none. */
export async function gccVersion(gcc: Gcc): Promise<string> {
  return (await run(gcc, ["-dumpversion"])).trim();
}

/**
 * Compiles C files, as many at a time as there are processors, and links them to `<workDir>/program.elf`.
 * Returns that path. `#include "..."` also looks in `workDir`, which keeps gcc's notes of what is included. Throws
 * BuildError with gcc's words.
 */
export async function compileAndLink(
  gcc: Gcc,
  options: {
    readonly sources: readonly string[];
    readonly workDir: string;
    readonly compileFlags: readonly string[];
    /** Before the objects. */
    readonly linkFlags: readonly string[];
    /** After the objects. */
    readonly libraries?: readonly string[];
    readonly objects?: ObjectCache;
  },
): Promise<string> {
  const { sources, workDir, libraries = [], objects: kept } = options;
  const objects = objectNames(sources).map((name) => join(workDir, name));
  const queue = sources.map((source, index) => {
    const flags = [...options.compileFlags, NOTE_INCLUDED];
    const folder = [`-I${workDir}`, withoutFolder(workDir)];
    const object = objects[index];
    const compile = () => run(gcc, [...flags, ...folder, "-c", source, "-o", object]);
    if (kept === undefined) return compile;
    return () => kept.provide({ workDir, source, command: [gcc.command, ...flags], object }, compile);
  });
  const compileQueued = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await next();
  };
  const workers = Array.from({ length: availableParallelism() }, compileQueued);
  // All of them end before the first refusal is reported: nothing writes to workDir afterwards.
  for (const result of await Promise.allSettled(workers)) {
    if (result.status === "rejected") throw result.reason;
  }
  const program = join(workDir, "program.elf");
  await run(gcc, [...options.linkFlags, withoutFolder(workDir), ...objects, ...libraries, "-o", program]);
  return program;
}

/** Files of different folders may have one name. */
function objectNames(sources: readonly string[]): string[] {
  const names = sources.map((source) => basename(source, ".c"));
  return names.map((name, index) => (names.indexOf(name) === index ? `${name}.o` : `${name}-${index}.o`));
}

/** Keeps the name of a folder out of the debug information: the same sources give the same file. */
function withoutFolder(folder: string): string {
  return `-fdebug-prefix-map=${folder}=.`;
}

export function definitions(defines: Readonly<Record<string, string>>): string[] {
  return Object.entries(defines).map(([name, value]) => `-D${name}=${value}`);
}

function run(gcc: Gcc, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    // In the language of "C" its words are those that are looked for, whatever the user's is.
    execFile(gcc.command, args, { env: { ...process.env, LC_ALL: "C" } }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else if (error.code === "ENOENT") reject(new BuildError(gcc.install, "missing"));
      else {
        const words = stderr.trim() || error.message;
        const message = gcc.explain(words) ?? `${gcc.command} refused:\n${words}`;
        const missing = namesIn(words, /undefined reference to [`'](\w+)'/g);
        const oversized = namesIn(words, /size of array [`'](\w+)' is too large/g);
        if (missing.length > 0) reject(new UndefinedSymbols(message, missing));
        else reject(oversized.length > 0 ? new OversizedArrays(message, oversized) : new BuildError(message));
      }
    });
  });
}

/** The C names in its words of refusal. */
function namesIn(words: string, pattern: RegExp): string[] {
  return [...new Set([...words.matchAll(pattern)].map(([, name]) => name))];
}
