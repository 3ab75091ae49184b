/** The sequence diagram of a run, as SVG of a given width: time runs down, in steps and not to scale. */
import { PARTY_NAMES } from "../../narration.ts";
import type { RigRecord } from "../rig-record.ts";
import { count, seconds } from "./format.ts";
import { type Markup, markup } from "./markup.ts";
import { type Lifeline, lifelinesOf, type SequenceStep, sequenceSteps } from "./sequence-steps.ts";

const HEAD = 34;
const TIME_HEIGHT = 24;
const LINE_HEIGHT = 15;
const ARROW_HEIGHT = 12;
const GAP = 9;
/** Mean width of a character of the labels, in pixels: a little more than it is. */
const CHARACTER = 6.8;
const ARROW_HEAD = 6;
const MOST_LINES = 5;

/** Under this width lifelines have their short names. */
const NARROW = 500;
const SHORT_NAMES: Readonly<Record<Lifeline, string>> = {
  gateway: "Gateway",
  "network-server": "NS",
  "join-server": "JS",
  "application-server": "AS",
  "visited-gateway": "GW C",
  "visited-network-server": "NS C",
};
/** Of so many lifelines not all names have room. */
const CROWDED = 6;

/** `isJoin`: of a join by itself, which ends with the first data that went both ways. */
export function sequenceDiagram(rig: RigRecord, isJoin: boolean, width: number): Markup {
  const { steps, left } = sequenceSteps(rig, isJoin);
  const lifelines = lifelinesOf(rig);
  const isShort = width < NARROW || lifelines.length >= CROWDED;
  const margin = width < NARROW ? 28 : 76;
  const place = (lifeline: Lifeline) =>
    margin + (lifelines.indexOf(lifeline) * (width - 2 * margin)) / (lifelines.length - 1);
  const parts: Markup[] = [];
  let y = HEAD + 6;
  let atMs = Number.NaN;
  for (const step of steps) {
    if (step === undefined) {
      atMs = Number.NaN;
      parts.push(gapMark(left, y, width));
      y += TIME_HEIGHT;
      continue;
    }
    if (!(Math.abs(step.atMs - atMs) < 0.05)) {
      atMs = step.atMs;
      parts.push(timeMark(atMs, y, width));
      y += TIME_HEIGHT;
    }
    const drawn = drawStep(step, y, place, width);
    parts.push(drawn.markup);
    y += drawn.height;
  }
  const height = y + 8;
  return markup`<svg class="sequence" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="Sequence diagram, ${count(steps.length, "step")}${left > 0 ? ` and ${left} more` : ""}: the events below tell the same in words">
${lifelines.map((lifeline) => head(nameOf(lifeline, rig, isShort), place(lifeline), height))}
${parts}
</svg>`;
}

function head(name: string, x: number, height: number): Markup {
  return markup`<text class="party" x="${round(x)}" y="16" text-anchor="middle">${name}</text><line class="life" x1="${round(x)}" y1="24" x2="${round(x)}" y2="${height}"/>
`;
}

/** A server of somebody else is named by its URL, too. */
function nameOf(lifeline: Lifeline, { networkServer }: RigRecord, isShort: boolean): string {
  const known: Readonly<Record<string, string>> = PARTY_NAMES;
  const name = (isShort ? SHORT_NAMES[lifeline] : known[lifeline]) ?? lifeline;
  const capital = name[0].toUpperCase() + name.slice(1);
  if (networkServer === null || lifeline !== "network-server") return capital;
  return isShort ? "foreign NS" : `foreign ${capital}`;
}

/** Steps are left out here. */
function gapMark(left: number, y: number, width: number): Markup {
  const line = y + 10;
  return markup`<line class="time" x1="0" y1="${line}" x2="${width}" y2="${line}"/><text class="time" x="0" y="${line + 4}">${count(left, "step")} left out</text>
`;
}

/** From here on, it is that late. */
function timeMark(atMs: number, y: number, width: number): Markup {
  const line = y + 10;
  return markup`<line class="time" x1="0" y1="${line}" x2="${width}" y2="${line}"/><text class="time" x="0" y="${line + 4}">${seconds(atMs)}</text>
`;
}

