/**
 * avrdude: an AVR through the boot loader that its board was sold with, or through an ISP programmer.
 *
 * A boot loader erases page by page what it writes, so it must not be asked for an erase of its own (-D), and leaves
 * the EEPROM alone. In-system programming can only erase the whole chip, and the EEPROM with it, unless the fuse
 * EESAVE is programmed ("Serial Downloading" in the data sheets): the fuse is looked at before anything is erased.
 */
import { type AvrdudeFlashing, type ProcessorBoard, processorOf } from "../image/index.ts";
import { erasedStoreFile } from "./erased-store.ts";
import { FlashError } from "./errors.ts";
import type { FlashImage } from "./image-file.ts";
import type { FlashStep, FlashWish } from "./plan.ts";

/** The bit of the high fuse, on all of these processors; 0 is programmed. */
const EESAVE = 0x08;

export function avrdudeSteps(board: ProcessorBoard, image: FlashImage, wish: FlashWish): FlashStep[] {
  const flashing = board.flashing?.avrdude as AvrdudeFlashing;
  if (wish.programmer !== undefined) return ispSteps(board, flashing, image, wish, wish.programmer);
  if (wish.port !== undefined) return bootLoaderSteps(board, flashing, image, wish, wish.port);
  const ways = [
    ...(flashing.bootLoader === undefined ? [] : ["--port /dev/ttyUSB0 for its boot loader"]),
    "--programmer usbasp for an ISP programmer, by avrdude's name for it",
  ];
  throw new FlashError("usage", `${board.name} must be reached somehow: ${ways.join(", or ")}`);
}

function bootLoaderSteps(
  board: ProcessorBoard,
  { part, bootLoader }: AvrdudeFlashing,
  { contents, hexPath }: FlashImage,
  { eraseStore, baud }: FlashWish,
  port: string,
): FlashStep[] {
  if (bootLoader === undefined) {
    throw new FlashError(
      "usage",
      `board.json of ${board.name} knows no boot loader: name an ISP programmer by --programmer`,
    );
  }
  if (eraseStore) {
    throw new FlashError(
      "usage",
      "a boot loader does not erase the EEPROM: --erase-store needs an ISP programmer (--programmer)",
    );
  }
  const room = Math.min(board.flashBytes, processorOf(board).flashBytes - bootLoader.bytes);
  const end = contents.address + contents.octets.length;
  if (end > room) {
    throw new FlashError(
      "usage",
      `the image takes ${end} B, and the boot loader leaves ${room} B of the flash: an ISP programmer (--programmer) writes over it`,
    );
  }
  const rate = String(baud ?? bootLoader.baud);
  const reach = ["avrdude", "-c", bootLoader.programmer, "-p", part, "-P", port, "-b", rate];
  const ifFails = `is the board at ${port}, in its boot loader (press its reset button at the moment of the start), at ${rate} Bd (--baud)?`;
  return [{ words: [...reach, "-D", ...writing("flash", hexPath)], ifFails }];
}

function ispSteps(
  board: ProcessorBoard,
  { part, ispHighFuse }: AvrdudeFlashing,
  image: FlashImage,
  { eraseStore, port, baud }: FlashWish,
  programmer: string,
): FlashStep[] {
  const reach = [
    ...["avrdude", "-c", programmer, "-p", part],
    ...(port === undefined ? [] : ["-P", port]),
    ...(baud === undefined ? [] : ["-b", String(baud)]),
  ];
  const flash = writing("flash", image.hexPath);
  const ifFails = `is the programmer ${programmer} connected, and the board powered?`;
  if (eraseStore) {
    const store = writing("eeprom", erasedStoreFile(board, image, "hex"));
    return [{ words: [...reach, ...flash, ...store], ifFails }];
  }
  const { low, extended, high: soldWith } = board.fuses!;
  const high = ispHighFuse ?? soldWith;
  if ((Number.parseInt(high, 16) & EESAVE) !== 0) {
    throw new FlashError(
      "usage",
      `with the high fuse ${high} that board.json of ${board.name} has, the EEPROM is erased with the flash: give "ispHighFuse" one with EESAVE (bit 3 cleared), or say --erase-store`,
    );
  }
  const fuses = [`lfuse:w:0x${low}:m`, `hfuse:w:0x${high}:m`, `efuse:w:0x${extended}:m`];
  const setting = [...reach, ...fuses.flatMap((fuse) => ["-U", fuse])].join(" ");
  const unlike = `${ifFails} If it is, its high fuse is not 0x${high}, and without EESAVE in it the store would be erased with the flash: nothing is changed. Set the fuses once (${setting}), or say --erase-store`;
  return [
    { words: [...reach, "-U", `hfuse:v:0x${high}:m`], ifFails: unlike },
    { words: [...reach, ...flash], ifFails },
  ];
}

/** Writes a HEX file to a memory, and compares. */
function writing(memory: "flash" | "eeprom", path: string): string[] {
  return ["-U", `${memory}:w:${path}:i`];
}
