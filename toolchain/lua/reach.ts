/** Which functions run: from where, and within themselves. */
import { tree, walk } from "../compiler/index.ts";

/** The roots and all that they lead to. */
export function reachedFrom(
  roots: readonly tree.FunctionTree[],
  next: (callee: tree.FunctionTree) => Iterable<tree.FunctionTree>,
): ReadonlySet<tree.FunctionTree> {
  const reached = new Set<tree.FunctionTree>();
  const visit = (callee: tree.FunctionTree) => {
    if (reached.has(callee)) return;
    reached.add(callee);
    for (const each of next(callee)) visit(each);
  };
  for (const root of roots) visit(root);
  return reached;
}

/** What the main program and an interrupt handler both call: the handler may come while the other runs. */
export function reentrantFunctions(program: tree.ProgramTree): ReadonlySet<tree.FunctionTree> {
  const byHandlers = reachedFrom(program.interrupts, calleesIn);
  return new Set([...reachedFrom([program.entry], calleesIn)].filter((callee) => byHandlers.has(callee)));
}

function calleesIn(caller: tree.FunctionTree): tree.FunctionTree[] {
  const callees: tree.FunctionTree[] = [];
  walk(
    caller.body,
    () => {},
    (expression) => callees.push(...tree.calleesOf(expression)),
  );
  return callees;
}
