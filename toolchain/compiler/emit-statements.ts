/** Statements of the IR as C text. */
import { C_TYPES, expression, invocation, operand } from "./emit-expressions.ts";
import type { Printer } from "./emit-printer.ts";
import { storageDeclaration, storageValue } from "./emit-storage.ts";
import type { Declared, IrBlock, IrFunction, IrParameter, IrStatement } from "./ir.ts";

type Unread = IrFunction["unread"];

/** The statements of a function. `unread` are the declarations that nothing uses: C would warn of them. */
export function emitBlock(printer: Printer, block: IrBlock, unread: Unread): void {
  for (const statement of block) {
    printer.at(statement.origin);
    emitStatement(printer, statement, unread);
  }
}

function emitStatement(printer: Printer, statement: IrStatement, unread: Unread): void {
  switch (statement.kind) {
    case "declareStorage":
      printer.text(
        `${storageDeclaration(statement.name, statement.storage)}${statement.blank ? "" : ` = ${storageValue(statement.storage)}`};`,
      );
      emitUnread(printer, statement, unread);
      return;
    case "declare":
      printer.text(`${simple(statement)};`);
      emitUnread(printer, statement, unread);
      return;
    case "if":
      emitIf(printer, statement, unread);
      return;
    case "while":
      emitBody(printer, `while (${expression(statement.condition)})`, statement.body, unread);
      return;
    case "do":
      printer.text("do {");
      printer.inner(() => emitBlock(printer, statement.body, unread));
      printer.at({ line: statement.conditionLine, comments: [] });
      printer.text(`} while (${expression(statement.condition)});`);
      return;
    case "for":
      emitFor(printer, statement, unread);
      return;
    case "switch":
      printer.text(`switch (${expression(statement.value)}) {`);
      printer.inner(() => {
        for (const clause of statement.clauses) emitClause(printer, clause, unread);
      });
      printer.text("}");
      return;
    case "block":
      printer.text("{");
      printer.inner(() => emitBlock(printer, statement.body, unread));
      printer.text("}");
      return;
    case "critical":
      printer.text("{");
      printer.inner(() => {
        printer.text(`const joinery_interrupts ${statement.name} = joinery_interrupts_off();`);
        emitBlock(printer, statement.body, unread);
        printer.text(`joinery_interrupts_restore(${statement.name});`);
      });
      printer.text("}");
      return;
    default:
      printer.text(`${simple(statement)};`);
  }
}

/** Keeps C from warning of a name that nothing reads. */
export function emitUnread(
  printer: Printer,
  declaration: (IrStatement & { readonly name: string }) | IrParameter,
  unread: Unread,
): void {
  if (unread.has(declaration)) printer.text(`(void)${declaration.name};`);
}

/** `head { body }`: in one line where the source has both in one. */
function emitBody(printer: Printer, head: string, body: IrBlock, unread: Unread): void {
  const [only] = body;
  const short = body.length === 1 && SHORT.has(only.kind) && only.origin?.comments.length === 0;
  if (short && printer.isAt(only.origin)) {
    printer.text(`${head} { ${simple(only)}; }`);
    return;
  }
  printer.text(`${head} {`);
  printer.inner(() => emitBlock(printer, body, unread));
  printer.text("}");
}

const SHORT = new Set(["point", "assign", "step", "call", "jump", "return"]);

function emitIf(printer: Printer, statement: IrStatement & { kind: "if" }, unread: Unread): void {
  const head = `if (${expression(statement.condition)})`;
  if (statement.whenFalse.length === 0) {
    emitBody(printer, head, statement.whenTrue, unread);
    return;
  }
  printer.text(`${head} {`);
  printer.inner(() => emitBlock(printer, statement.whenTrue, unread));
  const [only] = statement.whenFalse;
  if (statement.whenFalse.length === 1 && only.kind === "if" && only.origin?.comments.length === 0) {
    printer.at(only.origin);
    printer.prefix("} else ", () => emitIf(printer, only, unread));
    return;
  }
  printer.text("} else {");
  printer.inner(() => emitBlock(printer, statement.whenFalse, unread));
  printer.text("}");
}

function emitFor(printer: Printer, statement: IrStatement & { kind: "for" }, unread: Unread): void {
  const { initial } = statement;
  if (initial?.kind === "declare" && unread.has(initial)) {
    printer.text("{");
    printer.inner(() =>
      emitBlock(printer, [initial, { ...statement, origin: undefined, initial: undefined }], unread),
    );
    printer.text("}");
    return;
  }
  const first = initial ? simple(initial) : "";
  const condition = statement.condition ? ` ${expression(statement.condition)}` : "";
  const step = statement.step.map(simple).join(", ");
  emitBody(printer, `for (${first};${condition};${step ? ` ${step}` : ""})`, statement.body, unread);
}

function emitClause(
  printer: Printer,
  clause: (IrStatement & { kind: "switch" })["clauses"][number],
  unread: Unread,
): void {
  printer.at({ line: clause.line, comments: [] });
  const labels = clause.label ? [`case ${expression(clause.label)}:`] : [];
  const label = [...labels, ...(clause.fallback ? ["default:"] : [])].join(" ");
  const [only] = clause.body;
  const block = clause.body.length === 1 && only.kind === "block" ? only.body : undefined;
  // In C99 no declaration may follow a label.
  if (block || clause.body.some((statement) => statement.kind.startsWith("declare"))) {
    printer.text(`${label} {`.trimStart());
    printer.inner(() => emitBlock(printer, block ?? clause.body, unread));
    printer.text("}");
    return;
  }
  if (label !== "") printer.text(label);
  printer.inner(() => emitBlock(printer, clause.body, unread));
}

/** A statement without its semicolon; these may stand in the head of a for loop. */
function simple(statement: IrStatement): string {
  switch (statement.kind) {
    case "declare":
      return `${declared(statement.type)}${statement.name}${statement.value ? ` = ${operand(statement.value)}` : ""}`;
    case "point":
      return `${statement.name} = ${operand(statement.value)}`;
    case "assign":
      return `${expression(statement.target)} = ${expression(statement.value)}`;
    case "step":
      return `${expression(statement.target)}${statement.by > 0 ? "++" : "--"}`;
    case "call":
      return `${statement.drops ? "(void)" : ""}${invocation(statement)}`;
    case "jump":
      return statement.to;
    case "return":
      return statement.value ? `return ${operand(statement.value)}` : "return";
    default:
      throw new Error(`${statement.kind} is no simple statement`);
  }
}

/** A type and the space or asterisk before a name. */
export function declared(type: Declared): string {
  switch (type.kind) {
    case "void":
      return "void ";
    case "value":
      return `${C_TYPES[type.type]} `;
    case "pointer":
      return `${type.flash ? "const " : ""}${C_TYPES[type.element]} *`;
    case "record":
      return `${type.flash ? "const " : ""}${type.struct} *`;
  }
}
