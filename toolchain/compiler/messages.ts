/**
 * Every message of the compiler: one number each, what is wrong, why, and what to write instead.
 *
 * 1xxx: syntax, names and types; 2xxx: ranges of values; 3xxx: bounds of arrays; 4xxx: calls and order;
 * 5xxx: interrupts; 6xxx: Lua alone; 7xxx: boards and images; 9xxx: the compiler itself.
 * docs/messages has a page per number.
 */
import ts from "typescript";
import { closestName } from "../spelling.ts";

/** What tells a message of this compiler from one of TypeScript. */
export const SOURCE = "joinery";

type Factory<Arguments extends unknown[]> = ((node: ts.Node, ...values: Arguments) => ts.Diagnostic) & {
  readonly code: number;
};

/** Longer pieces of a source are cut in a message: its place shows them anyway. */
const LONGEST_QUOTE = 200;

function define<Arguments extends unknown[]>(
  code: number,
  text: (...values: Arguments) => string,
): Factory<Arguments> {
  const factory = (node: ts.Node, ...values: Arguments): ts.Diagnostic => {
    const quoted = values.map((value) => (typeof value === "string" ? quote(value) : value)) as Arguments;
    return diagnostic(code, text(...quoted), placeOf(node));
  };
  return Object.assign(factory, { code });
}

interface Place {
  readonly file: ts.SourceFile | undefined;
  readonly start: number | undefined;
  readonly length: number | undefined;
}

const NOWHERE: Place = { file: undefined, start: undefined, length: undefined };

export function placeOf(node: ts.Node): Place {
  const file = node.getSourceFile();
  const start = node.getStart(file);
  return { file, start, length: node.getEnd() - start };
}

function diagnostic(code: number, messageText: string, place: Place): ts.Diagnostic {
  return { category: ts.DiagnosticCategory.Error, code, ...place, messageText, source: SOURCE };
}

function quote(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line.length > LONGEST_QUOTE ? `${line.slice(0, LONGEST_QUOTE)}...` : line;
}

/** A range as people read it. */
export function show(range: { readonly min: number; readonly max: number }): string {
  return range.min === range.max ? String(range.min) : `${range.min}..${range.max}`;
}

function didYouMean(name: string, known: readonly string[]): string {
  const closest = closestName(name, known);
  return closest === undefined ? "" : `did you mean ${closest}? `;
}

/** Of an array or a row of records: an index is a u16. */
export const MOST_ELEMENTS = 0xffff;

type Range = { readonly min: number; readonly max: number };

/** What to write instead, whole: unlike texts of the source it is never shortened. */
export interface WayOut {
  readonly wayOut: string;
}

