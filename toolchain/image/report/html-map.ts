/** A memory as a map: a rectangle a module, in it one for each function and variable, areas as their octets. */
import { bytesIn, type Memory } from "./compare.ts";
import { type Group, groupName } from "./html-groups.ts";
import { escapeHtml, grouped, percent } from "./html-text.ts";
import { labelOf, modulesOf, type Part, type SizeReport } from "./size-report.ts";
import { inlinedText } from "./text.ts";
import { type Rectangle, squarify } from "./treemap.ts";

const WIDTH = 1200;
const HEIGHT = 640;
/** The line with a module's name, in a module that has room for it. */
const HEAD = 18;
/** Half the gap between modules. */
const GAP = 1.5;
/** The advance of a character, in parts of the size of the letters: generous, so that labels fit in any font. */
const ADVANCE = 0.6;
const LARGE = 12;
const SMALL = 10.5;

export const MEMORY_NAMES: Readonly<Record<Memory, string>> = { flash: "Flash", ram: "RAM" };

/** An SVG element. */
export function mapOf(report: SizeReport, memory: Memory, groups: ReadonlyMap<string, Group>): string {
  const modules = modulesOf(report.parts)
    .map((module) => ({ ...module, bytes: bytesIn(module, memory) }))
    .filter(({ bytes }) => bytes > 0)
    .sort((a, b) => b.bytes - a.bytes);
  const total = bytesIn(report, memory);
  const rectangles = squarify(
    modules.map(({ bytes }) => bytes),
    { x: 0, y: 0, width: WIDTH, height: HEIGHT },
  );
  const drawn = modules.map((module, index) => {
    const style = groups.get(groupName(module))?.style ?? "grey";
    const parts = report.parts.filter((part) => part.module === module.module && bytesIn(part, memory) > 0);
    return moduleGroup(module, parts, rectangles[index], { memory, total, style });
  });
  const name = MEMORY_NAMES[memory];
  return [
    `<svg class="map" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Map of ${name}: ${total} B by module; the tables below have the same figures">`,
    ...drawn,
    "</svg>",
  ].join("\n");
}

interface Drawing {
  readonly memory: Memory;
  readonly total: number;
  readonly style: string;
}

function moduleGroup(
  module: { readonly module: string; readonly bytes: number },
  parts: readonly Part[],
  rectangle: Rectangle,
  drawing: Drawing,
): string {
  const area = inset(rectangle, GAP);
  const head = area.height > 3 * HEAD && fits(module.module, area.width - 8, LARGE) !== "";
  const inner = head ? { ...area, y: area.y + HEAD, height: area.height - HEAD } : area;
  const sorted = [...parts].sort((a, b) => bytesIn(b, drawing.memory) - bytesIn(a, drawing.memory));
  const places = squarify(
    sorted.map((part) => bytesIn(part, drawing.memory)),
    inner,
  );
  const title = tip(module.module, module.bytes, drawing.total, "");
  return [
    `<g class="group-${drawing.style}">`,
    `<g class="module" data-tip="${title}"><rect ${box(area)} rx="3"/>`,
    head ? moduleLabel(module.module, module.bytes, area) : "",
    "</g>",
    ...sorted.map((part, index) => partTile(part, inset(places[index], 0.5), drawing)),
    "</g>",
  ].join("");
}

function moduleLabel(name: string, bytes: number, area: Rectangle): string {
  const both = `${name}  ${grouped(bytes)}`;
  const withBytes = both.length * LARGE * ADVANCE <= area.width - 10;
  const text = withBytes
    ? `${escapeHtml(name)} <tspan class="bytes">${grouped(bytes)}</tspan>`
    : escapeHtml(fits(name, area.width - 10, LARGE));
  return `<text class="head" x="${round(area.x + 5)}" y="${round(area.y + 13)}">${text}</text>`;
}

function partTile(part: Part, area: Rectangle, { memory, total }: Drawing): string {
  const bytes = bytesIn(part, memory);
  const note = `${part.kind === "other" ? "" : part.kind}${inlinedText(part)}`;
  const name = fits(part.name, area.width - 6, SMALL);
  const room = area.height >= SMALL + 5 && name !== "";
  const second = area.height >= 2 * SMALL + 8 && String(bytes).length * SMALL * ADVANCE <= area.width - 6;
  const [x, y] = [round(area.x + 4), area.y + SMALL + 2];
  return [
    `<g class="tile ${part.kind}" data-tip="${tip(labelOf(part), bytes, total, note)}"><rect ${box(area)} rx="2"/>`,
    room ? `<text x="${x}" y="${round(y)}">${escapeHtml(name)}</text>` : "",
    room && second ? `<text class="bytes" x="${x}" y="${round(y + SMALL + 2)}">${grouped(bytes)}</text>` : "",
    "</g>",
  ].join("");
}

/** The whole text, or as much of it as makes sense with an ellipsis; empty where not even that has room. */
function fits(text: string, width: number, size: number): string {
  const characters = Math.floor(width / (size * ADVANCE));
  if (text.length <= characters) return text;
  return characters < 5 ? "" : `${text.slice(0, characters - 1)}…`;
}

function tip(name: string, bytes: number, total: number, note: string): string {
  const figures = `${grouped(bytes)} B, ${percent(bytes, total)} %`;
  return escapeHtml([name, figures, ...(note === "" ? [] : [note])].join("\n"));
}

function inset({ x, y, width, height }: Rectangle, by: number): Rectangle {
  return {
    x: x + by,
    y: y + by,
    width: Math.max(0, width - 2 * by),
    height: Math.max(0, height - 2 * by),
  };
}

function box({ x, y, width, height }: Rectangle): string {
  return `x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"`;
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}
