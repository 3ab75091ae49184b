/**
 * The checked program: what `check` makes of the TypeScript syntax, and what `calls`, `range` and `lower` read.
 *
 * Names are resolved, constants are folded, branches on constants are gone, and every node keeps the
 * syntax that it came from. An expression still means exactly what JavaScript computes; no width of C
 * appears here.
 */
import type ts from "typescript";

/** Widths that a cast, an array element or a variable may have. */
export type IntName = "u8" | "u16" | "u32" | "i8" | "i16" | "i32";

export interface IntType {
  readonly kind: "int";
  readonly min: number;
  readonly max: number;
  /** As written in the source: "u8", "Int<0,64>", "State". */
  readonly name: string;
}
export interface BooleanType {
  readonly kind: "boolean";
}
export interface VoidType {
  readonly kind: "void";
}
/** Numbers in a row. `memory` "flash" is a constant table. */
export interface ArrayType {
  readonly kind: "array";
  readonly element: IntName;
  readonly memory: "ram" | "flash";
  /** What is known to be there; exact for a variable that owns its storage, a minimum for a parameter. */
  readonly length: number;
}
/** A record in RAM, or one of a constant table in flash. */
export interface RecordType {
  readonly kind: "record";
  readonly record: RecordTree;
  readonly memory: "ram" | "flash";
}
/** Records of one class in a row; `memory` and `length` as of an array. */
export interface RecordsType {
  readonly kind: "records";
  readonly record: RecordTree;
  readonly memory: "ram" | "flash";
  readonly length: number;
}
/** A volatile cell: what an interrupt handler and the main program share. */
export interface CellType {
  readonly kind: "cell";
  readonly width: "u8" | "u16" | "u32" | "bool";
}
/** A dispatch table: constant functions of one C type. */
export interface FunctionsType {
  readonly kind: "functions";
  readonly functions: readonly FunctionTree[];
  /** What suits every function. */
  readonly parameters: readonly Type[];
  /** What any of the functions may give. */
  readonly result: Type;
}
/** What has elements and a length. */
export type RowType = ArrayType | RecordsType;
/** What a name refers to instead of holding it. */
export type ReferenceType = RowType | RecordType;
export type ScalarType = IntType | BooleanType;
export type Type = ScalarType | VoidType | ReferenceType | CellType | FunctionsType;

/** A source file of the program. */
export interface Module {
  readonly file: ts.SourceFile;
  /** Relative to the firmware folder: "crypto/aes.ts". */
  readonly path: string;
  /** Relative to the package: "firmware/crypto/aes.ts"; what `#line` prints. */
  readonly line: string;
  /** Unique in the program and fit for C: "aes". */
  readonly name: string;
}

export interface Variable {
  readonly name: string;
  readonly node: ts.Node;
  readonly module: Module;
  readonly scope: "module" | "parameter" | "local";
  /** Undefined for a local scalar whose range follows from what is stored in it. */
  readonly type: Type | undefined;
  readonly constant: boolean;
  /** What a module-level variable, or a local array or record, starts with; a table has its values here. */
  readonly initial?: Initial;
  /** A parameter with elements: the variable that stands for its length. */
  readonly length?: Variable;
  /** A local reference declared with const: the array or record that it stands for. */
  readonly alias?: Expression;
  /** A local reference declared with let: every array or record that it ever stands for. */
  readonly referents?: Expression[];
  /** Of a local: how many blocks of the function are around it. */
  readonly depth?: number;
}

export type Initial =
  | { readonly kind: "scalar"; readonly value: number }
  | { readonly kind: "zeroed" }
  /** The elements of an array in RAM. */
  | { readonly kind: "values"; readonly values: readonly number[] }
  | { readonly kind: "table"; readonly values: readonly number[]; readonly text?: string }
  /** The records of a constant table: each field's value; of a boolean 0 or 1. */
  | { readonly kind: "rows"; readonly rows: readonly ReadonlyMap<Field, number>[] }
  | { readonly kind: "functions" }
  /** The first values of the class, of one record or of each in a row. */
  | { readonly kind: "record" };

export interface Field {
  readonly name: string;
  readonly node: ts.Node;
  readonly record: RecordTree;
  readonly type: Type;
  readonly initial: Initial;
}

