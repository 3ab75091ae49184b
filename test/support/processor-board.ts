/** Boards of this package that an image is linked for. */
import { isLuaBoard, loadBoard, type ProcessorBoard } from "../../toolchain/image/index.ts";

/** As `loadBoard`; throws where the board runs a Lua program. */
export function loadProcessorBoard(name: string): ProcessorBoard {
  const board = loadBoard(name);
  if (isLuaBoard(board)) throw new Error(`${name} runs a Lua program, not an image of a processor`);
  return board;
}