export const messages = {
  // ---- 1xxx: syntax, names and types
  syntax: define(1001, (what: string, wayOut: string) => `${what} has no place in firmware: ${wayOut}`),
  notInteger: define(
    1002,
    (text: string, unit?: WayOut) =>
      `${text} is not an integer below 2^53: the device has no floating point${unit ? `, so ${unit.wayOut}` : ""}`,
  ),
  stringValue: define(
    1003,
    () =>
      `a string exists only as the argument of ascii(): write const TEXT = ascii("...") and pass the table`,
  ),
  unknownName: define(
    1004,
    (
      name: string,
      { wayOut }: WayOut = {
        wayOut: "only what the program's own modules declare at their top level can be used",
      },
    ) => `'${name}' does not exist on the device: ${wayOut}`,
  ),
  missingType: define(
    1005,
    (what: string) =>
      `${what} needs a type: u8, u16, u32, i8, i16, i32, boolean, Int<Min, Max>, Bytes<N>, ...`,
  ),
  unknownType: define(
    1006,
    (type: string) =>
      `the type '${type}' does not exist on the device: use u8, u16, u32, i8, i16, i32, boolean, Int<Min, Max>, Bytes<N>, AtLeast<A, N>, Records<R, N>, Table8<N>, TableOf<R, N>, a const enum or a record class`,
  ),
  notConstant: define(
    1007,
    (what: string) => `${what} must be a constant that the compiler can compute, so that no code runs for it`,
  ),
  arraySize: define(1008, (name: string, length?: number) =>
    length === undefined
      ? `the size of an array must be a constant from 1 to ${MOST_ELEMENTS}, as in new ${name}(16): there is no heap`
      : `an array has 1 to ${MOST_ELEMENTS} elements, not ${length}: write another size, as in new ${name}(16)`,
  ),
  assertionProvesNothing: define(
    1009,
    (text: string) =>
      `'${text}' only silences TypeScript: use a cast such as u8(x), or a guard that proves it`,
  ),
  looseEquality: define(
    1010,
    (operator: string) => `'${operator}' converts its operands: write '${operator}='`,
  ),
  notBoolean: define(1011, () => "a condition must be a boolean: write the comparison, as in x !== 0"),
  notNumber: define(
    1012,
    () => "an integer is needed here: of a boolean write flag ? 1 : 0, of an array an element",
  ),
  fraction: define(
    1013,
    () => "a division has a fraction in JavaScript: put it directly under a cast, as in u16(a / b)",
  ),
  assignmentTarget: define(
    1014,
    (what: string) => `${what} cannot be assigned: only scalar variables, fields and array elements can`,
  ),
  referenceNotConstant: define(
    1015,
    (name: string) =>
      `'${name}' is the name of an array or record itself: declare it with const; a reference that changes is a local let of its own`,
  ),
  recordClass: define(
    1016,
    (what: string) => `a record class has initialised fields and nothing else: move ${what} out of it`,
  ),
  moduleStatement: define(
    1017,
    () => "no code runs while a module is loaded on the device: move this statement into a function",
  ),
  noMain: define(1018, () => "the entry module must export function main(): void"),
  configValue: define(
    1019,
    (name: string, value: string, wanted: string) =>
      `the configuration gives ${name} = ${value}, but it must be ${wanted}`,
  ),
  excluded: define(
    1054,
    (choice: string, reason: string) => `${choice || "the configuration"} cannot be built: ${reason}`,
  ),
  externName: define(
    1020,
    (name: string, mark: string) =>
      `'${name}' is no name that C has free for a function: write @${mark} followed by another`,
  ),
  caseLabel: define(
    1021,
    (reason: string) => `a case label must be a constant integer that occurs once: ${reason}`,
  ),
  escapes: define(
    1022,
    () => "this array lives in the function that returns it: return a module-level array or a parameter",
  ),
  lengthUnknown: define(
    1023,
    () => "the exact length is not known here: take it of the array itself or of a parameter",
  ),
  voidValue: define(1024, () => "this has no value: make it a statement of its own"),
  arrayKind: define(1025, (wanted: string, given: string) => `${wanted} is needed here, this is ${given}`),
  unused: define(1026, () => "this expression has no effect: remove it, or use its value"),
  circularConstant: define(
    1027,
    (name: string) =>
      `'${name}' is reached before its own declaration is complete: constants cannot refer to each other in a circle`,
  ),
  sameSymbol: define(
    1029,
    (symbol: string) =>
      `this and another name of the program both become '${symbol}' in C: rename one of them`,
  ),
  recordsOf: define(1030, (length?: number) =>
    length === undefined
      ? `records() takes a record class and a constant from 1 to ${MOST_ELEMENTS}, as in records(Slot, 8): there is no heap`
      : `a row of records has 1 to ${MOST_ELEMENTS} of them, not ${length}: write another number, as in records(Slot, 8)`,
  ),
  tableOfRecords: define(
    1031,
    () =>
      "tableOf() takes a record class and its constant records: tableOf(Channel, [{ hz: 868100000 }, ...])",
  ),
  constantField: define(
    1032,
    (record: string, field: string, given: string) =>
      `a table of records holds integers and booleans, but '${field}' of ${record} is ${given}: keep it in a table of its own`,
  ),
  constantRecord: define(
    1033,
    (record: string) =>
      `this ${record} is constant data in flash, one in RAM is needed here: pass the fields, or the table as TableOf<${record}, N> and the index`,
  ),

  dispatchEntry: define(
    1041,
    (entry: string) =>
      `a dispatch table lists functions that stand at the top level of a module, in brackets: ${entry} is none`,
  ),
  dispatchSignature: define(
    1042,
    (given: string, first: string) =>
      `the functions of a dispatch table take and give values of the same C types: this one is ${given}, ${first}`,
  ),
  inlineForm: define(
    1039,
    (name: string) =>
      `'${name}' is marked @inline and is to be called from outside its module: only a function of one module can become part of its callers; leave out the mark, or the export`,
  ),
  dispatchPlace: define(
    1043,
    (name: string) =>
      `a dispatch table can only be called through: write ${name}[i](...), and use the name wherever it is called`,
  ),
  outlives: define(
    1034,
    (value: string, name: string) =>
      `'${name}' outlives the array or record that ${value} is: declare that before '${name}', in the same block or further out`,
  ),

  notImported: define(1035, (fault: string, { wayOut }: WayOut) => `${fault}: ${wayOut}`),
  typeImport: define(
    1036,
    (name: string) =>
      `'${name}' is imported as a type alone, but used as a value here: write its import without 'type'`,
  ),

  noImplementation: define(
    1037,
    (name: string, symbol: string, board: string, { wayOut }: WayOut) =>
      `no C of ${board} and none of the application defines '${symbol}', which '${name}' stands for: ${wayOut}`,
  ),

  tableWritten: define(
    1038,
    (name: string) =>
      `'${name}' is a table: it lies in flash and cannot be written. Keep what changes in an array, new Uint8Array(n)`,
  ),

  // ---- 2xxx: ranges of values
  mayNotFit: define(
    2001,
    (range: Range, type: string, { wayOut }: WayOut) => `value ${show(range)} may not fit ${type}: ${wayOut}`,
  ),
  mayLeaveRange: define(
    2002,
    (range: Range, type: string, { wayOut }: WayOut) => `value ${show(range)} may leave ${type}: ${wayOut}`,
  ),
  tooLarge: define(
    2003,
    (range: Range) =>
      `the intermediate value ${show(range)} may pass 2^53, where JavaScript loses digits: use mul32(), or cast an operand first`,
  ),
  unsignedShiftOfNegative: define(
    2004,
    (range: Range) => `'>>>' wants 0..4294967295 on its left, this is ${show(range)}: wrap it with u32()`,
  ),
  signedShiftOfLarge: define(
    2005,
    (range: Range) =>
      `'>>' reads its left side as signed 32 bits, this is ${show(range)}: use '>>>' for u32, or wrap it with i32()`,
  ),
  shiftCount: define(
    2006,
    (range: Range, max: number, { wayOut }: WayOut) =>
      `a count here must lie in 0..${max}, this is ${show(range)}: ${wayOut}`,
  ),
  divisorZero: define(
    2007,
    (range: Range, { wayOut }: WayOut) => `the divisor ${show(range)} may be zero: ${wayOut}`,
  ),
  negativeDivision: define(
    2008,
    (operator: string, range: Range, { wayOut }: WayOut) =>
      `'${operator}' wants values from 0 on, this is ${show(range)}: ${wayOut}, or cast it`,
  ),
  mixedComparison: define(
    2009,
    (left: Range, right: Range) =>
      `${show(left)} and ${show(right)} have no common 32-bit type: cast one side, or compare a difference as i32(u32(a - b))`,
  ),
  beyond32Bits: define(
    2010,
    (range: Range, wayOut = "wrap it with u32(), or with i32() for a signed difference") =>
      `value ${show(range)} needs more than 32 bits: ${wayOut}`,
  ),
  unbounded: define(
    2011,
    (name: string) =>
      `no bound is known for '${name}', it may grow for ever: give it a type, as in let ${name}: u16 = 0, and cast what is stored`,
  ),
  missingReturn: define(
    2012,
    (name: string) =>
      `'${name}' may reach its end without a value: return one there, or add a default to the switch`,
  ),

  // ---- 3xxx: bounds of arrays
  indexOutside: define(
    3001,
    (range: Range, length: number, { wayOut }: WayOut) =>
      `index ${show(range)} may lie outside the ${length} element${length === 1 ? "" : "s"}: ${wayOut}`,
  ),
  accessOutside: define(
    3002,
    (end: Range, length: number, { wayOut }: WayOut) =>
      `the access may end at ${show(end)}, but only ${length} octet${length === 1 ? " is" : "s are"} known to be there: ${wayOut}`,
  ),
  offsetNegative: define(
    3003,
    (range: Range, { wayOut }: WayOut) => `offset or count ${show(range)} may be negative: ${wayOut}`,
  ),
  tooShort: define(
    3004,
    (wanted: number, given: number, type: string) =>
      `${wanted} elements are asked for, only ${given} are known to be there: pass a longer array, or ask for ${type}`,
  ),

  // ---- 4xxx: calls and order of evaluation
  recursion: define(
    4001,
    (cycle: readonly string[]) =>
      `${cycle.length === 2 ? `'${cycle[0]}' calls itself` : `${cycle.join(" -> ")} call each other in a circle`}: the device's stack must have a known depth, write a loop`,
  ),
  noRoom: define(
    4002,
    () =>
      "the order of evaluation needs a statement before this, where there is no room for one: compute the value in a statement of its own",
  ),
  criticalReturn: define(
    4003,
    () =>
      "a critical section ends at its brace, so that interrupts come back: keep the value in a variable and return after the section",
  ),
  criticalForm: define(
    4004,
    () =>
      "critical() is written in place: give it an arrow function without parameters, critical(() => { ... })",
  ),

  // ---- 5xxx: interrupts
  sharedData: define(
    5001,
    (name: string, handler: string) =>
      `'${name}' is also touched by the interrupt handler ${handler}, which may run between any two steps of the main program: make it a volatile cell, or touch it in critical() only`,
  ),
  wideCell: define(
    5002,
    (name: string, bits: string) =>
      `an interrupt may come between the octets of the ${bits} bits of '${name}': touch it inside critical(() => { ... })`,
  ),
  sharedFunction: define(
    5003,
    (called: string, name: string, handler: string) =>
      `'${called}' is called by the main program and by the interrupt handler ${handler}, and both would change '${name}' at a time: give each a function of its own, or call it in critical()`,
  ),
  handlerSignature: define(
    5004,
    (name: string) =>
      `the interrupt handler '${name}' is called by the hardware: it takes no parameters, gives no result and has a body`,
  ),
  cellPlace: define(
    5005,
    () =>
      "a volatile cell is a module-level const, used by its own name: write const CELL = new Volatile8() at the top level, and CELL.read() or CELL.write(x)",
  ),
  handlerCalled: define(
    5006,
    (name: string) =>
      `'${name}' is an interrupt handler, which only the hardware calls: move what both need into a function`,
  ),
  lostUpdate: define(
    5007,
    (name: string, handler: string) =>
      `the interrupt handler ${handler} may write '${name}' between this read and this write, and its value would be lost: do both inside critical(() => { ... })`,
  ),
  referenceLeaves: define(
    5008,
    (name: string) =>
      `'${name}' would go on referring, after the critical section, to what an interrupt handler may touch: declare it inside the section`,
  ),

  takenVector: define(
    5009,
    (vector: string, board: string) =>
      `the board handles the interrupt '${vector}' itself, in the C of ${board}: take another interrupt, or what joinery/hal says of this one`,
  ),

  unknownVector: define(5010, (vector: string, processor: string, known: readonly string[]) =>
    `the ${processor} has no interrupt '${vector}': ${didYouMean(vector, known) || `it has ${known.join(", ")}`}`.trimEnd(),
  ),

  // ---- 6xxx: Lua alone
  tooLargeForLua: define(
    6001,
    (name: string, what: string) =>
      `'${name}' is too large for Lua: it has ${what}. Split it into several functions`,
  ),
  takenInLua: define(
    6002,
    (name: string) =>
      `Lua, or what the compiler writes beside the program, has '${name}' for itself: give the board's function another name, as in @extern board_${name}`,
  ),
} as const;

