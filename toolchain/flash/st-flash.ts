/**
 * st-flash of the stlink tools, through an ST-LINK. It erases the pages that it writes, and no others: the store stays.
 */
import type { ProcessorBoard } from "../image/index.ts";
import { erasedStoreFile } from "./erased-store.ts";
import type { FlashImage } from "./image-file.ts";
import type { FlashStep, FlashWish } from "./plan.ts";

/** The data EEPROM of an STM32L0, which is the store: RM0367, 3.3.1. */
const DATA_EEPROM = "0x08080000";

export function stFlashSteps(
  board: ProcessorBoard,
  image: FlashImage,
  { eraseStore }: FlashWish,
): FlashStep[] {
  const ifFails = "is the board connected by the USB port of its ST-LINK, and powered?";
  const flash = ["st-flash", "--reset", "--format", "ihex", "write", image.hexPath];
  const store = () => ["st-flash", "--reset", "write", erasedStoreFile(board, image, "bin"), DATA_EEPROM];
  return [flash, ...(eraseStore ? [store()] : [])].map((words) => ({ words, ifFails }));
}
