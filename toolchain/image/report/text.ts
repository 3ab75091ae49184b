/** A report as a person reads it in a terminal. */
import { type Change, changesOf, type Grouping, isSameTarget, type Memory } from "./compare.ts";
import { energyLine, energyLines } from "./energy-text.ts";
import { bySize, labelOf, modulesOf, type Part, type SizeReport, type StackReport } from "./size-report.ts";

/** What colours do to a text; every member returns it unchanged where there are none. */
export interface TextStyle {
  dim(text: string): string;
  bold(text: string): string;
}

export const PLAIN: TextStyle = { dim: (text) => text, bold: (text) => text };

/** The three figures, each with what the board has, and what it draws where that was measured. */
export function figureLines(report: SizeReport): string[] {
  const { flashBytes, ramBytes, stackBytes, capacity, energy = [] } = report;
  const left = capacity.ramBytes - ramBytes;
  return [
    `flash ${share(flashBytes, capacity.flashBytes)}`,
    `RAM   ${share(ramBytes, capacity.ramBytes)} before the stack`,
    stackBytes === null
      ? "stack not known at worst (joinery size tells why)"
      : `stack ${share(stackBytes, left)} at worst`,
    ...energy.map((estimate) => `draws ${energyLine(estimate)}`),
  ];
}

function share(bytes: number, of: number): string {
  return `${bytes} of ${of} B (${percent(bytes, of)} %)`;
}

function percent(bytes: number, of: number): string {
  return of === 0 ? "0.0" : ((100 * bytes) / of).toFixed(1);
}

/** The deepest stack as a chain of calls, and what is not known of it. */
export function stackLines({ program, interrupt, unknown }: StackReport): string[] {
  const line = (bytes: number, what: string) => `${String(bytes).padStart(5)} B  ${what}`;
  const steps = (chain: StackReport["program"]["steps"]) =>
    chain.flatMap(({ function: name, through, bytes }) => [
      line(bytes, name),
      ...through.map((inlined, index) => `${" ".repeat(9 + 2 * (index + 1))}${inlined}, inlined`),
    ]);
  const lines = steps(program.steps);
  if (interrupt !== null) {
    const [first, ...rest] = interrupt.steps;
    const pushed = interrupt.bytes - interrupt.steps.reduce((sum, { bytes }) => sum + bytes, 0);
    lines.push(line(first.bytes + pushed, `interrupt: ${first.function}`), ...steps(rest));
  }
  const total = program.bytes + (interrupt?.bytes ?? 0);
  lines.push(line(total, unknown.length === 0 ? "in all" : "at least; not known is:"));
  for (const { where, reason } of unknown) lines.push(`         ${where} ${reason}`);
  return lines;
}

/** The whole report: figures, the table by module, function or variable, and the deepest stack. */
export function sizeText(report: SizeReport, grouping: Grouping, style: TextStyle = PLAIN): string {
  return [
    style.bold(report.board),
    ...figureLines(report).map((line) => `  ${line}`),
    "",
    ...table(report, grouping, style),
    "",
    style.bold("Deepest stack"),
    ...stackLines(report.stack),
    ...(report.energy ?? []).flatMap((estimate) => ["", style.bold("A day"), ...energyLines(estimate)]),
    "",
  ].join("\n");
}

/** A column: its head, and its text for a row. */
interface Column<T> {
  readonly head: string;
  readonly text: (row: T) => string;
}

function table(report: SizeReport, grouping: Grouping, style: TextStyle): string[] {
  if (grouping === "module") return tableLines(modulesOf(report.parts), moduleColumns(report), style);
  const parts = report.parts.filter(({ kind }) => kind === grouping);
  if (grouping === "function") return tableLines(parts, functionColumns(report), style);
  // Variables are counted where they are scarce.
  const sorted = [...parts].sort((a, b) => b.ramBytes - a.ramBytes || bySize(a, b));
  return tableLines(sorted, [...memoryColumns(report), { head: "variable", text: labelOf }], style);
}

function moduleColumns(report: SizeReport): Column<ReturnType<typeof modulesOf>[number]>[] {
  return [...memoryColumns(report), { head: "module", text: ({ module }) => module }];
}