/** The file of the entry module does not exist; this message has no place in a source. */
export function noEntry(path: string): ts.Diagnostic {
  return diagnostic(noEntry.code, `there is no file ${path}: give the module that exports main()`, NOWHERE);
}
noEntry.code = 1028;

/**
 * The configuration names a constant that no module declares; `open` are those that a configuration may give a value,
 * `given` is where, in a file.
 */
export function unknownConfig(name: string, open: readonly string[], given?: ts.Node): ts.Diagnostic {
  const hint = didYouMean(name, open);
  const names = open.length === 0 ? "it has none" : `it has ${open.join(", ")}`;
  return diagnostic(
    unknownConfig.code,
    `the configuration gives '${name}', but the program has no @config constant of that name: ${hint}${names}`,
    given ? placeOf(given) : NOWHERE,
  );
}
unknownConfig.code = 1040;

/**
 * The application lacks an export that the stack imports. `near` is what it has instead, a name of the same spelling
 * that is not exported or one that is exported but misspelt; without one the place is the application's first line.
 */
export function missingExport(
  application: ts.SourceFile,
  name: string,
  near: ts.Node | undefined,
  example?: string,
): ts.Diagnostic {
  const wayOut =
    near?.getText() === name
      ? ": write export before it"
      : `${near ? ", is this it" : ""}${written(example)}`;
  const text = `the application must export '${name}', which the stack imports${wayOut}`;
  return diagnostic(missingExport.code, text, near ? placeOf(near) : firstLineOf(application));
}
missingExport.code = 1051;

