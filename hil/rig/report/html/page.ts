/**
 * Reports as one page that needs nothing else: no script, no network, and a content security policy that says so. Of several
 * runs each is a part to be opened.
 */
import { createHash } from "node:crypto";
import type { Check, JoinReport } from "../join-report.ts";
import { type RigRecord, recordOfJoin } from "../rig-record.ts";
import type { RunReport } from "../run-report.ts";
import { count, duration } from "./format.ts";
import { type Heading, headingAt } from "./heading.ts";
import { LIVE_SCRIPT } from "./live-script.ts";
import { Markup, markup } from "./markup.ts";
import { memory, rigSections, type Section, sectionsOf } from "./rig-part.ts";
import { STYLE } from "./style.ts";

/** What is reported of: a join by itself, or whatever a run of several, or of a spec, comes to. */
export type AnyReport = JoinReport | RunReport;

/** A run that goes on has no verdict yet. */
type RunState = AnyReport["verdict"] | "running";

/** The HTML document of some runs. */
export function reportPage(...reports: readonly AnyReport[]): string {
  const [report] = reports;
  if (reports.length === 1) {
    return documentOf(titleOf(report, report.verdict), runPage(report, report.verdict));
  }
  return documentOf(titleOfAll(reports), pageOfAll(reports, undefined));
}

/**
 * A page that follows runs by `LIVE_SCRIPT`: the document, and what is in its body; without a report, one that waits. While
 * `isRunning` the last of the reports goes on. `wanted`: how many runs there are to be.
 */
export function livePage(
  reports: readonly AnyReport[],
  isRunning = false,
  wanted = reports.length,
): { readonly document: string; readonly body: string } {
  const body = liveBody(reports, isRunning, wanted);
  return { document: documentOf("Joinery", body, LIVE_SCRIPT), body: body.text };
}

function liveBody(reports: readonly AnyReport[], isRunning: boolean, wanted: number): Markup {
  const [report] = reports;
  if (report === undefined) return markup`<main><h1>Waiting for the run to begin</h1></main>`;
  if (wanted === 1) return runPage(report, isRunning ? "running" : report.verdict);
  return pageOfAll(reports, isRunning ? reports.at(-1) : undefined, wanted);
}

function titleOf({ scenario, board }: AnyReport, state: RunState): string {
  return `${scenario[0].toUpperCase()}${scenario.slice(1)} of ${board}: ${state}`;
}

