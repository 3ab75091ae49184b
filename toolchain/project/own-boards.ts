/** Boards that are a project's own: folders of its `boards/`, beside its `joinery.json`. */
import { join } from "node:path";
import { type Board, BuildError, boardNames, loadBoard } from "../image/index.ts";
import { DocumentError, type Fail } from "../json-document/index.ts";

/** Where the boards of a project lie; it need not be there. */
export function ownBoardsFolder(projectFolder: string): string {
  return join(projectFolder, "boards");
}

/** The names that a field may say. Throws DocumentError where the folder of the project's own boards cannot be read. */
export function boardsToName(own: string): string[] {
  try {
    return boardNames(own);
  } catch (error) {
    throw error instanceof BuildError ? new DocumentError(error.message) : error;
  }
}

/** The board that a field names, whose name is known. Calls `fail` where its `board.json` cannot be used. */
export function boardAt(name: string, own: string, field: string, fail: Fail): Board {
  try {
    return loadBoard(name, own);
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    return fail.because(field, `is ${name}, which cannot be used: ${error.message}`);
  }
}
