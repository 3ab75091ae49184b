/** The end of a flash that is the store, on processors without an EEPROM. */
import { type ProcessorBoard, processorOf } from "../image/index.ts";
import { storeFormat } from "../provisioning/index.ts";

/** Undefined where the store is a memory of its own. */
export function storeInFlash(
  board: ProcessorBoard,
): { readonly address: number; readonly bytes: number } | undefined {
  const { flashAddress, storeLayout } = processorOf(board);
  if (storeLayout !== "flash-sectors") return undefined;
  const { bytes } = storeFormat(storeLayout, board.eepromBytes);
  return { address: flashAddress + board.flashBytes - bytes, bytes };
}
