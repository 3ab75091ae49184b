/**
 * Which functions are written in place of their only call. A function of its own takes a prototype, a closure and the
 * constants that it shares with others: some 300 octets of heap, where its code in place takes next to nothing.
 *
 * What is merged stays well inside Lua's limits for one function.
 */
import { type Analysis, tree, walk } from "../compiler/index.ts";
import type { Dialect } from "./dialect.ts";
import type { LoweredFunction } from "./functions.ts";

/** Of 200 levels of blocks and expressions. */
const DEPTH = 100;
/** Names of the chunk that the count of upvalues may lack: a table for those that find no room. */
const SPARE_UPVALUES = 4;

/** The functions to inline, given how each is by itself. */
export function chooseInlined(
  { tree: program, calls, ranges }: Analysis,
  lowered: ReadonlyMap<tree.FunctionTree, LoweredFunction>,
  { locals, upvalues }: Dialect,
): ReadonlySet<tree.FunctionTree> {
  const sites = callSites(lowered.keys(), (call) => ranges.evaluated(call));
  const chosen = new Set<tree.FunctionTree>();
  const sizes = new Map([...lowered].map(([callee, code]) => [callee, sizeOf(code)]));
  // Callees first: what is merged into a function counts with it where it is merged in turn.
  for (const callee of calls.order) {
    const [caller, ...others] = sites.get(callee) ?? [];
    const own = sizes.get(callee);
    if (caller === undefined || others.length > 0 || own === undefined) continue;
    if (callee === program.entry || callee.interrupt !== undefined) continue;
    const merged = sum(sizes.get(caller)!, own, callee);
    if (merged.names.size > upvalues - SPARE_UPVALUES || merged.locals > locals || merged.depth > DEPTH)
      continue;
    chosen.add(callee);
    sizes.set(caller, merged);
  }
  return chosen;
}

/** The callers of each function, once for each call; a function of a dispatch table has one more. */
function callSites(
  callers: Iterable<tree.FunctionTree>,
  isEvaluated: (call: tree.Expression) => boolean,
): ReadonlyMap<tree.FunctionTree, readonly tree.FunctionTree[]> {
  const sites = new Map<tree.FunctionTree, tree.FunctionTree[]>();
  for (const caller of callers) {
    walk(
      caller.body,
      () => {},
      (expression) => {
        if (!isEvaluated(expression)) return;
        for (const callee of tree.calleesOf(expression)) {
          const times = expression.kind === "call" ? [caller] : [caller, caller];
          sites.set(callee, [...(sites.get(callee) ?? []), ...times]);
        }
      },
    );
  }
  return sites;
}

interface Size {
  readonly names: ReadonlySet<unknown>;
  readonly locals: number;
  readonly depth: number;
}

function sizeOf({ functions, variables, owned, outside, helpers, measured }: LoweredFunction): Size {
  return {
    names: new Set<unknown>([...functions, ...variables, ...owned, ...outside, ...helpers]),
    ...measured,
  };
}

function returnsIn({ body }: tree.FunctionTree): number {
  let count = 0;
  walk(
    body,
    (statement) => {
      if (statement.kind === "return") count++;
    },
    () => {},
  );
  return count;
}

function sum(caller: Size, callee: Size, inlined: tree.FunctionTree): Size {
  const names = new Set([...caller.names, ...callee.names]);
  names.delete(inlined);
  return {
    names,
    // The result and its place, and the parameters, which its own measure has.
    locals: caller.locals + callee.locals + 2,
    // A block, and a branch for what follows each return.
    depth: caller.depth + callee.depth + 1 + returnsIn(inlined),
  };
}
