/** avr-gcc: what C files of an image for an AVR are compiled and linked with. */
import {
  compileAndLink,
  definitions,
  type Gcc,
  gccVersion,
  type LinkOptions,
  type ProjectFlags,
  portable,
  SOUND_OPTIMISATION,
  WARNINGS,
} from "./gcc.ts";

/**
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
  ...SOUND_OPTIMISATION,
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
  ...WARNINGS,
];

/**
 * The linker has more room than the processor: what does not fit is linked, and its sizes tell what takes too much.
 * All that instructions and addresses reach: 8 MB of flash, 64 KB of data.
 */
const ROOM = "-Wl,--defsym=__TEXT_REGION_LENGTH__=0x800000,--defsym=__DATA_REGION_LENGTH__=0xff00";
const LINK_FLAGS = [...OPTIMISATION, ...DEBUGGING, "-Wl,--gc-sections", ROOM, "-Werror"];

/** What the compiler and the linker say of a program that passes what pointers and jumps reach. */
const OUT_OF_REACH =
  /^.*(size of array .* is too large|is not within region|relocation truncated to fit).*$/m;

const AVR_GCC: Gcc = {
  command: "avr-gcc",
  install: "avr-gcc is not installed: apt-get install gcc-avr avr-libc binutils-avr",
  explain(words) {
    const [line] = OUT_OF_REACH.exec(words) ?? [];
    if (line === undefined) return undefined;
    return `the program takes more than the processor can address, one array up to 32767 octets and all variables up to 64 KB: make arrays shorter\n  ${line}`;
  },
};

/** The arguments that decide what comes out, for a key of what was built. */
export function avrGccFlags(
  processor: string,
  defines: Readonly<Record<string, string>>,
  options: LinkOptions,
): string[] {
  const target = targetFlags(processor, options);
  return [...target, ...definitions(defines), ...COMPILE_FLAGS, ...LINK_FLAGS];
}

/** The same for another build system, which gives the linker the memories of its part. */
export function avrProjectFlags(defines: Readonly<Record<string, string>>): ProjectFlags {
  return {
    compile: [SHORTER_CALLS, ...definitions(defines), ...portable(COMPILE_FLAGS, DEBUGGING), "-g"],
    link: [SHORTER_CALLS, ...portable(LINK_FLAGS, DEBUGGING).filter((flag) => flag !== ROOM)],
    libraries: [],
  };
}

/** Shorter calls take 300 octets from the firmware of the example. */
function targetFlags(processor: string, { exactLines = false }: LinkOptions): string[] {
  return [`-mmcu=${processor}`, ...(exactLines ? [] : [SHORTER_CALLS])];
}

/** The version of the installed compiler. Throws BuildError of kind "missing" where there is none. */
export function avrGccVersion(): Promise<string> {
  return gccVersion(AVR_GCC);
}

/** Compiles and links as `compileAndLink` says. Headers may lie in `folders`. */
export function linkProgram(
  options: LinkOptions & {
    processor: string;
    sources: readonly string[];
    defines: Readonly<Record<string, string>>;
    workDir: string;
    folders?: readonly string[];
  },
): Promise<string> {
  const { processor, sources, defines, workDir, objects, folders = [] } = options;
  const target = targetFlags(processor, options);
  return compileAndLink(AVR_GCC, {
    sources,
    workDir,
    objects,
    compileFlags: [
      ...target,
      ...definitions(defines),
      ...COMPILE_FLAGS,
      ...folders.map((folder) => `-I${folder}`),
    ],
    linkFlags: [...target, ...LINK_FLAGS],
  });
}
