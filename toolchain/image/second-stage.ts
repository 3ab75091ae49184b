/**
 * The second stage of the RP2040's boot: the first 256 octets of its flash, which the boot ROM takes only where the
 * last four are the CRC of the others (RP2040 datasheet, 2.8.1.3.1). The linker leaves them for it.
 */
import { readFile, writeFile } from "node:fs/promises";
import { readElfFile } from "./elf-file.ts";
import { BuildError } from "./errors.ts";

const SECTION = ".boot2";
const STAGE_OCTETS = 256;
const CRC_AT = STAGE_OCTETS - 4;

/** Puts the CRC into a linked program, where that has a second stage. Throws BuildError for one of another length. */
export async function sealSecondStage(program: string): Promise<void> {
  const file = await readFile(program);
  const stage = readElfFile(file).sections.get(SECTION)?.octets;
  if (stage === undefined) return;
  if (stage.length !== STAGE_OCTETS) {
    throw new BuildError(
      `the section ${SECTION} has ${stage.length} octets; the boot ROM loads ${STAGE_OCTETS}`,
    );
  }
  // The section is a view of the file.
  stage.writeUInt32LE(crc32(stage.subarray(0, CRC_AT)), CRC_AT);
  await writeFile(program, file);
}

/** Polynomial 0x04c11db7, initial value 0xffffffff, most significant bit first, no final XOR (2.8.1.3.1). */
export function crc32(octets: Uint8Array): number {
  let crc = 0xffffffff;
  for (const octet of octets) {
    crc ^= octet << 24;
    for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc < 0 ? 0x04c11db7 : 0);
  }
  return crc >>> 0;
}