function drawStep(
  step: SequenceStep,
  y: number,
  place: (lifeline: Lifeline) => number,
  width: number,
): { markup: Markup; height: number } {
  const [from, to] = [place(step.from), place(step.to)];
  const isNote = from === to;
  const mark = step.ok === false ? "✗ " : step.ok === true && isNote ? "✓ " : "";
  // What stands in brackets behind a step is among the events too.
  const words = width < NARROW && step.ok !== false ? step.text.replace(/ \(.*\)$/, "") : step.text;
  const label = labelOf(mark + words, isNote ? from + 9 : Math.min(from, to) + 6, isNote, width);
  const { lines, x, anchor } = label;
  const kind = step.ok === false ? "step failed" : "step";
  const text = lines.map(
    (line, index) =>
      markup`<text x="${round(x)}" y="${y + 11 + index * LINE_HEIGHT}" text-anchor="${anchor}">${line}</text>`,
  );
  const textHeight = lines.length * LINE_HEIGHT;
  if (isNote) {
    const dot = markup`<circle cx="${round(from)}" cy="${y + 7}" r="3.5"/>`;
    return {
      markup: markup`<g class="${kind}">${dot}${text}</g>
`,
      height: textHeight + GAP,
    };
  }
  const line = y + textHeight + 4;
  return {
    markup: markup`<g class="${kind}">${text}${arrow(from, to, line, step.lost === true)}</g>
`,
    height: textHeight + ARROW_HEIGHT + GAP,
  };
}

/**
 * Where the text stands: from `wanted` on to the right if it fits there in a line, else, of a note, on that side of its dot where
 * there is more room; the text of a message may begin further to the left.
 */
function labelOf(
  text: string,
  wanted: number,
  isNote: boolean,
  width: number,
): { readonly lines: string[]; readonly x: number; readonly anchor: "start" | "end" } {
  const room = width - wanted - 2;
  if (text.length * CHARACTER <= room) return { lines: [text], x: wanted, anchor: "start" };
  if (!isNote) {
    const lines = wrapped(text, charactersIn(width - 4));
    const longest = Math.max(...lines.map((line) => line.length)) * CHARACTER;
    return { lines, x: Math.max(2, width - longest - 2), anchor: "start" };
  }
  const left = wanted - 18;
  if (left > room) return { lines: wrapped(text, charactersIn(left - 2)), x: left, anchor: "end" };
  return { lines: wrapped(text, charactersIn(room)), x: wanted, anchor: "start" };
}

function charactersIn(width: number): number {
  return Math.floor(width / CHARACTER);
}

function arrow(from: number, to: number, y: number, lost: boolean): Markup {
  const direction = Math.sign(to - from);
  const end = lost ? (from + to) / 2 : to - direction;
  const tip = lost
    ? markup`<path d="M${round(end - 5)} ${y - 5}l10 10m0 -10l-10 10"/>`
    : markup`<path d="M${round(end - direction * ARROW_HEAD)} ${y - 4}L${round(end)} ${y}L${round(end - direction * ARROW_HEAD)} ${y + 4}"/>`;
  return markup`<line x1="${round(from)}" y1="${y}" x2="${round(end)}" y2="${y}"/>${tip}`;
}

/** Broken between words into lines of so many characters; what does not fit into the last one is left out. */
function wrapped(text: string, characters: number): string[] {
  const lines: string[] = [""];
  for (const word of text.split(" ")) {
    const last = lines[lines.length - 1];
    const longer = last === "" ? word : `${last} ${word}`;
    if (longer.length <= characters) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  const fitting = lines.map((line) =>
    line.length > characters ? `${line.slice(0, characters - 1)}…` : line,
  );
  if (fitting.length <= MOST_LINES) return fitting;
  return [...fitting.slice(0, MOST_LINES - 1), `${fitting[MOST_LINES - 1].slice(0, characters - 1)}…`];
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
