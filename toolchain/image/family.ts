/** What differs between kinds of processors on the way from C to an image. */
import { join } from "node:path";
import { armGccFlags, armGccVersion, armProjectFlags, linkArmProgram } from "./arm-gcc.ts";
import { avrGccFlags, avrGccVersion, avrProjectFlags, linkProgram } from "./avr-gcc.ts";
import { type ProcessorBoard, processorOf, sourceFoldersOf } from "./board.ts";
import { pinMacro } from "./board-pins.ts";
import { resetLevel } from "./board-radio.ts";
import { type ElfImage, readArmElf, readAvrElf } from "./elf.ts";
import type { LinkOptions, ProjectFlags } from "./gcc.ts";
import type { FamilyName } from "./processors.ts";
import { sealSecondStage } from "./second-stage.ts";

export interface Family {
  /** The version of the installed compiler. Throws BuildError of kind "missing" where there is none. */
  version(): Promise<string>;
  /** The arguments of the compiler that decide what comes out, for a key of what was built. */
  flags(board: ProcessorBoard, options: LinkOptions): string[];
  /** Compiles and links C files; the path of the ELF file that is left in `workDir`. Throws BuildError. */
  link(
    board: ProcessorBoard,
    options: LinkOptions & { readonly sources: readonly string[]; readonly workDir: string },
  ): Promise<string>;
  /** The arguments of the compiler for another build system. It gives F_CPU itself. */
  projectFlags(board: ProcessorBoard): ProjectFlags;
  /** The objcopy that comes with the compiler. */
  readonly objcopy: string;
  /** Reads what was linked. Throws BuildError where it is for other processors. */
  readElf(file: Uint8Array): ElfImage;
  /** Whether programmers take the contents of the flash as they are, without addresses. */
  readonly hasBin: boolean;
}

/** The linker script of a board whose compiler brings none. */
const LINKER_SCRIPT = "image.ld";

const FAMILIES: Readonly<Record<FamilyName, Family>> = {
  avr: {
    version: avrGccVersion,
    flags: (board, options) =>
      avrGccFlags(board.processor, { ...definesOf(board), ...portsOf(board) }, options),
    link: (board, options) =>
      linkProgram({
        ...options,
        processor: board.processor,
        defines: { ...definesOf(board), ...portsOf(board) },
        folders: sourceFoldersOf(board),
      }),
    projectFlags: (board) => avrProjectFlags(withoutClock({ ...definesOf(board), ...portsOf(board) })),
    objcopy: "avr-objcopy",
    readElf: readAvrElf,
    hasBin: false,
  },
  "cortex-m0plus": {
    version: armGccVersion,
    flags: (board, options) =>
      armGccFlags({ ...definesOf(board), ...memoriesOf(board), ...pinsOf(board) }, board.ramBytes, options),
    link: async (board, { sources, workDir, exactLines, objects }) => {
      const program = await linkArmProgram({
        sources,
        workDir,
        exactLines,
        objects,
        defines: { ...definesOf(board), ...memoriesOf(board), ...pinsOf(board) },
        ramBytes: board.ramBytes,
        script: join(board.dir, LINKER_SCRIPT),
        folders: sourceFoldersOf(board),
      });
      await sealSecondStage(program);
      return program;
    },
    projectFlags: (board) =>
      armProjectFlags(
        withoutClock({ ...definesOf(board), ...memoriesOf(board), ...pinsOf(board) }),
        board.ramBytes,
      ),
    objcopy: "arm-none-eabi-objcopy",
    readElf: readArmElf,
    hasBin: true,
  },
};

export function familyOf(board: Pick<ProcessorBoard, "processor">): Family {
  return FAMILIES[processorOf(board).family];
}

/** What a linked program for a board holds. Throws BuildError where it is one for other processors. */
export function readImage(board: Pick<ProcessorBoard, "processor">, elf: Uint8Array): ElfImage {
  return familyOf(board).readElf(elf);
}

/** What another build system compiles and links the C of a board with. */
export function projectFlags(board: ProcessorBoard): ProjectFlags {
  return familyOf(board).projectFlags(board);
}

function withoutClock({ F_CPU: _, ...others }: Record<string, string>): Record<string, string> {
  return others;
}

/** What the C of a board has from its board.json. */
function definesOf(board: ProcessorBoard): Record<string, string> {
  return {
    F_CPU: `${board.clockHz}UL`,
    CONSOLE_BAUD: `${board.console.baud}UL`,
    RADIO_RESET_LEVEL: resetLevel(board.radio) === "high" ? "1" : "0",
  };
}

/** For a store that lies at the end of the flash. */
function memoriesOf({ flashBytes, eepromBytes }: ProcessorBoard): Record<string, string> {
  return { FLASH_BYTES: `${flashBytes}UL`, STORE_BYTES: `${eepromBytes}UL` };
}

/** The pins: RADIO_SELECT for radioSelect. */
function pinsOf({ pins, otherPins }: ProcessorBoard): Record<string, string> {
  const all = Object.entries({ ...pins, ...otherPins });
  return Object.fromEntries(all.map(([name, pin]) => [pinMacro(name), pin]));
}

/** The same, a port and a bit for each: RADIO_SELECT_PORT is B and RADIO_SELECT_BIT is 2 where radioSelect is PB2. */
function portsOf(board: ProcessorBoard): Record<string, string> {
  return Object.fromEntries(
    Object.entries(pinsOf(board)).flatMap(([macro, [, port, bit]]) => [
      [`${macro}_PORT`, port],
      [`${macro}_BIT`, bit],
    ]),
  );
}
