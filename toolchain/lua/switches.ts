/**
 * Switches: a chain of comparisons. TypeScript refuses clauses that fall through, so each body belongs to its own
 * labels.
 */
import * as lua from "typescript-to-lua";
import type { tree } from "../compiler/index.ts";
import type { Target } from "./jumps.ts";
import { exactCode } from "./numbers.ts";
import { canNest } from "./paths.ts";
import { blockOf } from "./statements.ts";
import { compare, number, or, truth, when } from "./syntax.ts";
import type { Writer } from "./writer.ts";

type Switch = Extract<tree.Statement, { kind: "switch" }>;

export function lowerSwitch(at: Writer, statement: Switch): void {
  const value = at.kept(exactCode(at, statement.value));
  const target: Target = {
    mode: statement.clauses.every(({ body }) => canNest(body, "break")) ? "tail" : "wrapped",
  };
  const chain = () => at.jumps.within({ break: target }, () => chainOf(at, statement, value));
  if (target.mode === "tail") {
    at.emit(...chain());
    return;
  }
  const { body, after } = at.jumps.loop(target, chain);
  at.emit(...at.jumps.declaration(target));
  at.emit(lua.createRepeatStatement(lua.createBlock(body), truth(true)), ...after);
}

function chainOf(at: Writer, statement: Switch, value: lua.Expression): lua.Statement[] {
  const groups = groupsOf(at, statement);
  const fallback = groups.find((group) => group.fallback);
  const others = groups.filter((group) => group !== fallback);
  let rest = fallback ? blockOf(at, fallback.body) : [];
  for (const { labels, body } of others.reverse()) {
    const test = labels.map((label) => compare(value, "===", number(label))).reduce(or);
    rest = [when(test, blockOf(at, body), rest)];
  }
  return rest;
}

interface Group {
  readonly labels: readonly number[];
  /** Taken for every value that no label names. */
  readonly fallback: boolean;
  readonly body: readonly tree.Statement[];
}

/** Labels that share a body; those that are never met are left out. */
function groupsOf(at: Writer, statement: Switch): Group[] {
  const range = at.ranges.of(statement.value);
  const exhaustive = at.ranges.exhaustive(statement);
  const groups: Group[] = [];
  let labels: number[] = [];
  let fallback = false;
  for (const [i, clause] of statement.clauses.entries()) {
    if (clause.label === undefined) fallback ||= !exhaustive;
    else if (clause.label.value >= range.min && clause.label.value <= range.max)
      labels.push(clause.label.value);
    if (clause.body.length === 0 && i + 1 < statement.clauses.length) continue;
    if (labels.length > 0 || fallback) groups.push({ labels, fallback, body: clause.body });
    labels = [];
    fallback = false;
  }
  const last = groups.at(-1);
  // Where one of the labels is always met, the last needs no comparison.
  if (last && exhaustive && !groups.some((group) => group.fallback))
    groups[groups.length - 1] = { ...last, fallback: true };
  return groups;
}
