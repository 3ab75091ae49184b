/**
 * Where the names of the chunk live. Each is a local variable of the chunk, which is the quickest to reach, until Lua's
 * limits are near: local variables of a function, outside names of a closure (dialect.ts). What is beyond them lives
 * in one table.
 */
import type { Dialect } from "./dialect.ts";

/** The table of the names that found no room. */
export const SPILL_TABLE = "SPILLED";

/** The names that live in the table, with their places in it. */
export function spill(
  fixed: number,
  names: readonly string[],
  users: readonly (readonly string[])[],
  { locals, upvalues }: Pick<Dialect, "locals" | "upvalues">,
): ReadonlyMap<string, number> {
  const uses = new Map<string, number>(names.map((name) => [name, 0]));
  for (const user of users) {
    for (const name of user) if (uses.has(name)) uses.set(name, uses.get(name)! + 1);
  }
  const spilled = new Map<string, number>();
  const add = (name: string) => spilled.set(name, spilled.size + 1);
  const seldom = (candidates: readonly string[]) =>
    candidates
      .filter((name) => uses.has(name) && !spilled.has(name))
      .sort((a, b) => uses.get(a)! - uses.get(b)! || names.indexOf(a) - names.indexOf(b));
  const room = locals - fixed;
  if (names.length > room) for (const name of seldom(names).slice(0, names.length - room)) add(name);
  for (const user of users) {
    const kept = user.filter((name) => !spilled.has(name));
    const through = kept.length === user.length ? 0 : 1;
    if (kept.length + through <= upvalues) continue;
    // One more: the table itself is an outside name.
    for (const name of seldom(kept).slice(0, kept.length + 1 - upvalues)) add(name);
  }
  return spilled;
}
