/** A report as one page that needs nothing else: no script, no network, and a content security policy that says so. */
import { createHash } from "node:crypto";
import { PARTY_NAMES } from "../../narration.ts";
import type { Check, JoinReport, MemoryFigures, ReportedEvent } from "../join-report.ts";
import { AIR_LEGEND, airChart } from "./air-chart.ts";
import { energyTable, timingTable } from "./figures.ts";
import { count, seconds } from "./format.ts";
import { frameList } from "./frames.ts";
import { LIVE_SCRIPT } from "./live-script.ts";
import { Markup, markup } from "./markup.ts";
import { sequenceDiagram } from "./sequence.ts";
import { STYLE } from "./style.ts";
import { trustSection } from "./trust.ts";

/** Of the drawings: for a desk, and for a telephone of 390 pixels. */
const BROAD = 800;
const NARROW = 340;

const SECTIONS = [
  ["checks", "Checks"],
  ["sequence", "The join, step by step"],
  ["air", "The air"],
  ["frames", "Frames"],
  ["trust", "Chain of trust"],
  ["figures", "Timing and energy"],
  ["console", "Console"],
  ["events", "Events"],
] as const;

/** The HTML document of a run. */
export function reportPage(report: JoinReport): string {
  return documentOf(titleOf(report, report.verdict), bodyOf(report, report.verdict));
}

/** A page that follows a run by `LIVE_SCRIPT`: the document, and what is in its body; without a report, one that waits. */
export function livePage(
  report: JoinReport | undefined,
  state: RunState | undefined = report?.verdict,
): { readonly document: string; readonly body: string } {
  const body =
    report === undefined || state === undefined
      ? markup`<main><h1>Waiting for the run to begin</h1></main>`
      : bodyOf(report, state);
  return { document: documentOf("Joinery", body, LIVE_SCRIPT), body: body.text };
}

/** A run that goes on has no verdict yet. */
type RunState = JoinReport["verdict"] | "running";

function titleOf({ scenario, board }: JoinReport, state: RunState): string {
  return `${scenario[0].toUpperCase()}${scenario.slice(1)} of ${board}: ${state}`;
}

function documentOf(title: string, body: Markup, script?: string): string {
  const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  const live = script === undefined ? "" : `; script-src ${hash(script)}; connect-src 'self'`;
  const policy = `default-src 'none'; img-src data:; style-src ${hash(STYLE)}${live}`;
  const page = markup`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${new Markup(STYLE)}</style>
${script === undefined ? undefined : markup`<script type="module">${new Markup(script)}</script>`}
</head>
<body>
${body}
</body>
</html>
`;
  return page.text;
}

function bodyOf(report: JoinReport, state: RunState): Markup {
  return markup`<header>
<h1>${titleOf(report, state)}</h1>
${verdict(report, state)}
${facts(report)}
<nav aria-label="Sections"><ul>${SECTIONS.map(([id, name]) => markup`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>
</header>
<main>
${section("checks", checkList(report.checks, state))}
${section(
  "sequence",
  drawing("Sequence diagram", (width) => sequenceDiagram(report, width)),
)}
${section("air", markup`${drawing("Chart of the air", (width) => airChart(report, width))}${AIR_LEGEND}`)}
${section("frames", frameList(report))}
${section("trust", trustSection(report))}
${section("figures", markup`<div class="wide" role="region" tabindex="0" aria-label="Timing and energy">${timingTable(report)}<br>${energyTable(report)}</div>`)}
${section("console", consoleLines(report.events))}
${section("events", eventList(report.events))}
</main>
<footer>Times are the board's since it got power. Keys are in no report.</footer>`;
}

function section(id: (typeof SECTIONS)[number][0], content: Markup): Markup {
  const [, name] = SECTIONS.find(([known]) => known === id)!;
  return markup`<section aria-labelledby="${id}">
<h2 id="${id}">${name}</h2>
${content}
</section>
`;
}

