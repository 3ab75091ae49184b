/** What a project's budget says of an image. */
import {
  boardLimit,
  checkBudget,
  type Excess,
  excessText,
  type Image,
  isLuaBoard,
  keptReport,
  type LimitPlace,
  loadBoard,
  type SizeReport,
  sizeReport,
  tooLarge,
} from "../toolchain/image/index.ts";
import { budgetFor, limitField } from "../toolchain/project/index.ts";
import { regionsOf } from "../toolchain/regions/index.ts";
import type { Choice } from "./choice.ts";
import { refusalOf } from "./exit.ts";

/**
 * Says on stderr that the project's budget does not hold for a board: `--board` may choose one that it does not name.
 */
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
 * What an image takes. Throws Refusal where that is more than the project's budget, naming what grew since the build
 * that `outDir` holds.
 */
export async function reportWithinBudget(choice: Choice, image: Image, outDir: string): Promise<SizeReport> {
  const { board, lorawan, region, budget } = choice;
  const report = sizeReport({ ...image, lorawan, region: regionsOf(region) });
  const limits = budget === undefined ? undefined : budgetFor(budget, board);
  const excesses = checkBudget(report, limits ?? {}, await keptReport(outDir));
  if (excesses.length === 0) return report;
  throw refusalOf({
    message: excessText(excesses),
    kind: "failed",
    diagnostics: excesses.map((excess) =>
      tooLarge(
        excessText([excess]),
        limitOf(excess, choice, image),
        report,
        excess.limit === "flash" ? "flash" : "ram",
        image.names,
      ),
    ),
  });
}

/** Where the limit is written that an image passes. */
function limitOf({ limit }: Excess, { file, board, budget }: Choice, image: Image): LimitPlace {
  if (limit === "board" || file === undefined || budget === undefined) return boardLimit(image.board, "ram");
  return { file, field: limitField(budget, board, limit) };
}
