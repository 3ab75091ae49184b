/** Whether an image fits its board; where it does not, what takes the room. */
import { BuildError } from "../errors.ts";
import type { Memory } from "./compare.ts";
import { type ReportInput, sizeReport } from "./compose.ts";
import { largestModules, largestParts } from "./largest.ts";
import { roomIn } from "./remedies.ts";
import { boardLimit, tooLarge } from "./too-large.ts";

interface Shortage {
  readonly memory: Memory;
  readonly name: string;
  readonly needed: number;
  readonly available: number;
}

/** `dir`: the folder of the board, in whose `board.json` its memories stand. */
type ImageOfBoard = ReportInput & { readonly board: { readonly dir: string } };

/** Throws BuildError where the image needs more flash or RAM than there is, with the largest parts and modules. */
export function checkFit(image: ImageOfBoard): void {
  const { board, flashBytes, ramBytes } = image;
  const memories: readonly Shortage[] = [
    { memory: "flash", name: "flash", needed: flashBytes, available: board.flashBytes },
    { memory: "ram", name: "RAM", needed: ramBytes, available: board.ramBytes },
  ];
  const short = memories.filter(({ needed, available }) => needed > available);
  if (short.length === 0) return;
  const report = sizeReport(image);
  const head = `the image does not fit ${board.name}:`;
  const texts = short.map(({ memory, name, needed, available }) =>
    [
      `  ${name}: ${needed} B needed, ${available} B available, ${needed - available} too many`,
      "    the largest:",
      ...largestParts(report, memory),
      "    by module:",
      ...largestModules(report, memory),
      `    to make room: ${roomIn(memory, report)}`,
    ].join("\n"),
  );
  const diagnostics = short.map(({ memory }, index) =>
    tooLarge([head, texts[index]].join("\n"), boardLimit(board, memory), report, memory, image.names),
  );
  throw new BuildError([head, ...texts].join("\n"), "failed", diagnostics);
}
