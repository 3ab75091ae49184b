/**
 * `budget` of a `joinery.json`: what an image may take on any board, or board by board, since what is little on one is
 * much on another.
 */
import { type Budget, boardNames, isLuaBoard, loadBoard } from "../image/index.ts";
import { type Check, object, optional, type Shape, wholeNumber } from "../json-document/index.ts";

/** That of every image, or those of the images for each board that is named. */
export type ProjectBudget = Budget | Readonly<Record<string, Budget>>;

/** What an image for a board may take; undefined where the budget names other boards only. */
export function budgetFor(budget: ProjectBudget, board: string): Budget | undefined {
  return isByBoard(budget) ? budget[board] : budget;
}

/** Where in `joinery.json` a limit of what an image for a board may take stands. */
export function limitField(budget: ProjectBudget, board: string, limit: keyof Budget): string {
  return isByBoard(budget) ? `budget.${board}.${limit}` : `budget.${limit}`;
}

/** Whether a budget names boards, each with its limits. */
export function isByBoard(budget: object): budget is Readonly<Record<string, Budget>> {
  return Object.values(budget).some((part) => typeof part === "object" && part !== null);
}

const LIMITS: Shape = {
  flash: optional(wholeNumber(1)),
  ram: optional(wholeNumber(1)),
  stack: optional(wholeNumber(1)),
};

const limitsOf =
  (board: string, own: string): Check =>
  (value, field, fail) => {
    if (value === undefined) return;
    if (isLuaBoard(loadBoard(board, own)))
      fail.because(field, "must be left out: it runs a Lua program, and a budget is an image's");
    object(LIMITS)(value, field, fail);
  };

const byBoard = (own: string): Shape =>
  Object.fromEntries(boardNames(own).map((name) => [name, limitsOf(name, own)]));

/**
 * Fails where the limits are none, or are those of a board that there is not or that has no image. `own`: the folder of
 * the project's own boards.
 */
export const budgetOf = (own: string): Check =>
  object((fields) => (isByBoard(fields) ? byBoard(own) : LIMITS));
