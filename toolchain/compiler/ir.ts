/**
 * The program as C will say it: every width, every conversion and every order of evaluation is decided.
 * `emit-c` only prints it.
 */
import type { IntName } from "./tree.ts";

/**
 * The type that a C expression has. "int" and "uint" are C's own promoted types: int holds at least
 * -32768..32767 and unsigned int at least 0..65535, 16 bits on AVR and 32 elsewhere.
 */
export type ValueType = IntName | "int" | "uint" | "bool";

/** What a name is declared as. */
export type Declared =
  | { readonly kind: "value"; readonly type: IntName | "bool" }
  | { readonly kind: "void" }
  | { readonly kind: "pointer"; readonly element: IntName; readonly flash: boolean }
  | { readonly kind: "record"; readonly struct: string; readonly flash: boolean };

/** A function with its arguments. */
export interface IrInvocation {
  /** Of the function, or of the dispatch table that it is looked up in. */
  readonly name: string;
  /** The C type of a function of that table, and which one. */
  readonly through?: { readonly type: string; readonly index: IrExpression };
  readonly arguments: readonly (IrExpression | IrPointer)[];
}

export type IrExpression =
  /** `suffixed`: printed so that its C type is `type`, not just its value. */
  | {
      readonly kind: "constant";
      readonly type: ValueType;
      readonly value: number;
      readonly hexadecimal: boolean;
      readonly suffixed: boolean;
      /** The name that the source has for it. */
      readonly name?: string;
    }
  | { readonly kind: "name"; readonly type: ValueType; readonly name: string }
  | {
      readonly kind: "member";
      readonly type: ValueType;
      readonly record: IrPointer;
      readonly field: string;
      readonly flash: boolean;
    }
  | {
      readonly kind: "index";
      readonly type: ValueType;
      readonly array: IrPointer;
      readonly index: IrExpression;
      readonly flash: boolean;
    }
  | { readonly kind: "convert"; readonly type: ValueType; readonly operand: IrExpression }
  | {
      readonly kind: "unary";
      readonly type: ValueType;
      readonly operator: "-" | "~" | "!";
      readonly operand: IrExpression;
    }
  | {
      readonly kind: "binary";
      readonly type: ValueType;
      readonly operator: string;
      readonly left: IrExpression;
      readonly right: IrExpression;
      /** Of an unsigned: its value and those of its parts fit int too. */
      readonly small?: boolean;
    }
  | {
      readonly kind: "conditional";
      readonly type: ValueType;
      readonly condition: IrExpression;
      readonly whenTrue: IrExpression;
      readonly whenFalse: IrExpression;
    }
  | ({ readonly kind: "call"; readonly type: ValueType } & IrInvocation);

/** An array or record by reference. */
export type IrPointer =
  /** Elements in a row by the name of the first, be they numbers or records. */
  | { readonly kind: "array"; readonly name: string }
  /** A record by its name; `pointer` where the name is a pointer already. */
  | { readonly kind: "record"; readonly name: string; readonly pointer: boolean }
  | { readonly kind: "memberArray"; readonly record: IrPointer; readonly field: string }
  | { readonly kind: "memberRecord"; readonly record: IrPointer; readonly field: string }
  /** A record in a row. */
  | { readonly kind: "elementRecord"; readonly array: IrPointer; readonly index: IrExpression }
  | { readonly kind: "offset"; readonly array: IrPointer; readonly index: IrExpression }
  | {
      readonly kind: "choice";
      readonly condition: IrExpression;
      readonly whenTrue: IrPointer;
      readonly whenFalse: IrPointer;
    }
  | ({ readonly kind: "pointerCall" } & IrInvocation);

/** Where a statement comes from. */
export interface Origin {
  /** From 1. */
  readonly line: number;
  /** The comments that stand before it, each with its own line. */
  readonly comments: readonly { readonly line: number; readonly text: string }[];
}