/** A class with initialised fields only. */
export interface RecordTree {
  readonly name: string;
  readonly node: ts.Node;
  readonly module: Module;
  readonly fields: Map<string, Field>;
}

export interface FunctionTree {
  readonly name: string;
  readonly node: ts.FunctionDeclaration;
  readonly module: Module;
  readonly parameters: readonly Variable[];
  readonly result: Type;
  /** The C name of a function that the board implements; it has no body then. */
  readonly external: string | undefined;
  /** The C name of an interrupt handler. */
  readonly interrupt: string | undefined;
  /** Whether it becomes part of each of its callers. */
  readonly inline: boolean;
  body: readonly Statement[];
}

export interface ProgramTree {
  readonly entry: FunctionTree;
  /** The interrupt handlers of every module of the program. */
  readonly interrupts: readonly FunctionTree[];
  /** Reached from the entry or an interrupt handler, and those that the board implements. */
  readonly functions: readonly FunctionTree[];
  /** Module-level variables that reached functions use, in the order of their declaration. */
  readonly variables: readonly Variable[];
  readonly records: readonly RecordTree[];
  /** Every `@extern` function of a module of the program, called or not: the board implements them all. */
  readonly externals: readonly FunctionTree[];
  /** Exported numeric constants of modules with `@extern` functions: the board's C reads them too. */
  readonly boardConstants: readonly {
    readonly module: Module;
    readonly name: string;
    readonly value: number;
  }[];
}

// ---- expressions

