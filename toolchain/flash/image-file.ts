/** Images as files that flash tools take, each made sure to be for the board. */
import { existsSync, readFileSync } from "node:fs";
import {
  BuildError,
  boardNameIn,
  describeFileError,
  type HexContents,
  HexError,
  type Image,
  intelHex,
  type ProcessorBoard,
  processorOf,
  readImage,
  readIntelHex,
} from "../image/index.ts";
import { FlashError } from "./errors.ts";
import { keepFile } from "./kept-file.ts";
import { storeInFlash } from "./store-in-flash.ts";

/** What gets into the flash, and the file that holds it as Intel HEX. */
export interface FlashImage {
  readonly contents: HexContents;
  readonly hexPath: string;
}

/** The files of a build. */
export function builtImage({ flash, flashAddress, hexPath }: Image): FlashImage {
  return { contents: { address: flashAddress, octets: flash }, hexPath };
}

/**
 * An ELF or HEX file as an image for a board. Of an ELF file the HEX file is written beside it, unless it is there.
 * Throws FlashError where it is for another board, or does not say for which and `force` does not say that it is right.
 */
export function readImageFile(path: string, board: ProcessorBoard, force: boolean): FlashImage {
  const file = contentsOf(path);
  const image = path.endsWith(".elf") ? fromElf(path, file, board, force) : fromHex(path, file, board, force);
  refuseMisfit(path, image.contents, board);
  return image;
}

function contentsOf(path: string): Buffer {
  if (!/\.(elf|hex)$/.test(path)) {
    throw new FlashError("usage", `${path} is neither an .elf nor a .hex file, which an image is taken from`);
  }
  try {
    return readFileSync(path);
  } catch (error) {
    throw new FlashError("usage", `cannot read the image: ${describeFileError(error as Error, path)}`);
  }
}

function fromElf(path: string, file: Buffer, board: ProcessorBoard, force: boolean): FlashImage {
  const hexPath = path.replace(/elf$/, "hex");
  try {
    // Of another processor: no image of the board, whatever force says.
    const { flash, flashAddress } = readImage(board, file);
    const name = boardNameIn(file);
    if (name === undefined && !force) throw new FlashError("usage", withoutBoard(path, board));
    if (name !== undefined && name !== board.name) {
      throw new FlashError(
        "usage",
        `${path} is an image for ${name}, not for ${board.name}: choose it by --board ${name}`,
      );
    }
    const contents = { address: flashAddress, octets: flash };
    keepFile(hexPath, Buffer.from(intelHex(flash, flashAddress)));
    return { contents, hexPath };
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    throw new FlashError("usage", `${path} is no image for ${board.name}: ${error.message}`);
  }
}

function withoutBoard(path: string, { name }: ProcessorBoard): string {
  return `${path} does not say which board it is for; --force flashes it, if you know that it is for ${name}`;
}

/** A HEX file does not say what it is for. */
function fromHex(path: string, file: Buffer, board: ProcessorBoard, force: boolean): FlashImage {
  if (!force) {
    const elf = path.replace(/hex$/, "elf");
    const instead = existsSync(elf) ? `give ${elf}, which does, or ` : "";
    throw new FlashError("usage", withoutBoard(path, board).replace("--force", `${instead}--force`));
  }
  try {
    return { contents: readIntelHex(file.toString("latin1")), hexPath: path };
  } catch (error) {
    if (!(error instanceof HexError)) throw error;
    throw new FlashError("usage", `${path} is no image: ${error.message}`);
  }
}

function refuseMisfit(path: string, { address, octets }: HexContents, board: ProcessorBoard): void {
  const { flashBytes, name } = board;
  const { flashAddress } = processorOf(board);
  const end = storeInFlash(board)?.address ?? flashAddress + flashBytes;
  if (address >= flashAddress && address + octets.length <= end) return;
  const span = (from: number, to: number) => `${hex(from)} to ${hex(to - 1)}`;
  throw new FlashError(
    "usage",
    `${path} is no image for ${name}: it takes ${span(address, address + octets.length)}, and the flash has ${span(flashAddress, end)} for one`,
  );
}

function hex(address: number): string {
  return `0x${address.toString(16)}`;
}