export type IrStatement = { readonly origin: Origin | undefined } & (
  | {
      readonly kind: "declare";
      readonly type: Declared;
      readonly name: string;
      /** Undefined: the statements that follow give it. */
      readonly value: IrExpression | IrPointer | undefined;
    }
  /** The name of a reference stands for something else from here on. */
  | { readonly kind: "point"; readonly name: string; readonly value: IrPointer }
  /** Storage of the function; `blank`: its first value is never read. */
  | {
      readonly kind: "declareStorage";
      readonly storage: IrStorage;
      readonly name: string;
      readonly blank: boolean;
    }
  | { readonly kind: "assign"; readonly target: IrExpression; readonly value: IrExpression }
  | { readonly kind: "step"; readonly target: IrExpression; readonly by: 1 | -1 }
  | ({
      readonly kind: "call";
      /** It gives a value, which nothing uses. */
      readonly drops?: boolean;
    } & IrInvocation)
  | {
      readonly kind: "if";
      readonly condition: IrExpression;
      readonly whenTrue: IrBlock;
      readonly whenFalse: IrBlock;
    }
  | { readonly kind: "while"; readonly condition: IrExpression; readonly body: IrBlock }
  | {
      readonly kind: "do";
      readonly condition: IrExpression;
      readonly conditionLine: number;
      readonly body: IrBlock;
    }
  | {
      readonly kind: "for";
      readonly initial: IrStatement | undefined;
      readonly condition: IrExpression | undefined;
      readonly step: readonly IrStatement[];
      readonly body: IrBlock;
    }
  | {
      readonly kind: "switch";
      readonly value: IrExpression;
      readonly clauses: readonly {
        /** Undefined: default alone, or what only the clause before leads to. */
        readonly label: IrExpression | undefined;
        /** Taken for every other value too. */
        readonly fallback: boolean;
        readonly line: number;
        readonly body: IrBlock;
      }[];
    }
  | { readonly kind: "jump"; readonly to: "break" | "continue" }
  | { readonly kind: "return"; readonly value: IrExpression | IrPointer | undefined }
  | { readonly kind: "block"; readonly body: IrBlock }
  /** No interrupt occurs in the body; `name` keeps whether they were on before. */
  | { readonly kind: "critical"; readonly name: string; readonly body: IrBlock }
);

export type IrBlock = readonly IrStatement[];

export interface IrParameter {
  readonly type: Declared;
  readonly name: string;
}

export interface IrFunction {
  readonly name: string;
  readonly result: Declared;
  readonly parameters: readonly IrParameter[];
  readonly body: IrBlock;
  /** Parameters and declarations whose value nothing uses: C would warn of them. */
  readonly unread: ReadonlySet<IrParameter | IrStatement>;
  /** An interrupt handler: called by the hardware under its own name. */
  readonly interrupt: boolean;
  /** It becomes part of each of its callers, which are of its module. */
  readonly inline: boolean;
  readonly shared: boolean;
  readonly origin: Origin;
  /** The line of its closing brace. */
  readonly endLine: number;
}

export interface IrStruct {
  readonly name: string;
  readonly fields: readonly { readonly name: string; readonly storage: IrStorage }[];
  readonly origin: Origin;
}

/** What a variable or field holds, with its first value. */
export type IrStorage =
  | { readonly kind: "value"; readonly type: IntName | "bool"; readonly value: number }
  /** `values` undefined: zeros. */
  | {
      readonly kind: "array";
      readonly element: IntName;
      readonly length: number;
      readonly values: readonly number[] | undefined;
    }
  | { readonly kind: "record"; readonly struct: IrStruct }
  | { readonly kind: "records"; readonly struct: IrStruct; readonly length: number };

export interface IrVariable {
  readonly name: string;
  readonly shared: boolean;
  readonly origin: Origin;
  readonly storage:
    | IrStorage
    | {
        readonly kind: "table";
        readonly element: IntName;
        readonly values: readonly number[];
        readonly text: string | undefined;
        /** As the source writes the values. */
        readonly hexadecimal: boolean;
      }
    /** A constant table of records: the values of each record in the order of the fields. */
    | { readonly kind: "rows"; readonly struct: IrStruct; readonly rows: readonly (readonly number[])[] }
    | { readonly kind: "cell"; readonly type: IntName | "bool" }
    | {
        readonly kind: "functions";
        /** The name of the C type of a pointer to each. */
        readonly type: string;
        readonly functions: readonly string[];
        readonly result: Declared;
        readonly parameters: readonly Declared[];
      };
}

export interface IrModule {
  readonly name: string;
  /** What `#line` prints. */
  readonly source: string;
  readonly structs: readonly IrStruct[];
  readonly variables: readonly IrVariable[];
  /** Each after the functions that it calls. */
  readonly functions: readonly IrFunction[];
  /** Implemented by the board. */
  readonly externals: readonly IrFunction[];
  readonly constants: readonly { readonly name: string; readonly value: number }[];
  /** Other modules whose records the declarations mention. */
  readonly types: ReadonlySet<string>;
  /** Other modules that the code refers to. */
  readonly uses: ReadonlySet<string>;
  /** Has an interrupt handler or a critical section. */
  readonly interrupts: boolean;
}