/** The first line that holds anything. */
function firstLineOf(file: ts.SourceFile): Place {
  const [line = ""] = /\S.*/.exec(file.text) ?? [];
  return { file, start: line === "" ? 0 : file.text.indexOf(line), length: line.trimEnd().length };
}

/**
 * The stack uses an export of the application in a way that its declaration does not allow; `fault` is what is wrong
 * there, `example` how an application declares it, `demand` what its value must be.
 */
export function unfitExport(
  node: ts.Node,
  name: string,
  fault: string,
  example?: string,
  demand?: string,
): ts.Diagnostic {
  const instead =
    demand === undefined || example === undefined ? written(example) : `: ${demand}, as in ${example}`;
  const what = `the stack uses '${name}' otherwise than it is declared here (${fault})${instead}`;
  return diagnostic(unfitExport.code, what, placeOf(node));
}
unfitExport.code = 1052;

function written(example: string | undefined): string {
  return example === undefined ? "" : `: write ${example}`;
}

/** A piece of a JSON file. */
export interface JsonPlace {
  readonly path: string;
  /** The whole of the file. */
  readonly content: string;
  readonly start: number;
  readonly length: number;
}

function inJson(place: JsonPlace | undefined): Place {
  if (place === undefined) return NOWHERE;
  const { path, content, start, length } = place;
  const file = ts.createSourceFile(path, content, ts.ScriptTarget.Latest, false, ts.ScriptKind.JSON);
  return { file, start, length };
}

