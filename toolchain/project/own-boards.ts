/** Boards that are a project's own: folders of its `boards/`, beside its `joinery.json`. */
import { join } from "node:path";

/** Where the boards of a project lie; it need not be there. */
export function ownBoardsFolder(projectFolder: string): string {
  return join(projectFolder, "boards");
}
