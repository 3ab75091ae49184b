/** Which module the import "#aes" stands for: the processor's width decides, a board says nothing of it. */
import { join } from "node:path";
import { packageRoot } from "../package-root.ts";
import { type Board, isLuaBoard, processorOf } from "./board.ts";
import type { FamilyName } from "./processors.ts";

/** A processor computes with as many octets at once. */
const CORES: Readonly<Record<FamilyName, string>> = {
  avr: "aes-octets.ts",
  "cortex-m0plus": "aes-words.ts",
};

/** The module behind "#aes" for processors of a family. */
export function aesCore(family: FamilyName): string {
  return join(packageRoot, "firmware", "crypto", CORES[family]);
}

/** The module behind "#aes" for a board; package.json's choice for one that runs Lua. */
export function aesOf(board: Board): string | undefined {
  return isLuaBoard(board) ? undefined : aesCore(processorOf(board).family);
}
