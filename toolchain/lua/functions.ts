/** One function of the program as Lua. */
import * as lua from "typescript-to-lua";
import { messages, type tree } from "../compiler/index.ts";
import { type Measure, measure } from "./measure.ts";
import { lowerStatements, referenceNames } from "./statements.ts";
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
  /** Names of the chunk that take the place of local variables. */
  readonly outside: readonly string[];
  readonly measured: Measure;
}

/** Lua goes 200 deep, with what its own syntax takes. */
const MOST_BLOCKS = 120;

/** Lowers a function; one that passes Lua's limits is a message. */
export function lowerFunction(context: ProgramContext, of: tree.FunctionTree): LoweredFunction {
  const first = lower(context, of, false);
  const most = context.dialect.locals;
  // Variables of the source live outside then; what interrupts itself cannot keep them there.
  const tight = first.measured.locals > most && !context.reentrant.has(of);
  const lowered = tight ? lower(context, of, true) : first;
  const { locals, depth } = lowered.measured;
  const { found } = context.analysis;
  const report = (what: string) => found.add(messages.tooLargeForLua(of.node.name!, of.name, what));
  if (locals > most) report(`${locals} local variables at once, ${most} at most`);
  else if (depth > MOST_BLOCKS) report(`${depth} blocks inside each other, ${MOST_BLOCKS} at most`);
  return lowered;
}

function lower(context: ProgramContext, of: tree.FunctionTree, tight: boolean): LoweredFunction {
  const at = new Writer(context, of, tight);
  const parameters = of.parameters.flatMap((parameter) => {
    const names = referenceNames(at, parameter);
    return context.conventions.takesLength(parameter) ? [...names, at.variable(parameter.length!)] : names;
  });
  const body = at.block(() => lowerStatements(at, of.body));
  const { locals, depth } = measure(body);
  const code = lua.createFunctionExpression(lua.createBlock(body), parameters);
  return {
    tree: of,
    statement: lua.createAssignmentStatement(lua.createIdentifier(context.names.of(of)), code, of.node),
    functions: at.functions,
    variables: at.variables,
    helpers: at.helpers,
    owned: [...at.owned.values()],
    outside: [...at.outside],
    measured: { locals: locals + parameters.length, depth },
  };
}