interface Node {
  readonly node: ts.Node;
}
export interface NumberNode extends Node {
  readonly kind: "number";
  readonly value: number;
}
export interface BooleanNode extends Node {
  readonly kind: "boolean";
  readonly value: boolean;
}
export interface VariableNode extends Node {
  readonly kind: "variable";
  readonly variable: Variable;
}
export interface FieldNode extends Node {
  readonly kind: "field";
  readonly base: Expression;
  readonly field: Field;
}
export interface ElementNode extends Node {
  readonly kind: "element";
  readonly array: Expression;
  readonly index: Expression;
}
export interface UnaryNode extends Node {
  readonly kind: "unary";
  readonly operator: "-" | "~";
  readonly operand: Expression;
}
export type ArithmeticOperator = "+" | "-" | "*" | "%" | "&" | "|" | "^" | "<<" | ">>" | ">>>";
export interface BinaryNode extends Node {
  readonly kind: "binary";
  readonly operator: ArithmeticOperator;
  readonly left: Expression;
  readonly right: Expression;
}
/** The quotient without its fraction: a division directly under a cast. */
export interface DivideNode extends Node {
  readonly kind: "divide";
  readonly left: Expression;
  readonly right: Expression;
}
export interface MultiplyNode extends Node {
  readonly kind: "mul32";
  readonly left: Expression;
  readonly right: Expression;
}
/** The low `bits` of a value, rotated left. */
export interface RotateNode extends Node {
  readonly kind: "rotate";
  readonly bits: 8 | 16 | 32;
  readonly value: Expression;
  readonly count: Expression;
}
export type CompareOperator = "<" | "<=" | ">" | ">=" | "===" | "!==";
export interface CompareNode extends Node {
  readonly kind: "compare";
  readonly operator: CompareOperator;
  readonly left: Expression;
  readonly right: Expression;
}
export interface NotNode extends Node {
  readonly kind: "not";
  readonly operand: Expression;
}
export interface LogicalNode extends Node {
  readonly kind: "logical";
  readonly operator: "&&" | "||";
  readonly left: Expression;
  readonly right: Expression;
}
export interface ConditionalNode extends Node {
  readonly kind: "conditional";
  readonly condition: Expression;
  readonly whenTrue: Expression;
  readonly whenFalse: Expression;
  readonly type: Type;
}
export interface CastNode extends Node {
  readonly kind: "cast";
  readonly to: IntName;
  readonly operand: Expression;
}
export interface CallNode extends Node {
  readonly kind: "call";
  readonly callee: FunctionTree;
  readonly arguments: readonly Expression[];
}
/** `TABLE[index](...)`. */
export interface DispatchNode extends Node {
  readonly kind: "dispatch";
  readonly table: Variable;
  readonly index: Expression;
  readonly arguments: readonly Expression[];
}
/** What a volatile cell holds now; another read may give another value. */
export interface ReadNode extends Node {
  readonly kind: "read";
  readonly cell: Variable;
}
export interface WriteNode extends Node {
  readonly kind: "write";
  readonly cell: Variable;
  readonly value: Expression;
}
/** `x++` and its like; the value is the one before (postfix) or after. */
export interface UpdateNode extends Node {
  readonly kind: "update";
  readonly target: Expression;
  readonly step: 1 | -1;
  readonly prefix: boolean;
}
export interface LengthNode extends Node {
  readonly kind: "length";
  readonly array: Expression;
}
export interface ViewNode extends Node {
  readonly kind: "view";
  readonly array: Expression;
  readonly offset: Expression;
  readonly count: number;
}
export interface LoadNode extends Node {
  readonly kind: "load";
  readonly bits: 16 | 32;
  readonly order: "le" | "be";
  readonly array: Expression;
  readonly offset: Expression;
}
export interface StoreNode extends Node {
  readonly kind: "store";
  readonly bits: 16 | 32;
  readonly order: "le" | "be";
  readonly array: Expression;
  readonly offset: Expression;
  readonly value: Expression;
}
export interface CopyNode extends Node {
  readonly kind: "copy";
  readonly target: Expression;
  readonly targetOffset: Expression;
  readonly source: Expression;
  readonly sourceOffset: Expression;
  readonly count: Expression;
}
export interface FillNode extends Node {
  readonly kind: "fill";
  readonly target: Expression;
  readonly offset: Expression;
  readonly count: Expression;
  readonly value: Expression;
  /** `wipe`: the C compiler must not leave it out, although nothing may read what it writes. */
  readonly lasting: boolean;
}
export interface EqualNode extends Node {
  readonly kind: "equal";
  readonly left: Expression;
  readonly leftOffset: Expression;
  readonly right: Expression;
  readonly rightOffset: Expression;
  readonly count: Expression;
}
export interface AssertNode extends Node {
  readonly kind: "assert";
  readonly condition: Expression;
}
export type Expression =
  | NumberNode
  | BooleanNode
  | VariableNode
  | FieldNode
  | ElementNode
  | UnaryNode
  | BinaryNode
  | DivideNode
  | MultiplyNode
  | RotateNode
  | CompareNode
  | NotNode
  | LogicalNode
  | ConditionalNode
  | CastNode
  | CallNode
  | DispatchNode
  | ReadNode
  | WriteNode
  | UpdateNode
  | LengthNode
  | ViewNode
  | LoadNode
  | StoreNode
  | CopyNode
  | FillNode
  | EqualNode
  | AssertNode;

// ---- statements

export interface DeclareStatement extends Node {
  readonly kind: "declare";
  readonly variable: Variable;
  /** A scalar, or a reference to an array or record that exists already. */
  readonly value: Expression | undefined;
  /** An array or record that the variable owns: zeroed, or with its fields' first values. */
  readonly owns: boolean;
}
export interface AssignStatement extends Node {
  readonly kind: "assign";
  readonly target: Expression;
  /** `target op= value` where set. */
  readonly operator: ArithmeticOperator | undefined;
  readonly value: Expression;
}
export interface ExpressionStatement extends Node {
  readonly kind: "expression";
  readonly expression: Expression;
}
export interface IfStatement extends Node {
  readonly kind: "if";
  readonly condition: Expression;
  readonly whenTrue: Statement;
  readonly whenFalse: Statement | undefined;
}
export interface LoopStatement extends Node {
  readonly kind: "loop";
  readonly form: "for" | "while" | "do";
  readonly initial: readonly Statement[];
  readonly condition: Expression | undefined;
  readonly step: readonly Statement[];
  readonly body: Statement;
}
export interface SwitchStatement extends Node {
  readonly kind: "switch";
  readonly value: Expression;
  readonly clauses: readonly {
    readonly node: ts.Node;
    /** Undefined: `default`. */
    readonly label: NumberNode | undefined;
    readonly body: readonly Statement[];
  }[];
}
export interface JumpStatement extends Node {
  readonly kind: "break" | "continue";
}
export interface ReturnStatement extends Node {
  readonly kind: "return";
  readonly value: Expression | undefined;
}
export interface BlockStatement extends Node {
  readonly kind: "block";
  readonly statements: readonly Statement[];
}
/** While the body runs, no interrupt occurs. */
export interface CriticalStatement extends Node {
  readonly kind: "critical";
  readonly body: Statement;
}
export type Statement =
  | DeclareStatement
  | AssignStatement
  | ExpressionStatement
  | IfStatement
  | LoopStatement
  | SwitchStatement
  | JumpStatement
  | ReturnStatement
  | BlockStatement
  | CriticalStatement;