function memoryColumns(
  report: SizeReport,
): Column<{ readonly flashBytes: number; readonly ramBytes: number }>[] {
  return [
    { head: "flash", text: ({ flashBytes }) => figure(flashBytes) },
    { head: "%", text: ({ flashBytes }) => shareFigure(flashBytes, report.flashBytes) },
    { head: "RAM", text: ({ ramBytes }) => figure(ramBytes) },
    { head: "%", text: ({ ramBytes }) => shareFigure(ramBytes, report.ramBytes) },
  ];
}

function functionColumns(report: SizeReport): Column<Part>[] {
  const stack = (part: Part, which: "own" | "deepest") => String(part.code?.stack?.[which] ?? "");
  return [
    { head: "flash", text: ({ flashBytes }) => figure(flashBytes) },
    { head: "%", text: ({ flashBytes }) => shareFigure(flashBytes, report.flashBytes) },
    { head: "stack", text: (part) => stack(part, "own") },
    { head: "deepest", text: (part) => stack(part, "deepest") },
    { head: "function", text: (part) => `${labelOf(part)}${inlinedText(part)}` },
  ];
}

/** Where a function was inlined; the first place stands for all. */
export function inlinedText({ code }: Part): string {
  if (code === undefined || code.inlinedInto.length === 0) return "";
  const [first, ...rest] = code.inlinedInto;
  const more = rest.length === 0 ? "" : ` and ${rest.length} more`;
  return `, ${code.callable ? "also " : ""}inlined into ${first}${more}`;
}

function figure(bytes: number): string {
  return bytes === 0 ? "" : String(bytes);
}

function shareFigure(bytes: number, of: number): string {
  return bytes === 0 ? "" : percent(bytes, of);
}

/** Figures to the right, the name last and to the left. */
function tableLines<T>(rows: readonly T[], columns: readonly Column<T>[], style: TextStyle): string[] {
  const texts = rows.map((row) => columns.map(({ text }) => text(row)));
  const widths = columns.map(({ head }, index) =>
    Math.max(head.length, ...texts.map((cells) => cells[index].length)),
  );
  const line = (cells: readonly string[]) =>
    cells.map((cell, index) => (index === cells.length - 1 ? cell : cell.padStart(widths[index]))).join("  ");
  return [style.dim(line(columns.map(({ head }) => head))), ...texts.map(line)].map((text) => `  ${text}`);
}

/**
 * What has changed since an earlier report; where that is of another board or version of LoRaWAN, the first line says
 * so.
 */
export function comparisonText(
  before: SizeReport,
  now: SizeReport,
  grouping: Grouping,
  style: TextStyle = PLAIN,
): string {
  const lines = [
    style.bold(
      isSameTarget(before, now)
        ? "Since the earlier report"
        : `${targetOf(now)}, against the earlier report of ${targetOf(before)}`,
    ),
    `  flash ${total(before.flashBytes, now.flashBytes)}`,
    `  RAM   ${total(before.ramBytes, now.ramBytes)}`,
    `  stack ${total(before.stackBytes, now.stackBytes)}`,
  ];
  for (const [memory, name] of [
    ["flash", "flash"],
    ["ram", "RAM"],
  ] as const satisfies readonly (readonly [Memory, string])[]) {
    const changes = changesOf(before, now, memory, grouping);
    if (changes.length === 0) continue;
    lines.push("", ...tableLines(changes, changeColumns(name, grouping), style));
  }
  return `${lines.join("\n")}\n`;
}

function targetOf({ board, lorawan, region = [] }: SizeReport): string {
  return [`${board}, LoRaWAN ${lorawan ?? "not known"}`, ...region].join(", ");
}

function changeColumns(memory: string, grouping: Grouping): Column<Change>[] {
  return [
    { head: memory, text: ({ before, now }) => signed(now - before) },
    { head: "before", text: ({ before }) => String(before) },
    { head: "now", text: ({ now }) => String(now) },
    { head: grouping, text: ({ name }) => name },
  ];
}

function total(before: number | null, now: number | null): string {
  if (before === null || now === null) return `${before ?? "not known"} before, ${now ?? "not known"} now`;
  return before === now ? `${now} B as before` : `${now} B, ${signed(now - before)} from ${before}`;
}

function signed(bytes: number): string {
  return bytes > 0 ? `+${bytes}` : String(bytes);
}
