/** Random conditions. */
import * as interval from "../../../../toolchain/compiler/interval.ts";
import { I32, U32, within } from "../../../../toolchain/compiler/interval.ts";
import type { Expressions } from "./expressions.ts";
import { element } from "./memory-reads.ts";
import { callOf, octetArray } from "./references.ts";
import { WIDTHS } from "./types.ts";
import { bare } from "./values.ts";

export function condition(e: Expressions, depth: number): string {
  if (depth <= 0) return comparison(e, 0);
  switch (
    e.random.weighted([
      [5, "compare"],
      [1, "&&"],
      [1, "||"],
      [1, "!"],
      [1, "name"],
      [1, "equal"],
      [1, "call"],
      [1, "same"],
    ] as const)
  ) {
    case "compare":
      return comparison(e, depth);
    case "&&":
      return `(${condition(e, depth - 1)} && ${condition(e, depth - 1)})`;
    case "||":
      return `(${condition(e, depth - 1)} || ${condition(e, depth - 1)})`;
    case "!":
      return `!${condition(e, depth - 1)}`;
    case "name":
      return flag(e) ?? comparison(e, depth);
    case "equal":
      return equality(e, depth - 1) ?? comparison(e, depth);
    case "call": {
      const able = e.scope.functions.filter(({ result }) => result.kind === "boolean");
      const text = able.length > 0 ? callOf(e, e.random.pick(able), depth - 1) : undefined;
      return text ?? comparison(e, depth);
    }
    case "same": {
      const name = flag(e);
      if (name === undefined) return comparison(e, depth);
      return `(${name} ${e.random.pick(["===", "!=="])} ${condition(e, depth - 1)})`;
    }
  }
}

function flag(e: Expressions): string | undefined {
  const flags = e.scope.cells.filter(({ bits }) => bits === 1);
  if (flags.length > 0 && e.random.chance(0.3)) return `${e.random.pick(flags).text}.read()`;
  return e.scope.booleans.length > 0 ? e.random.pick(e.scope.booleans).text : undefined;
}

function comparison(e: Expressions, depth: number): string {
  const operator = e.random.pick(["<", "<=", ">", ">=", "===", "!=="]);
  const a = e.integer(depth);
  // Two constants would be an error of TypeScript where they differ.
  const b = a.min === a.max ? (e.name() ?? element(e, 0) ?? a) : e.integer(depth - 1);
  const all = interval.hull(a, b);
  if (within(all, I32) || within(all, U32)) return `(${a.text} ${operator} ${b.text})`;
  const to = e.random.pick(WIDTHS);
  return `(${e.cast(to, a).text} ${operator} ${e.cast(to, b).text})`;
}

function equality(e: Expressions, depth: number): string | undefined {
  const [a, b] = [octetArray(e, 1), octetArray(e, 1)];
  if (a === undefined || b === undefined) return undefined;
  const count = e.random.between(1, Math.min(a.length, b.length, 8));
  if (!e.budget.spend(count)) return undefined;
  const [x, y] = [e.index(a.length, depth, count), e.index(b.length, depth, count)];
  return `equal(${a.text}, ${bare(x.text)}, ${b.text}, ${bare(y.text)}, ${count})`;
}
