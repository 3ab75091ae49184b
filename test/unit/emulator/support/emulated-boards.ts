/** The boards that exist twice: as files to flash, and as a machine that runs the same image. */
import { hasMachine } from "../../../../hil/emulator/index.ts";
import { boardNames, isLuaBoard, loadBoard } from "../../../../toolchain/image/index.ts";

export const EMULATED_BOARDS: readonly string[] = boardNames().filter((name) => {
  const board = loadBoard(name);
  return !isLuaBoard(board) && hasMachine(board.processor);
});
