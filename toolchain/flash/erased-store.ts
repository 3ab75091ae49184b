/** A store that nothing was ever written to, as a file that tools write over the one of a board. */
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describeFileError, intelHex, type ProcessorBoard } from "../image/index.ts";
import { FlashError } from "./errors.ts";
import type { FlashImage } from "./image-file.ts";

/** What the firmware reads where nothing was written, on every processor: that of an STM32L0 erases to 00 by itself. */
const ERASED = 0xff;

/** Writes it beside the image: as Intel HEX from address 0, or as it is (".bin"). Throws FlashError where it cannot. */
export function erasedStoreFile(
  { eepromBytes }: ProcessorBoard,
  { hexPath }: FlashImage,
  form: "hex" | "bin",
): string {
  const path = join(dirname(hexPath), `erased-store.${form}`);
  const octets = new Uint8Array(eepromBytes).fill(ERASED);
  try {
    writeFileSync(path, form === "hex" ? intelHex(octets) : octets);
  } catch (error) {
    throw new FlashError(
      "usage",
      `cannot write the erased store: ${describeFileError(error as Error, path)}`,
    );
  }
  return path;
}
