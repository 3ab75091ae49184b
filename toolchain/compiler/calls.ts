/** Who calls whom: no circles, callees first, and what each function may change. */
import { lengthOfArray } from "./lengths.ts";
import { type Messages, messages } from "./messages.ts";
import type { Expression, Field, FunctionTree, ProgramTree, Type, Variable } from "./tree.ts";
import { operands, walk } from "./walk.ts";

/** What a call may change beyond its own local variables. */
export interface Effects {
  /** Module-level scalars and fields of records. */
  readonly writes: ReadonlySet<Variable | Field>;
  /** Elements of arrays. */
  readonly writesMemory: boolean;
  /** Calls the board. */
  readonly external: boolean;
  /** Its result may depend on what other calls change. */
  readonly reads: boolean;
}

export interface Calls {
  /** Every reached function, each after the functions that it calls. */
  readonly order: readonly FunctionTree[];
  effects(callee: FunctionTree): Effects;
  /** Whether evaluating the expression may change a variable or field. */
  disturbs(expression: Expression): boolean;
  /** Whether the length of an array parameter is asked for, here or further down. */
  asksLength(parameter: Variable): boolean;
}

const externalEffects: Effects = { writes: new Set(), writesMemory: true, external: true, reads: true };

/** Sorts the calls of the program; a circle is a message at the call that closes it. */
export function analyzeCalls(program: ProgramTree, found: Messages): Calls {
  const order: FunctionTree[] = [];
  const effects = new Map<FunctionTree, Effects>();
  const path: FunctionTree[] = [];

  const visit = (tree: FunctionTree): void => {
    if (effects.has(tree)) return;
    path.push(tree);
    effects.set(tree, externalEffects);
    const summary = {
      writes: new Set<Variable | Field>(),
      writesMemory: false,
      external: false,
      reads: false,
    };
    walk(
      tree.body,
      (statement) => {
        if (statement.kind === "assign") noteWrite(summary, statement.target);
      },
      (expression) => {
        if (expression.kind === "call") {
          if (path.includes(expression.callee)) {
            const cycle = [...path.slice(path.indexOf(expression.callee)), expression.callee];
            found.add(messages.recursion(expression.node, cycle.map((member) => member.name).join(" -> ")));
            return;
          }
          visit(expression.callee);
        }
        noteExpression(summary, expression, effects);
      },
    );
    effects.set(tree, tree.external === undefined ? summary : { ...externalEffects, writes: given(tree) });
    order.push(tree);
    path.pop();
  };
  visit(program.entry);
  for (const external of program.externals) visit(external);
  const asked = askedLengths(order);
  const disturbs = (expression: Expression): boolean =>
    expression.kind === "update" ||
    (expression.kind === "call" && effects.get(expression.callee)!.writes.size > 0) ||
    operands(expression).some(disturbs);
  return {
    order,
    effects: (callee) => effects.get(callee)!,
    disturbs,
    asksLength: (parameter) => asked.has(parameter),
  };
}

/** The fields of the records that a function of the board is given: it may write each. */
function given(external: FunctionTree): ReadonlySet<Field> {
  const fields = new Set<Field>();
  const add = (type: Type | undefined) => {
    if (type?.kind !== "record" && type?.kind !== "records") return;
    for (const field of type.record.fields.values()) {
      fields.add(field);
      add(field.type);
    }
  };
  for (const parameter of external.parameters) add(parameter.type);
  return fields;
}

/** The array parameters whose length is taken, or passed on to where it is. Callees come first in `order`. */
function askedLengths(order: readonly FunctionTree[]): ReadonlySet<Variable> {
  const asked = new Set<Variable>();
  const ask = (array: Expression) => {
    const { parameter } = lengthOfArray(array);
    if (parameter) asked.add(parameter);
  };
  for (const tree of order) {
    walk(
      tree.body,
      () => {},
      (expression) => {
        if (expression.kind === "length") ask(expression.array);
        if (expression.kind !== "call") return;
        expression.callee.parameters.forEach((parameter, i) => {
          if (asked.has(parameter)) ask(expression.arguments[i]);
        });
      },
    );
  }
  return asked;
}

interface Summary {
  readonly writes: Set<Variable | Field>;
  writesMemory: boolean;
  external: boolean;
  reads: boolean;
}

function noteWrite(summary: Summary, target: Expression): void {
  if (target.kind === "field") summary.writes.add(target.field);
  if (target.kind === "element") summary.writesMemory = true;
  if (target.kind === "variable" && target.variable.scope === "module") summary.writes.add(target.variable);
}

function noteExpression(
  summary: Summary,
  expression: Expression,
  effects: ReadonlyMap<FunctionTree, Effects>,
): void {
  switch (expression.kind) {
    case "update":
      noteWrite(summary, expression.target);
      break;
    case "store":
    case "copy":
    case "fill":
      summary.writesMemory = true;
      break;
    case "field":
    case "element":
    case "load":
    case "equal":
      summary.reads = true;
      break;
    case "variable":
      if (expression.variable.scope === "module" && !expression.variable.constant) summary.reads = true;
      break;
    case "call": {
      const callee = effects.get(expression.callee)!;
      for (const write of callee.writes) summary.writes.add(write);
      summary.writesMemory ||= callee.writesMemory;
      summary.external ||= callee.external;
      summary.reads ||= callee.reads;
      break;
    }
  }
}
