/** One function of the program as Lua. */
import * as lua from "typescript-to-lua";
import { tree } from "../compiler/index.ts";
import { type Measure, measure } from "./measure.ts";
import { lowerStatements } from "./statements.ts";
import { type OwnStorage, type ProgramContext, Writer } from "./writer.ts";

export interface LoweredFunction {
  readonly tree: tree.FunctionTree;
  /** The assignment to its name. */
  readonly statement: lua.Statement;
  readonly functions: ReadonlySet<tree.FunctionTree>;
  readonly variables: ReadonlySet<tree.Variable>;
  readonly helpers: Writer["helpers"];
  /** Local arrays and records: made once, with the function. */
  readonly owned: readonly OwnStorage[];
  readonly measured: Measure;
}

export function lowerFunction(context: ProgramContext, of: tree.FunctionTree): LoweredFunction {
  const at = new Writer(context, of);
  const parameters = of.parameters.flatMap((parameter) => {
    const names = [at.variable(parameter)];
    if (parameter.type === undefined || !tree.isRow(parameter.type)) return names;
    if (context.conventions.isBased(parameter)) names.push(at.baseOf(parameter));
    if (context.conventions.takesLength(parameter)) names.push(at.variable(parameter.length!));
    return names;
  });
  const body = at.block(() => lowerStatements(at, of.body));
  const measured = measure(body);
  const code = lua.createFunctionExpression(lua.createBlock(body), parameters);
  const name = lua.createIdentifier(context.names.of(of));
  return {
    tree: of,
    statement: lua.createAssignmentStatement(name, code, of.node),
    functions: at.functions,
    variables: at.variables,
    helpers: at.helpers,
    owned: [...at.owned.values()],
    measured: { ...measured, locals: measured.locals + parameters.length },
  };
}
