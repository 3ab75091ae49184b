/** The report as one page that needs nothing else: figures, maps of flash and RAM, the deepest stack, tables. */
import { bytesIn, type Memory } from "./compare.ts";
import { type Group, groupsOf } from "./html-groups.ts";
import { MEMORY_NAMES, mapOf } from "./html-map.ts";
import { SCRIPT, STYLE } from "./html-style.ts";
import { escapeHtml, grouped, percent } from "./html-text.ts";
import { labelOf, modulesOf, type Part, type SizeReport, type StackStep } from "./size-report.ts";
import { inlinedText } from "./text.ts";

/** The text of the page. */
export function sizeHtml(report: SizeReport): string {
  const groups = groupsOf(report);
  const title = `What the image for ${escapeHtml(report.board)} takes`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${figures(report)}
${memorySection(report, "flash", groups)}
${memorySection(report, "ram", groups)}
${stackSection(report)}
${moduleTable(report)}
${partTable(report)}
</main>
<div id="tip" hidden></div>
<script>${SCRIPT}</script>
</body>
</html>
`;
}

function figures({ flashBytes, ramBytes, stackBytes, capacity }: SizeReport): string {
  const left = capacity.ramBytes - ramBytes;
  const figure = (name: string, bytes: number | null, of: number, what: string) =>
    `<section><h2>${name}</h2><strong>${bytes === null ? "not known" : `${grouped(bytes)} B`}</strong>
<div class="gauge"><i style="width:${percent(Math.min(bytes ?? 0, of), of)}%"></i></div>
<span>${bytes === null ? "" : `${percent(bytes, of)} % of `}${grouped(of)} B ${what}</span></section>`;
  return `<div class="figures">
${figure("Flash", flashBytes, capacity.flashBytes, "of flash")}
${figure("RAM", ramBytes, capacity.ramBytes, "of RAM, before the stack")}
${figure("Stack at worst", stackBytes, left, "that the variables leave")}
</div>`;
}

function memorySection(report: SizeReport, memory: Memory, groups: ReadonlyMap<string, Group>): string {
  const legend = [...groups.values()]
    .map((group) => ({ ...group, bytes: bytesIn(group, memory) }))
    .filter(({ bytes }) => bytes > 0)
    .sort((a, b) => b.bytes - a.bytes)
    .map(
      ({ name, style, bytes }) =>
        `<li class="group-${style}"><b>${escapeHtml(name)}</b> <span>${grouped(bytes)}</span></li>`,
    );
  return `<section>
<h2>${MEMORY_NAMES[memory]}</h2>
<p>${grouped(bytesIn(report, memory))} B; each module's functions and variables, areas as their octets.</p>
<ul class="legend">${legend.join("")}</ul>
<div class="scroll">${mapOf(report, memory, groups)}</div>
</section>`;
}

function stackSection({ stackBytes, stack }: SizeReport): string {
  const { program, interrupt, unknown } = stack;
  const total = program.bytes + (interrupt?.bytes ?? 0);
  const item = ({ function: name, through, bytes }: StackStep) =>
    `<li><b>${bytes} B</b><div><code>${escapeHtml(name)}</code>${
      through.length === 0 ? "" : `<small>inlined there: ${through.map(escapeHtml).join(" › ")}</small>`
    }<i style="width:${percent(bytes, total)}%"></i></div></li>`;
  const items = program.steps.map(item);
  if (interrupt !== null) {
    const pushed = interrupt.bytes - interrupt.steps.reduce((sum, { bytes }) => sum + bytes, 0);
    const [first, ...rest] = interrupt.steps;
    items.push(
      item({ ...first, function: `interrupt: ${first.function}`, bytes: first.bytes + pushed }),
      ...rest.map(item),
    );
  }
  const doubts = unknown.map(
    ({ where, reason }) => `<li class="unknown"><b>?</b><div>${escapeHtml(`${where} ${reason}`)}</div></li>`,
  );
  return `<section>
<h2>Deepest stack</h2>
<p>The calls that need the most stack, and the interrupt that needs most on top of them.</p>
<ol class="chain">${items.join("\n")}
${doubts.join("\n")}<li class="sum"><b>${total} B</b><div>${stackBytes === null ? "at least" : "at worst"}</div></li></ol>
</section>`;
}

function moduleTable(report: SizeReport): string {
  const rows = modulesOf(report.parts).map(({ module, flashBytes, ramBytes }) =>
    row(escapeHtml(module), [
      ...figureCells(flashBytes, report.flashBytes),
      ...figureCells(ramBytes, report.ramBytes),
    ]),
  );
  const sum = [grouped(report.flashBytes), "100.0", grouped(report.ramBytes), "100.0"];
  return `<section>
<h2>Modules</h2>
<div class="scroll"><table>
<caption>Octets of flash and RAM by module</caption>
${head(["module", "flash", "%", "RAM", "%"])}
<tbody>
${rows.join("\n")}
</tbody>
<tfoot>${row("all", sum)}</tfoot>
</table></div>
</section>`;
}

function partTable({ parts }: SizeReport): string {
  const name = (part: Part) =>
    `${escapeHtml(labelOf(part))} <small>${escapeHtml(`${part.kind === "other" ? "" : part.kind}${inlinedText(part)}`)}</small>`;
  const rows = parts.map((part) =>
    row(
      name(part),
      [part.flashBytes, part.ramBytes, part.code?.stack?.own, part.code?.stack?.deepest].map((bytes) =>
        bytes === undefined || bytes === 0 ? "" : grouped(bytes),
      ),
    ),
  );
  return `<section>
<h2>Functions and variables</h2>
<details>
<summary>All ${parts.length} of them</summary>
<div class="scroll"><table>
<caption>Octets of flash and RAM; of stack, a function's own and that of its deepest calls</caption>
${head(["function or variable", "flash", "RAM", "stack", "deepest"])}
<tbody>
${rows.join("\n")}
</tbody>
</table></div>
</details>
</section>`;
}

function head(names: readonly string[]): string {
  return `<thead><tr>${names.map((name) => `<th scope="col">${name}</th>`).join("")}</tr></thead>`;
}

function row(name: string, cells: readonly string[]): string {
  return `<tr><th scope="row">${name}</th>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
}

function figureCells(bytes: number, of: number): string[] {
  return bytes === 0 ? ["", ""] : [grouped(bytes), percent(bytes, of)];
}
