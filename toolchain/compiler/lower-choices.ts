/** `a ? b : c` of values and of references. */
import type { IrExpression, IrPointer, IrStatement } from "./ir.ts";
import type { Lowering } from "./lower.ts";
import { lowerCondition } from "./lower-conditions.ts";
import { lowerValue, type Wanted } from "./lower-expressions.ts";
import { knownOutcome } from "./lower-outcomes.ts";
import { lowerPointer } from "./lower-references.ts";
import { type ConditionalNode, type Expression, type IntName, isRow, narrowest, typeOf } from "./tree.ts";
import { carried, commonType, constant, convert, exactType, reach, stored } from "./widths.ts";

/** `a ? b : c` of integers or booleans. */
export function lowerConditional(at: Lowering, expression: ConditionalNode, wanted: Wanted): IrExpression {
  const outcome = knownOutcome(at, expression.condition);
  if (outcome !== undefined)
    return lowerValue(at, outcome ? expression.whenTrue : expression.whenFalse, wanted);
  if (typeOf(expression).kind === "boolean") {
    return choose(
      at,
      expression,
      (branch) => lowerCondition(at, branch),
      "bool",
      (values) => ({
        type: "bool",
        values,
      }),
    );
  }
  const branches = [expression.whenTrue, expression.whenFalse];
  const ranges = branches.map((branch) => at.ranges.of(branch));
  const whole = exactType(ranges) ? "exact" : wanted;
  return choose(
    at,
    expression,
    (branch) => lowerValue(at, branch, whole),
    narrowest(at.ranges.of(expression)) ?? "u32",
    (values) => {
      const type = whole === "exact" ? commonType(values, ranges) : whole === 32 ? "u32" : "uint";
      const [a, b] = carried(type, reach(type, values[0]), reach(type, values[1]));
      // gcc takes offence where an int and an unsigned meet at the colon, whatever the int is made of.
      const [x, y] = [a, b].map((value) =>
        type === "uint" && value.type === "int" ? convert(type, value) : value,
      );
      return { type, values: [x, y] };
    },
  );
}

/** `a ? b : c`; an if statement where a branch needs statements of its own. */
function choose(
  at: Lowering,
  expression: ConditionalNode,
  lower: (branch: Expression) => IrExpression,
  storage: IntName | "bool",
  meet: (values: readonly [IrExpression, IrExpression]) => {
    readonly type: IrExpression["type"];
    readonly values: readonly [IrExpression, IrExpression];
  },
): IrExpression {
  const condition = lowerCondition(at, expression.condition);
  const [a, beforeTrue] = at.apart(() => lower(expression.whenTrue));
  const [b, beforeFalse] = at.apart(() => lower(expression.whenFalse));
  if (beforeTrue.length === 0 && beforeFalse.length === 0) {
    const { type, values } = meet([a, b]);
    return { kind: "conditional", type, condition, whenTrue: values[0], whenFalse: values[1] };
  }
  const result = at.temporary(storage, constant(0, storage));
  const assign = (value: IrExpression): IrStatement => ({
    kind: "assign",
    origin: undefined,
    target: result,
    value: stored(storage, value),
  });
  at.emit({
    kind: "if",
    origin: undefined,
    condition,
    whenTrue: [...beforeTrue, assign(a)],
    whenFalse: [...beforeFalse, assign(b)],
  });
  return result;
}

/** `a ? b : c` of references; an if statement where a branch needs statements of its own. */
export function choosePointer(at: Lowering, expression: ConditionalNode): IrPointer {
  const condition = lowerCondition(at, expression.condition);
  const [a, beforeTrue] = at.apart(() => lowerPointer(at, expression.whenTrue));
  const [b, beforeFalse] = at.apart(() => lowerPointer(at, expression.whenFalse));
  if (beforeTrue.length === 0 && beforeFalse.length === 0) {
    return { kind: "choice", condition, whenTrue: a, whenFalse: b };
  }
  const name = at.fresh("t");
  at.emit({
    kind: "declare",
    origin: undefined,
    type: at.declared(expression.type),
    name,
    value: undefined,
  });
  const point = (value: IrPointer): IrStatement => ({ kind: "point", origin: undefined, name, value });
  at.emit({
    kind: "if",
    origin: undefined,
    condition,
    whenTrue: [...beforeTrue, point(a)],
    whenFalse: [...beforeFalse, point(b)],
  });
  return isRow(expression.type) ? { kind: "array", name } : { kind: "record", name, pointer: true };
}