/** The joinery.json that a program is compiled by cannot be used; `place` is where in the file, if it could be read. */
export function unusableProject(why: string, place?: JsonPlace): ts.Diagnostic {
  return diagnostic(unusableProject.code, why, inJson(place));
}
unusableProject.code = 1053;

/** The same of the board.json that a program is compiled for. */
export function unusableBoard(why: string, place?: JsonPlace): ts.Diagnostic {
  return diagnostic(unusableBoard.code, why, inJson(place));
}
unusableBoard.code = 7001;

/**
 * An image takes more than its board has or its budget allows: `what` and how much; `where` is what sets the limit, or
 * a variable that passes it by itself.
 */
export function imageTooLarge(what: string, where?: JsonPlace | ts.Node): ts.Diagnostic {
  const place = where !== undefined && "kind" in where ? placeOf(where) : inJson(where);
  return diagnostic(imageTooLarge.code, what, place);
}
imageTooLarge.code = 7002;

/** A source nests so deeply at a place that it cannot be read, and nothing more can be said of it. */
export class TooDeep extends Error {
  readonly diagnostic: ts.Diagnostic;

  constructor(place: Place) {
    super("nested too deeply");
    this.diagnostic = diagnostic(
      TooDeep.code,
      "the source nests too deeply here: compute in steps, with variables or functions of their own",
      place,
    );
  }

  static readonly code = 1050;
}

/** The compiler itself broke down at `node`, or nowhere in the sources; `what` is the exception and its stack. */
export function internalError(node: ts.Node | undefined, what: string): ts.Diagnostic {
  const text = `the compiler itself breaks down${node ? " here" : ""}: this is a fault of Joinery, not of your source.`;
  const report = `Please report it with ${node ? "these lines of yours" : "your sources"} and what follows`;
  return diagnostic(internalError.code, `${text} ${report}\n${what}`, node ? placeOf(node) : NOWHERE);
}
internalError.code = 9001;

/** Gathers the messages of one compilation. */
export class Messages {
  list: ts.Diagnostic[] = [];

  /** Adds a message, unless its place holds one already: then it is a consequence of that. */
  add(diagnostic: ts.Diagnostic): void {
    if (!this.list.some((earlier) => holds(diagnostic, earlier))) this.list.push(diagnostic);
  }

  /** Takes back the messages that are consequences. */
  drop(isConsequence: (diagnostic: ts.Diagnostic) => boolean): void {
    this.list = this.list.filter((diagnostic) => !isConsequence(diagnostic));
  }
}

function holds(outer: ts.Diagnostic, inner: ts.Diagnostic): boolean {
  if (outer.file !== inner.file || outer.start === undefined || inner.start === undefined) return false;
  return outer.start <= inner.start && inner.start + inner.length! <= outer.start + outer.length!;
}
