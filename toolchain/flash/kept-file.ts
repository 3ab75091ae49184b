/** Files that lie beside an image and hold it in another form. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { describeFileError } from "../image/index.ts";
import { FlashError } from "./errors.ts";

/**
 * Writes a form of an image where it is not there. What lies there under its name is not lost: throws FlashError where
 * that is something else, or where the file cannot be read or written.
 */
export function keepFile(path: string, contents: Buffer): void {
  try {
    if (!existsSync(path)) writeFileSync(path, contents);
    else if (!readFileSync(path).equals(contents)) {
      throw new FlashError(
        "usage",
        `${path} holds something else than the image beside it: remove it, or build again`,
      );
    }
  } catch (error) {
    if (error instanceof FlashError) throw error;
    throw new FlashError("usage", `cannot keep the image: ${describeFileError(error as Error, path)}`);
  }
}
