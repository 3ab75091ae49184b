/** Runs avr-gcc: C files in, one linked program out. */
import { execFile } from "node:child_process";
import { availableParallelism } from "node:os";
import { basename, join } from "node:path";
import { BuildError } from "./errors.ts";

/**
 * What every file is compiled with. A warning is an error: the C is generated, so a warning is a fault of
 * the generator.
 *
 * Optimising the whole program at link time (-flto) and shortening calls (-mrelax) took the firmware with
 * the sensor application from 13.7 KB to 11.3 KB of flash, and its stack from 147 octets to 113.
 * -mcall-prologues would save 150 octets of flash more, and cost 16 of stack. What is switched off below -Os does
 * more than shrink: the beginnings of functions inlined, values loaded early and kept in registers that must be saved.
 * With -mstrict-X that is 150 octets less of flash, on the same stack.
 *
 * The linker of binutils 2.26 shortens calls without moving the addresses of lines along: one line in ten then lies
 * inside an instruction, and a debugger that stops there does not stop. What is linked for a debugger goes without.
 *
 * Debug information (-g) takes nothing of the image; a debugger and the report of sizes read it in the ELF file.
 */
const OPTIMISATION = [
  "-Os",
  "-flto",
  "-mstrict-X",
  "-fno-partial-inlining",
  "-fno-tree-pre",
  "-fno-move-loop-invariants",
];
const SHORTER_CALLS = "-mrelax";
const DEBUGGING = ["-gdwarf-2", "-gno-record-gcc-switches"];
const COMPILE_FLAGS = [
  "-std=gnu99",
  ...OPTIMISATION,
  ...DEBUGGING,
  "-ffunction-sections",
  "-fdata-sections",
  "-Wall",
  "-Wextra",
  "-Wconversion",
  // It tells where gcc counts on signed arithmetic not to overflow: our compiler has proven that.
  "-Wno-strict-overflow",
  "-Werror",
];
/** Whether the addresses of lines must be right, for a debugger: 300 octets more in the firmware of the example. */
export interface LinkOptions {
  readonly exactLines?: boolean;
}

/**
 * The linker has more room than the processor: what does not fit is linked, and its sizes tell what takes too much.
 * All that instructions and addresses reach: 8 MB of flash, 64 KB of data.
 */
const ROOM = "-Wl,--defsym=__TEXT_REGION_LENGTH__=0x800000,--defsym=__DATA_REGION_LENGTH__=0xff00";
const LINK_FLAGS = [...OPTIMISATION, ...DEBUGGING, "-Wl,--gc-sections", ROOM, "-Werror"];

const INSTALL = "avr-gcc is not installed: apt-get install gcc-avr avr-libc binutils-avr";

/** The arguments that decide what comes out, for a key of what was built. */
export function avrGccFlags(
  processor: string,
  defines: Readonly<Record<string, string>>,
  options: LinkOptions,
): string[] {
  const target = targetFlags(processor, options);
  return [...target, ...definitions(defines), ...COMPILE_FLAGS, ...LINK_FLAGS];
}

function targetFlags(processor: string, { exactLines = false }: LinkOptions): string[] {
  return [`-mmcu=${processor}`, ...(exactLines ? [] : [SHORTER_CALLS])];
}

/** The version of the installed compiler. Throws BuildError of kind "missing" where there is none. */
export async function avrGccVersion(): Promise<string> {
  return (await run(["-dumpversion"])).trim();
}

/**
 * Compiles C files, as many at a time as there are processors, and links them to `<workDir>/program.elf`.
 * Returns that path. `#include "..."` also looks in `workDir`. Throws BuildError with gcc's words.
 */
export async function linkProgram(
  options: LinkOptions & {
    processor: string;
    sources: readonly string[];
    defines: Readonly<Record<string, string>>;
    workDir: string;
  },
): Promise<string> {
  const { processor, sources, workDir } = options;
  const target = targetFlags(processor, options);
  const objects = sources.map((source) => join(workDir, `${basename(source, ".c")}.o`));
  const queue = sources.map((source, index) => [
    ...target,
    ...definitions(options.defines),
    ...COMPILE_FLAGS,
    `-I${workDir}`,
    withoutFolder(workDir),
    ...["-c", source, "-o", objects[index]],
  ]);
  const compileQueued = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await run(next);
  };
  const workers = Array.from({ length: availableParallelism() }, compileQueued);
  // All of them end before the first refusal is reported: nothing writes to workDir afterwards.
  for (const result of await Promise.allSettled(workers)) {
    if (result.status === "rejected") throw result.reason;
  }
  const program = join(workDir, "program.elf");
  await run([...target, ...LINK_FLAGS, withoutFolder(workDir), ...objects, "-o", program]);
  return program;
}

/** Keeps the name of a folder out of the debug information: the same sources give the same file. */
function withoutFolder(folder: string): string {
  return `-fdebug-prefix-map=${folder}=.`;
}

function definitions(defines: Readonly<Record<string, string>>): string[] {
  return Object.entries(defines).map(([name, value]) => `-D${name}=${value}`);
}

function run(args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile("avr-gcc", args, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else if (error.code === "ENOENT") reject(new BuildError(INSTALL, "missing"));
      else reject(new BuildError(refusal(stderr.trim() || error.message)));
    });
  });
}

/** What the compiler and the linker say of a program that passes what pointers and jumps reach. */
const OUT_OF_REACH =
  /^.*(size of array .* is too large|is not within region|relocation truncated to fit).*$/m;

function refusal(words: string): string {
  const [line] = OUT_OF_REACH.exec(words) ?? [];
  if (line === undefined) return `avr-gcc refused:\n${words}`;
  return `the program takes more than the processor can address, one array up to 32767 octets and all variables up to 64 KB: make arrays shorter\n  ${line}`;
}
