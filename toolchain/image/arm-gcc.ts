/** arm-none-eabi-gcc: what C files of an image for a Cortex-M0+ are compiled and linked with. */
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

const TARGET = ["-mcpu=cortex-m0plus", "-mthumb"];

/** The whole program is optimised at link time, as for an AVR. */
const OPTIMISATION = ["-Os", "-flto", ...SOUND_OPTIMISATION];
/**
 * For a debugger: each statement keeps an address of its own, in the order of the source. Where a call begins with code
 * that was inlined GDB stops one line later, so none is. The image takes almost two fifths more flash.
 */
const EXACT_OPTIMISATION = ["-Og", "-fno-inline", ...SOUND_OPTIMISATION];
/** The report of sizes reads DWARF up to version 4, without the extensions of GNU. */
const DEBUGGING = [
  "-gdwarf-4",
  "-gstrict-dwarf",
  "-gno-record-gcc-switches",
  // Link-time optimisation drops what marks the beginnings of statements, and GDB then takes no line for one.
  "-gno-statement-frontiers",
];
const COMPILE_FLAGS = ["-std=gnu99", ...DEBUGGING, "-ffunction-sections", "-fdata-sections", ...WARNINGS];
const LINK_FLAGS = [...DEBUGGING, "-nostdlib", "-Wl,--gc-sections", "-Werror"];
/** Arithmetic that the processor has no instruction for, and what gcc copies and clears memory with. */
const LIBRARY_NAMES = ["gcc", "c_nano"];
const LIBRARIES = ["-Wl,--start-group", ...LIBRARY_NAMES.map((name) => `-l${name}`), "-Wl,--end-group"];

const ARM_GCC: Gcc = {
  command: "arm-none-eabi-gcc",
  install:
    "arm-none-eabi-gcc is not installed: apt-get install gcc-arm-none-eabi binutils-arm-none-eabi libnewlib-arm-none-eabi",
  explain: () => undefined,
};

/** The version of the installed compiler. Throws BuildError of kind "missing" where there is none. */
export function armGccVersion(): Promise<string> {
  return gccVersion(ARM_GCC);
}

/** The arguments that decide what comes out, for a key of what was built. */
export function armGccFlags(
  defines: Readonly<Record<string, string>>,
  ramBytes: number,
  options: LinkOptions,
): string[] {
  return [...definitions(defines), ...compileFlags(options), ...linkFlags(ramBytes, options), ...LIBRARIES];
}

/** The same for another build system, which groups libraries by itself. */
export function armProjectFlags(defines: Readonly<Record<string, string>>, ramBytes: number): ProjectFlags {
  return {
    compile: [...definitions(defines), ...portable(compileFlags({}), DEBUGGING), "-g"],
    link: portable(linkFlags(ramBytes, {}), DEBUGGING),
    libraries: LIBRARY_NAMES,
  };
}

function optimisation({ exactLines = false }: LinkOptions): string[] {
  return exactLines ? EXACT_OPTIMISATION : OPTIMISATION;
}

function compileFlags(options: LinkOptions): string[] {
  return [...TARGET, ...optimisation(options), ...COMPILE_FLAGS];
}

/** `ram_bytes` tells the linker script where the RAM ends, and the stack begins. */
function linkFlags(ramBytes: number, options: LinkOptions): string[] {
  return [...TARGET, ...optimisation(options), ...LINK_FLAGS, `-Wl,--defsym=ram_bytes=${ramBytes}`];
}

/**
 * Compiles and links as `compileAndLink` says. The linker script and what it includes lie in `folders`, as headers do.
 */
export function linkArmProgram(options: {
  readonly sources: readonly string[];
  readonly defines: Readonly<Record<string, string>>;
  readonly ramBytes: number;
  readonly script: string;
  readonly folders: readonly string[];
  readonly workDir: string;
  readonly exactLines?: boolean;
  readonly objects?: LinkOptions["objects"];
}): Promise<string> {
  const { sources, defines, workDir, folders, objects } = options;
  const includes = folders.map((folder) => `-I${folder}`);
  return compileAndLink(ARM_GCC, {
    sources,
    workDir,
    objects,
    compileFlags: [...definitions(defines), ...compileFlags(options), ...includes],
    linkFlags: [
      ...linkFlags(options.ramBytes, options),
      ...folders.map((folder) => `-L${folder}`),
      `-T${options.script}`,
    ],
    libraries: LIBRARIES,
  });
}
