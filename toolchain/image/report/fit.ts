/** Whether an image fits its board; where it does not, what takes the room. */
import { BuildError } from "../errors.ts";
import type { Memory } from "./compare.ts";
import { type ReportInput, sizeReport } from "./compose.ts";
import { largestModules, largestParts } from "./largest.ts";

interface Shortage {
  readonly memory: Memory;
  readonly name: string;
  readonly needed: number;
  readonly available: number;
  /** What to do about it. */
  readonly remedy: string;
}

/** Throws BuildError where the image needs more flash or RAM than there is, with the largest parts and modules. */
export function checkFit(image: ReportInput): void {
  const { board, flashBytes, ramBytes } = image;
  const memories: readonly Shortage[] = [
    {
      memory: "flash",
      name: "flash",
      needed: flashBytes,
      available: board.flashBytes,
      remedy:
        "leave out what the application does not use, build for LoRaWAN 1.0.4 (--lorawan 1.0.4: some 1 KB less than 1.1), or choose a board with more flash (--board)",
    },
    {
      memory: "ram",
      name: "RAM",
      needed: ramBytes,
      available: board.ramBytes,
      remedy:
        "make arrays shorter or their elements narrower, make tables that never change const, since those lie in flash, or choose a board with more RAM (--board)",
    },
  ];
  const short = memories.filter(({ needed, available }) => needed > available);
  if (short.length === 0) return;
  const report = sizeReport(image);
  const lines = short.flatMap(({ memory, name, needed, available, remedy }) => [
    `  ${name}: ${needed} B needed, ${available} B available, ${needed - available} too many`,
    "    the largest:",
    ...largestParts(report, memory),
    "    by module:",
    ...largestModules(report, memory),
    `    to make room: ${remedy}`,
  ]);
  throw new BuildError([`the image does not fit ${board.name}:`, ...lines].join("\n"));
}
