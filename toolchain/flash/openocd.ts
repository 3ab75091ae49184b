/**
 * OpenOCD, through a debug probe. It erases the sectors of the flash that it writes, and no others: the store stays.
 */
import type { ProcessorBoard } from "../image/index.ts";
import { FlashError } from "./errors.ts";
import type { FlashImage } from "./image-file.ts";
import type { FlashStep, FlashWish } from "./plan.ts";
import { storeInFlash } from "./store-in-flash.ts";

export function openOcdSteps(
  board: ProcessorBoard,
  { hexPath }: FlashImage,
  { eraseStore = false }: FlashWish,
): FlashStep[] {
  const { config, speedKhz } = board.flashing!.openocd!;
  const commands = [
    ...(speedKhz === undefined ? [] : [`adapter speed ${speedKhz}`]),
    `program ${tclWord(hexPath)} verify${eraseStore ? "" : " reset exit"}`,
    ...(eraseStore ? erasing(board) : []),
  ];
  const words = [
    "openocd",
    ...config.flatMap((file) => ["-f", file]),
    ...commands.flatMap((command) => ["-c", command]),
  ];
  return [{ words, ifFails: "is the board connected by the USB port of its debug probe, and powered?" }];
}

/** OpenOCD erases sectors of flashes, and knows no data EEPROM. */
function erasing(board: ProcessorBoard): string[] {
  const store = storeInFlash(board);
  if (store === undefined) {
    const other = Object.keys(board.flashing!).find((method) => method !== "openocd");
    const instead = other === undefined ? "" : `: take --method ${other}`;
    throw new FlashError("usage", `OpenOCD does not write to the store of ${board.name}${instead}`);
  }
  const hex = (value: number) => `0x${value.toString(16)}`;
  return [`flash erase_address ${hex(store.address)} ${hex(store.bytes)}`, "reset run", "shutdown"];
}

/** As Tcl takes it for one word ("Tcl", rules 6 and 9), which braces do unless the text has some of its own. */
function tclWord(text: string): string {
  if (/^[\w./:-]+$/.test(text)) return text;
  return /[{}\\]/.test(text) ? text.replace(/[\s{}[\]$"\\;]/g, "\\$&") : `{${text}}`;
}
