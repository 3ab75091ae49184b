/**
 * A call of a function that is written in place: parameters and result become local variables, `return` a jump to its
 * end.
 */
import * as lua from "typescript-to-lua";
import { tree } from "../compiler/index.ts";
import { lengthCode, reference } from "./arrays.ts";
import type { Target } from "./jumps.ts";
import { scalarCode } from "./numbers.ts";
import { canNest } from "./paths.ts";
import { recordCode } from "./records.ts";
import { lowerStatements, resultCodes } from "./statements.ts";
import { local, truth } from "./syntax.ts";
import type { Reference } from "./value.ts";
import type { Frame, Writer } from "./writer.ts";

type Call = Extract<tree.Expression, { kind: "call" }>;

/**
 * Emits the body of the callee, and gives its result where it has one and it is `wanted`: of an array its table and, if
 * it may begin inside, where.
 */
export function inlineCall(at: Writer, expression: Call, wanted: boolean): readonly lua.Expression[] {
  const { callee } = expression;
  const [only, ...others] = callee.body;
  if (wanted && only?.kind === "return" && only.value && others.length === 0) {
    bindParameters(at, expression);
    let codes: readonly lua.Expression[] = [];
    at.within({ tree: callee, results: undefined }, () => {
      codes = resultCodes(at, callee, only.value!);
    });
    return codes;
  }
  const results = wanted ? resultsOf(at, callee) : [];
  if (results.length > 0) at.emit(local([...results]));
  const frame: Frame = { tree: callee, results };
  const body = at.block(() => {
    bindParameters(at, expression);
    at.within(frame, () => lowerBody(at, callee.body));
  });
  if (body.some(lua.isVariableDeclarationStatement)) at.emit(lua.createDoStatement(body));
  else at.emit(...body);
  return results;
}

function bindParameters(at: Writer, { callee, arguments: given }: Call): void {
  for (const [i, argument] of given.entries()) bindParameter(at, callee.parameters[i], argument);
}

function lowerBody(at: Writer, statements: readonly tree.Statement[]): void {
  const end: Target = { mode: canNest(statements, "return") ? "tail" : "wrapped" };
  const lower = () => at.jumps.returning(end, () => lowerStatements(at, statements));
  if (end.mode === "tail") {
    lower();
    return;
  }
  const { body, after } = at.jumps.loop(end, () => at.block(lower));
  at.emit(...at.jumps.declaration(end));
  at.emit(lua.createRepeatStatement(lua.createBlock(body), truth(true)), ...after);
}

function resultsOf(at: Writer, callee: tree.FunctionTree): lua.Identifier[] {
  if (callee.result.kind === "void") return [];
  const result = at.temporaryName();
  return at.context.conventions.isBased(callee) ? [result, at.temporaryName()] : [result];
}

function bindParameter(at: Writer, parameter: tree.Variable, argument: tree.Expression): void {
  const { type } = parameter;
  if (type !== undefined && tree.isRow(type)) {
    const length = { kind: "length", node: argument.node, array: argument } as const;
    at.bindReference(parameter, reference(at, argument));
    if (at.context.conventions.takesLength(parameter)) {
      at.emit(local([at.variable(parameter.length!)], [lengthCode(at, length)]));
    }
    return;
  }
  const code = type?.kind === "record" ? recordCode(at, argument) : scalarCode(at, argument);
  at.bindValue(parameter, argument, code);
}

/** The array that an inlined call gives. */
export function inlinedReference([table, base]: readonly lua.Expression[]): Reference {
  return { table, base: base ?? lua.createNumericLiteral(0) };
}
