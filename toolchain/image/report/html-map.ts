/** A memory as a map: a rectangle a module, in it one for each function and variable, areas as their octets. */
import { bytesIn, type Memory } from "./compare.ts";
import { type Group, groupName } from "./html-groups.ts";
import { escapeHtml, grouped, percent } from "./html-text.ts";
import { labelOf, modulesOf, type Part, type SizeReport } from "./size-report.ts";
import { inlinedText } from "./text.ts";
import { type Rectangle, squarify } from "./treemap.ts";

const WIDTH = 1200;
/** RAM has fewer pieces, which read well in less room. */
const HEIGHTS: Readonly<Record<Memory, number>> = { flash: 660, ram: 400 };
/** The line with a module's name, in a module that has room for it. */
const HEAD = 18;
/** Half the gap between modules. */
const GAP = 1.5;
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
    { x: 0, y: 0, width: WIDTH, height: HEIGHTS[memory] },
  );
  const drawn = modules.map((module, index) => {
    const style = groups.get(groupName(module))?.style ?? "grey";
    const parts = report.parts.filter((part) => part.module === module.module && bytesIn(part, memory) > 0);
    return moduleGroup(module, parts, rectangles[index], { memory, total, style });
  });
  const name = MEMORY_NAMES[memory];
  return [
    `<svg class="map" viewBox="0 0 ${WIDTH} ${HEIGHTS[memory]}" role="img" aria-label="Map of ${name}: ${total} B by module; the tables below have the same figures">`,
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
  const label = headLabel(module.module, area.width - 10);
  const head = area.height > 3 * HEAD && label !== "";
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
    head ? moduleHead(label, module.bytes, area) : "",
    "</g>",
    ...sorted.map((part, index) => partTile(part, inset(places[index], 0.5), drawing)),
    "</g>",
  ].join("");
}

/** As much of a module's name as has room: the whole, without the extension, without the folder, or the beginning. */
function headLabel(module: string, width: number): string {
  const bare = module.replace(/\.ts$/, "");
  const short = bare.replace(/\/index$/, "").replace(/^.*\//, "");
  const whole = [module, bare, short].find((name) => fits(name, width, LARGE) === name);
  return whole ?? fits(short, width, LARGE);
}

function moduleHead(label: string, bytes: number, area: Rectangle): string {
  const withBytes = widthOf(`${label}  ${grouped(bytes)}`, LARGE) <= area.width - 10;
  const figure = withBytes ? ` <tspan class="bytes">${grouped(bytes)}</tspan>` : "";
  return `<text class="head" x="${round(area.x + 5)}" y="${round(area.y + 13)}">${escapeHtml(label)}${figure}</text>`;
}

function partTile(part: Part, area: Rectangle, { memory, total }: Drawing): string {
  const bytes = bytesIn(part, memory);
  const note = `${part.kind === "other" ? "" : part.kind}${inlinedText(part)}`;
  const name = fits(part.name, area.width - 6, SMALL);
  const room = area.height >= SMALL + 5 && name !== "";
  const second = area.height >= 2 * SMALL + 8 && widthOf(grouped(bytes), SMALL) <= area.width - 6;
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
  if (widthOf(text, size) <= width) return text;
  for (let length = text.length - 1; length >= 4; length--) {
    const shorter = `${text.slice(0, length)}…`;
    if (widthOf(shorter, size) <= width) return shorter;
  }
  return "";
}

/** How wide a text is at most in the fonts that browsers come with, which are told apart by wide and narrow letters. */
function widthOf(text: string, size: number): number {
  let ems = 0;
  for (const character of text)
    ems += /[A-Zmw_…]/.test(character) ? 0.8 : /[iljftr./ ]/.test(character) ? 0.42 : 0.64;
  return ems * size;
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