function titleOfAll(reports: readonly AnyReport[]): string {
  const passed = reports.filter(({ verdict }) => verdict === "passed").length;
  return `${passed} of ${count(reports.length, "run")} passed`;
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

/** The page of one run. */
function runPage(report: AnyReport, state: RunState): Markup {
  const rigs = rigsOf(report);
  const isOne = rigs.length === 1;
  const [rig] = rigs;
  const links: readonly Section[] = isOne ? [CHECKS, ...sectionsOf("", isJoin(report))] : [CHECKS];
  return markup`<header>
<h1>${titleOf(report, state)}</h1>
${verdict(report, state)}
${facts(report)}
<nav aria-label="Sections"><ul>${links.map(({ id, name }) => markup`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>
</header>
<main>
<section aria-labelledby="checks">
<h2 id="checks">Checks</h2>
${checkList(report, state)}
</section>
${isOne ? rigSections(rig, { ids: "", heading: headingAt(2), below: headingAt(3), isJoin: isJoin(report) }) : rigParts(report, "", 2)}
</main>
${FOOTER}`;
}

const CHECKS: Section = { id: "checks", name: "Checks" };
const FOOTER = markup`<footer>Times are the board's since it got power. Keys are in no report.</footer>`;

/** The page of several runs, of which `running` goes on. */
function pageOfAll(
  reports: readonly AnyReport[],
  running: AnyReport | undefined,
  wanted = reports.length,
): Markup {
  const toCome = wanted - reports.length;
  const over = reports.filter((report) => report !== running);
  const title = running === undefined ? titleOfAll(over) : `${titleOfAll(over)}, one is running`;
  return markup`<header>
<h1>${title}</h1>
${toCome === 0 ? undefined : markup`<p class="soft">${count(toCome, "run")} to come</p>`}
</header>
<main>
${reports.map((report, index) => runPart(report, report === running ? "running" : report.verdict, `run-${index + 1}-`))}
</main>
${FOOTER}`;
}

/** One of several runs: closed, unless it has failed or goes on. */
function runPart(report: AnyReport, state: RunState, ids: string): Markup {
  const { scenario, board, lorawan, region, wallMs } = report;
  const marks = { passed: "✓", failed: "✗", running: "…" } as const;
  const open = state === "passed" ? undefined : new Markup(" open");
  return markup`<details class="run" data-name="${ids}"${open}>
<summary><h2><span class="mark${state === "failed" ? " bad" : undefined}" role="img" aria-label="${state}">${marks[state]}</span> ${scenario} <span class="soft">${board}, LoRaWAN ${lorawan}, ${region.join(" ")}, ${duration(wallMs)}</span></h2></summary>
<div class="part">
${verdict(report, state)}
${facts(report)}
${checkList(report, state)}
${rigParts(report, ids, 3)}
</div>
</details>
`;
}

/** What each rig of a run has seen, to be opened. */
function rigParts(report: AnyReport, prefix: string, depth: number): Markup {
  const rigs = rigsOf(report);
  if (rigs.length === 0) return markup`<p class="soft">No rig was open that could be looked at.</p>`;
  return markup`${rigs.map((rig, index) => rigPart(rig, `${prefix}rig-${index + 1}-`, headingAt(depth), headingAt(depth + 1), isJoin(report)))}`;
}

function rigPart(rig: RigRecord, ids: string, heading: Heading, below: Heading, isJoin: boolean): Markup {
  const name = openedIn(rig);
  const what = `${count(rig.devices.length, "device")}, ${count(rig.air.length, "packet")} on the air, ${duration(rig.virtualMs)}`;
  return markup`<details class="rig" data-name="${ids}">
<summary><${heading}>${name} <span class="soft">${what}</span></${heading}></summary>
<div class="part">
${rigSections(rig, { ids, heading: below, below: headingAt(6), isJoin })}
</div>
</details>
`;
}

/** The tests that a rig was open in; mocha names a hook for the first test behind it. */
function openedIn({ openedIn }: RigRecord): string {
  if (openedIn === null) return "What happened";
  const [, when, test] = /^"before (all|each)" hook.* for "(.*)"$/.exec(openedIn) ?? [];
  if (when === undefined) return openedIn;
  return when === "all" ? `From “${test}” on` : test;
}

function isJoin(report: AnyReport): report is JoinReport {
  return "join" in report;
}

function rigsOf(report: AnyReport): readonly RigRecord[] {
  if (isJoin(report)) return [recordOfJoin(report)];
  return report.rigs ?? [];
}

function verdict({ reason, checks }: AnyReport, state: RunState): Markup {
  const held = checks.filter(({ ok }) => ok).length;
  const holds = `${held} of ${count(checks.length, "check")} hold`;
  if (state === "running") return markup`<p class="verdict">${holds} so far</p>`;
  if (state === "passed") return markup`<p class="verdict"><span class="mark">✓ passed</span>, ${holds}</p>`;
  const [first, ...lines] = (reason ?? "").split("\n");
  const more = lines.length === 0 ? undefined : markup`<pre class="account">${lines.join("\n")}</pre>`;
  return markup`<p class="verdict bad"><span class="mark">✗ failed</span>, ${holds}: ${first}</p>${more}`;
}

function facts(report: AnyReport): Markup {
  const { board, lorawan, region, seed } = report;
  const list: (readonly [string, string])[] = [
    ["board", board],
    ["LoRaWAN", `${lorawan}, ${region.join(" ")}`],
    ...(isJoin(report) ? joinFacts(report) : [["seed", String(seed)] as const]),
  ];
  return markup`<dl class="facts">${list.map(([name, value]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function joinFacts(report: JoinReport): (readonly [string, string])[] {
  const { seed, fault, image, join, uplinks, downlinks } = report;
  return [
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
}

/** Those that do not hold first; while the run goes on they may hold yet. */
function checkList({ checks, ...report }: AnyReport, state: RunState): Markup {
  const holding = checks.filter(({ ok }) => ok);
  const open = checks.filter(({ ok }) => !ok);
  const skipped = "skipped" in report ? (report.skipped ?? []) : [];
  const left = skipped.length === 0 ? undefined : markup`<p class="soft">left out: ${skipped.join("; ")}</p>`;
  if (state === "running") {
    return markup`${listOf(holding)}${open.length === 0 ? undefined : markup`<p class="soft">${count(open.length, "check")} to come</p>`}`;
  }
  return markup`${listOf([...open, ...holding])}${left}`;
}

function listOf(checks: readonly Check[]): Markup {
  return markup`<ul class="checks">${checks.map(
    ({ name, ok, detail }) =>
      markup`<li${ok ? undefined : new Markup(' class="bad"')}><span class="mark" role="img" aria-label="${ok ? "holds" : "fails"}">${ok ? "✓" : "✗"}</span><span>${name} <span class="soft">${detail.split("\n")[0]}</span></span></li>
`,
  )}</ul>`;
}