/** A drawing for a desk and one for a telephone, of which one shows; where it is too wide still, it scrolls by itself. */
function drawing(label: string, draw: (width: number) => Markup): Markup {
  return markup`<div class="wide broad" role="region" tabindex="0" aria-label="${label}">${draw(BROAD)}</div>
<div class="wide narrow" role="region" tabindex="0" aria-label="${label}">${draw(NARROW)}</div>
`;
}

function verdict({ reason, checks }: JoinReport, state: RunState): Markup {
  const held = checks.filter(({ ok }) => ok).length;
  const holds = `${held} of ${count(checks.length, "check")} hold`;
  if (state === "running") return markup`<p class="verdict">${holds} so far</p>`;
  return state === "passed"
    ? markup`<p class="verdict"><span class="mark">✓ passed</span>, ${holds}</p>`
    : markup`<p class="verdict bad"><span class="mark">✗ failed</span>, ${holds}: ${reason}</p>`;
}

function facts(report: JoinReport): Markup {
  const { board, lorawan, region, seed, fault, image, join, uplinks, downlinks } = report;
  const list: (readonly [string, string])[] = [
    ["board", board],
    ["LoRaWAN", `${lorawan}, ${region.join(" ")}`],
    ["image", memory(image)],
    ["DevEUI", join.devEui],
    ["JoinEUI", join.joinEui],
    [
      "DevNonce, JoinNonce, DevAddr",
      `${join.devNonce ?? "none"}, ${join.joinNonce ?? "none"}, ${join.devAddr ?? "none"}`,
    ],
    ["data", `${count(uplinks.length, "uplink")}, ${count(downlinks.length, "downlink")}`],
    ["seed", fault === null ? String(seed) : `${seed}, fault ${fault}`],
  ];
  return markup`<dl class="facts">${list.map(([name, value]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function memory(image: MemoryFigures): string {
  if ("lua" in image)
    return `Lua ${image.lua}, ${image.codeBytes} B of code, ${image.heapPeakBytes} B heap at its peak`;
  return `${image.flashBytes} B flash, ${image.ramBytes} B RAM, ${image.stackPeakBytes} B stack`;
}

/** Those that do not hold first; while the run goes on they may hold yet. */
function checkList(checks: readonly Check[], state: RunState): Markup {
  if (state === "running") {
    const open = checks.filter(({ ok }) => !ok);
    return markup`${checkList(
      checks.filter(({ ok }) => ok),
      "passed",
    )}<p class="soft">${count(open.length, "check")} to come</p>`;
  }
  const ordered = [...checks.filter(({ ok }) => !ok), ...checks.filter(({ ok }) => ok)];
  return markup`<ul class="checks">${ordered.map(
    ({ name, ok, detail }) =>
      markup`<li${ok ? undefined : new Markup(' class="bad"')}><span class="mark" role="img" aria-label="${ok ? "holds" : "fails"}">${ok ? "✓" : "✗"}</span><span>${name} <span class="soft">${detail}</span></span></li>
`,
  )}</ul>`;
}

function consoleLines(events: readonly ReportedEvent[]): Markup {
  const lines = events.filter(({ step }) => step === "console");
  if (lines.length === 0) return markup`<p>The device has printed nothing.</p>`;
  return markup`<ol class="console">${lines.map(
    ({ virtualMs, text }) => markup`<li><time>${seconds(virtualMs)}</time> ${text}</li>
`,
  )}</ol>`;
}

function eventList(events: readonly ReportedEvent[]): Markup {
  return markup`<details><summary>All that happened, in words: ${count(events.length, "event")}</summary><ol class="events">${events.map(
    ({ virtualMs, party, ok, text }) =>
      markup`<li${ok === false ? new Markup(' class="bad"') : undefined}><time class="soft">${seconds(virtualMs)}</time><span><strong>${PARTY_NAMES[party]}</strong> ${ok === null ? "" : ok ? "✓ " : "✗ "}${text}</span></li>
`,
  )}</ol></details>`;
}
