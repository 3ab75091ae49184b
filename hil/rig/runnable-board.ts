/** The board of a join, where one can be run: emulated, with firmware that joins. */
import { type Board, isLuaBoard } from "../../toolchain/image/index.ts";
import { hasMachine } from "../emulator/index.ts";
import type { FirmwareChoice } from "./build-firmware.ts";
import { chosenBoard } from "./chosen-board.ts";
import { isPersonalised } from "./personalised-store.ts";
import { RigError } from "./rig-error.ts";

/** Throws RigError where there is no such board, no emulation of it, or nothing to join. */
export function runnableBoard(
  options: Pick<FirmwareChoice, "config"> & { readonly board: string; readonly boards?: string },
): Board {
  if (isPersonalised(options)) {
    const reason = "an image with ABP in its config never joins; openRig runs it with its network";
    throw new RigError("usage", reason);
  }
  const board = chosenBoard(options);
  if (!isLuaBoard(board) && !hasMachine(board.processor)) {
    throw new RigError("usage", `there is no emulation of the ${board.processor}, which ${board.name} has`);
  }
  return board;
}
