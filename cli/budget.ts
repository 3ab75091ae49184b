/** What a project's budget says of an image. */
import {
  checkBudget,
  type Image,
  isLuaBoard,
  keptReport,
  loadBoard,
  type SizeReport,
  sizeReport,
} from "../toolchain/image/index.ts";
import { budgetFor } from "../toolchain/project/index.ts";
import { regionsOf } from "../toolchain/regions/index.ts";
import type { Choice } from "./choice.ts";
import { EXIT, Refusal } from "./exit.ts";

/** Says on stderr that the project's budget does not hold for a board: `--board` may choose one that it does not name. */
export function sayUnlimited({ budget, board, boards }: Choice): void {
  if (budget === undefined) return;
  if (isLuaBoard(loadBoard(board, boards))) {
    process.stderr.write(
      `joinery: the budget of joinery.json is an image's: nothing is held against it for ${board}, which runs a Lua program\n`,
    );
  } else if (budgetFor(budget, board) === undefined) {
    process.stderr.write(
      `joinery: the budget of joinery.json does not name ${board}: nothing is held against it\n`,
    );
  }
}

/**
 * What an image takes. Throws Refusal where that is more than the project's budget, naming what grew since the build that
 * `outDir` holds.
 */
export async function reportWithinBudget(
  { board, lorawan, region, budget }: Choice,
  image: Image,
  outDir: string,
): Promise<SizeReport> {
  const report = sizeReport({ ...image, lorawan, region: regionsOf(region) });
  const limits = budget === undefined ? undefined : budgetFor(budget, board);
  const excess = checkBudget(report, limits ?? {}, await keptReport(outDir));
  if (excess !== undefined) throw new Refusal(excess, EXIT.failed);
  return report;
}
