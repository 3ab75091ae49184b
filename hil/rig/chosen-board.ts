/** The board that a run is for. */
import { type Board, BuildError, loadBoard } from "../../toolchain/image/index.ts";
import { RigError } from "./rig-error.ts";

/** Throws UsageError for a name that is unknown, RigError where the `board.json` cannot be used. */
export function chosenBoard({ board, boards }: { readonly board: string; readonly boards?: string }): Board {
  try {
    return loadBoard(board, boards);
  } catch (error) {
    throw error instanceof BuildError ? new RigError(error.kind, error.message, error.diagnostics) : error;
  }
}
