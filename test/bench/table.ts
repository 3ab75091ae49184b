/** What a benchmark gives, and its tables as text. */

export interface Bench {
  readonly tables: readonly Table[];
  /** The same figures for machines. */
  readonly data: unknown;
}

export interface Table {
  readonly title: string;
  readonly head: readonly string[];
  /** The first cell of a row is its name, the others are figures. */
  readonly rows: readonly (readonly string[])[];
}

/** A table in columns: names to the left, figures to the right. */
export function tableText({ title, head, rows }: Table): string {
  const lines = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? "").length)));
  const text = lines.map((line) =>
    widths
      .map((width, i) => (i === 0 ? (line[i] ?? "").padEnd(width) : (line[i] ?? "").padStart(width)))
      .join("  ")
      .trimEnd(),
  );
  return `${title}\n${text.map((line) => `  ${line}\n`).join("")}`;
}

/** A table of a document: its title in bold, the same columns. */
export function markdown({ title, head, rows }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = `|${head.map((_, i) => (i === 0 ? "---" : "---:")).join("|")}|`;
  return [`**${title}**`, "", line(head), rule, ...rows.map(line)].join("\n");
}

/** The middle one of several measurements. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
