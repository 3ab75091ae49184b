/** The boards that exist twice: as files to flash, and as a machine that runs the same image. */
import { hasMachine } from "../../../../hil/emulator/index.ts";
import { boardNames, isLuaBoard, loadBoard } from "../../../../toolchain/image/index.ts";

export const EMULATED_BOARDS: readonly string[] = boardNames().filter((name) => {
  const board = loadBoard(name);
  return !isLuaBoard(board) && hasMachine(board.processor);
});

/** One AVR and one Cortex-M0+, one radio of each family: what the short form of a long test runs on. */
export const SHORT_FORM_BOARDS: readonly string[] = ["pro-mini-rfm95", "nucleo-l073rz-sx1262"];

/** The others. */
export const LONG_FORM_BOARDS = EMULATED_BOARDS.filter((name) => !SHORT_FORM_BOARDS.includes(name));