/** The values that a width holds. */
export const RANGES: Readonly<Record<IntName, { readonly min: number; readonly max: number }>> = {
  u8: { min: 0, max: 0xff },
  u16: { min: 0, max: 0xffff },
  u32: { min: 0, max: 0xffffffff },
  i8: { min: -0x80, max: 0x7f },
  i16: { min: -0x8000, max: 0x7fff },
  i32: { min: -0x80000000, max: 0x7fffffff },
};

/** The narrowest width that holds every value of a range; unsigned where nothing is negative. */
export function narrowest(range: { readonly min: number; readonly max: number }): IntName | undefined {
  const names: IntName[] = range.min >= 0 ? ["u8", "u16", "u32"] : ["i8", "i16", "i32"];
  return names.find((name) => range.min >= RANGES[name].min && range.max <= RANGES[name].max);
}

export const BITS: Readonly<Record<IntName, 8 | 16 | 32>> = {
  u8: 8,
  u16: 16,
  u32: 32,
  i8: 8,
  i16: 16,
  i32: 32,
};

export function intType(name: IntName): IntType {
  return { kind: "int", ...RANGES[name], name };
}

/** Whether a value of the type is a name for storage elsewhere. */
export function isReference(type: Type): type is ReferenceType {
  return isRow(type) || type.kind === "record";
}

export function isRow(type: Type): type is RowType {
  return type.kind === "array" || type.kind === "records";
}

/** The kind of value that an expression has; the exact range of an integer is `range`'s matter. */
export function typeOf(expression: Expression): Type {
  switch (expression.kind) {
    case "variable":
      return expression.variable.type ?? INTEGER;
    case "field":
      return expression.field.type;
    case "element": {
      const row = typeOf(expression.array);
      if (row.kind === "records") return { kind: "record", record: row.record, memory: row.memory };
      return row.kind === "array" ? intType(row.element) : INTEGER;
    }
    case "boolean":
    case "compare":
    case "not":
    case "logical":
    case "equal":
      return { kind: "boolean" };
    case "conditional":
      return expression.type;
    case "cast":
      return intType(expression.to);
    case "call":
      return expression.callee.result;
    case "dispatch":
      return functionsOf(expression).result;
    case "read":
      return valueOfCell(expression.cell.type as CellType);
    case "view": {
      const whole = typeOf(expression.array);
      return whole.kind === "array" ? { ...whole, length: expression.count } : INTEGER;
    }
    case "load":
      return intType(expression.bits === 16 ? "u16" : "u32");
    case "mul32":
      return intType("u32");
    case "rotate":
      return intType(`u${expression.bits}`);
    case "store":
    case "copy":
    case "fill":
    case "write":
    case "assert":
      return { kind: "void" };
    default:
      return INTEGER;
  }
}

/** An integer of which only `range` knows the bounds. */
const INTEGER: IntType = {
  kind: "int",
  min: Number.MIN_SAFE_INTEGER,
  max: Number.MAX_SAFE_INTEGER,
  name: "number",
};

/** The table that a dispatch goes through. */
export function functionsOf(expression: DispatchNode): FunctionsType {
  return expression.table.type as FunctionsType;
}

/** The functions that an expression may call itself; none where it is no call. */
export function calleesOf(expression: Expression): readonly FunctionTree[] {
  if (expression.kind === "call") return [expression.callee];
  return expression.kind === "dispatch" ? functionsOf(expression).functions : [];
}

/** What a cell holds. */
export function valueOfCell(type: CellType): ScalarType {
  return type.width === "bool" ? { kind: "boolean" } : intType(type.width);
}
