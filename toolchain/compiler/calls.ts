/** Who calls whom: no circles, callees first, and what each function may change. */
import { lengthOfArray } from "./lengths.ts";
import { type Messages, messages } from "./messages.ts";
import { relating } from "./related.ts";
import {
  type CallNode,
  calleesOf,
  type DispatchNode,
  type Expression,
  type Field,
  type FunctionTree,
  type ProgramTree,
  type Type,
  type Variable,
} from "./tree.ts";
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
  /** Reads or writes a volatile cell, or has a section in which no interrupt occurs. */
  readonly cells: boolean;
}

export interface Calls {
  /** Every reached function, each after the functions that it calls. */
  readonly order: readonly FunctionTree[];
  effects(callee: FunctionTree): Effects;
  /** Of a call, of whichever function it may reach. */
  effectsOf(call: CallNode | DispatchNode): Effects;
  /** What may change at any moment at which interrupts are on. */
  readonly interruptWrites: ReadonlySet<Variable | Field>;
  /** Whether evaluating the expression may change a variable or field. */
  disturbs(expression: Expression): boolean;
  /** Whether the length of an array parameter is asked for, here or further down. */
  asksLength(parameter: Variable): boolean;
}

const externalEffects: Effects = {
  writes: new Set(),
  writesMemory: true,
  external: true,
  reads: true,
  cells: true,
};

/** Sorts the calls of the program; a circle is a message at the call that closes it. */
export function analyzeCalls(program: ProgramTree, found: Messages): Calls {
  const order: FunctionTree[] = [];
  const effects = new Map<FunctionTree, Effects>();
  const path: FunctionTree[] = [];
  /** By which expression each member of the path was come to. */
  const calls: (Expression | undefined)[] = [];

  const visit = (tree: FunctionTree, from?: Expression): void => {
    if (effects.has(tree)) return;
    path.push(tree);
    calls.push(from);
    effects.set(tree, externalEffects);
    const summary = noEffects();
    walk(
      tree.body,
      (statement) => {
        if (statement.kind === "assign") noteWrite(summary, statement.target);
        if (statement.kind === "critical") summary.cells = true;
      },
      (expression) => {
        for (const callee of calleesOf(expression)) {
          if (path.includes(callee)) {
            const first = path.indexOf(callee);
            const cycle = [...path.slice(first), callee].map((member) => member.name);
            const others = calls.slice(first + 1).map((call, i) => {
              return call && { node: call.node, text: `'${cycle[i]}' calls '${cycle[i + 1]}' here` };
            });
            found.add(relating(messages.recursion(expression.node, cycle), ...others));
            return;
          }
          visit(callee, expression);
        }
        noteExpression(summary, expression, effects);
      },
    );
    effects.set(tree, tree.external === undefined ? summary : { ...externalEffects, writes: given(tree) });
    order.push(tree);
    path.pop();
    calls.pop();
  };
  visit(program.entry);
  // After an error in a caller, what it calls is known to the program alone.
  const others = found.list.length > 0 ? program.functions : [];
  for (const tree of [...program.interrupts, ...program.externals, ...others]) visit(tree);
  const asked = askedLengths(order);
  const disturbs = (expression: Expression): boolean =>
    expression.kind === "update" ||
    calleesOf(expression).some((callee) => effects.get(callee)!.writes.size > 0) ||
    operands(expression).some(disturbs);
  const together = (callees: readonly FunctionTree[]): Effects => {
    if (callees.length === 1) return effects.get(callees[0])!;
    const sum = noEffects();
    for (const callee of callees) addEffects(sum, effects.get(callee)!);
    return sum;
  };
  return {
    order,
    effects: (callee) => effects.get(callee)!,
    effectsOf: (call) => together(calleesOf(call)),
    interruptWrites: together(program.interrupts).writes,
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

/**
 * The array parameters whose length is taken, or passed on to where it is. Functions of one dispatch table agree: they
 * are called alike.
 */
function askedLengths(order: readonly FunctionTree[]): ReadonlySet<Variable> {
  const asked = new Set<Variable>();
  for (let known = -1; known < asked.size; ) {
    known = asked.size;
    findAsked(order, asked);
  }
  return asked;
}

function findAsked(order: readonly FunctionTree[], asked: Set<Variable>): void {
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
        if (expression.kind !== "call" && expression.kind !== "dispatch") return;
        const callees = calleesOf(expression);
        expression.arguments.forEach((argument, i) => {
          const alike = callees.map((callee) => callee.parameters[i]);
          if (!alike.some((parameter) => asked.has(parameter))) return;
          for (const parameter of alike) asked.add(parameter);
          ask(argument);
        });
      },
    );
  }
}

interface Summary {
  readonly writes: Set<Variable | Field>;
  writesMemory: boolean;
  external: boolean;
  reads: boolean;
  cells: boolean;
}

function noEffects(): Summary {
  return { writes: new Set(), writesMemory: false, external: false, reads: false, cells: false };
}

function addEffects(summary: Summary, effects: Effects): void {
  for (const write of effects.writes) summary.writes.add(write);
  summary.writesMemory ||= effects.writesMemory;
  summary.external ||= effects.external;
  summary.reads ||= effects.reads;
  summary.cells ||= effects.cells;
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
    case "read":
      summary.reads = true;
      summary.cells = true;
      break;
    case "write":
      summary.cells = true;
      break;
    case "call":
    case "dispatch":
      for (const callee of calleesOf(expression)) addEffects(summary, effects.get(callee)!);
      break;
  }
}
