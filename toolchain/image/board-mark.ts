/**
 * Which board an image is for, in its ELF file: a section of its own, which is no part of what the processor gets.
 * That e_machine and the memories fit says little: boards of one processor differ in their wiring.
 */
import { execFile } from "node:child_process";
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { ProcessorBoard } from "./board.ts";
import { readElfFile } from "./elf-file.ts";
import { BuildError } from "./errors.ts";

/** Its contents are the name of the board, in UTF-8. */
const SECTION = ".joinery";

/**
 * Marks a linked program with the name of its board. `objcopy`: that of the compiler which linked it. Throws BuildError
 * where it is not installed or refuses.
 */
export async function markBoard(
  objcopy: string,
  program: string,
  { name }: Pick<ProcessorBoard, "name">,
  workDir: string,
): Promise<void> {
  const mark = join(workDir, "board.txt");
  const marked = `${program}.marked`;
  await writeFile(mark, name);
  const args = ["--add-section", `${SECTION}=${mark}`, program, marked];
  await promisify(execFile)(objcopy, args).catch((error: NodeJS.ErrnoException & { stderr: string }) => {
    if (error.code !== "ENOENT") throw new BuildError(`${objcopy} refused:\n${error.stderr.trim()}`);
    throw new BuildError(
      `${objcopy} is not installed: it comes with the binutils of the compiler's package`,
      "missing",
    );
  });
  await rename(marked, program);
}

/**
 * The name of the board that an ELF file is for; undefined where it says none. Throws BuildError where it is no ELF
 * file.
 */
export function boardNameIn(elf: Uint8Array): string | undefined {
  return readElfFile(elf).sections.get(SECTION)?.octets.toString("utf8");
}
