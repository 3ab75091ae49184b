/** JUnit XML as CI servers read it: one test suite a run, one test case a check, and one for the verdict. */
import type { Check } from "./join-report.ts";
import type { RunReport } from "./run-report.ts";

/** The XML document of some runs. The verdict is a case too: a run can be refused though all its checks hold. */
export function junitXml(...reports: readonly RunReport[]): string {
  const suites = reports.map((report) => ({ name: suiteName(report), report, cases: casesOf(report) }));
  const all = suites.flatMap(({ cases }) => cases);
  const wallMs = reports.reduce((sum, report) => sum + report.wallMs, 0);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="joinery" ${counts(all, wallMs)}>`,
    ...suites.flatMap(({ name, report, cases }) => [
      `  <testsuite name="${escapeXml(name)}" ${counts(cases, report.wallMs)}>`,
      ...cases.map((one) => testCase(name, one)),
      "  </testsuite>",
    ]),
    "</testsuites>",
    "",
  ].join("\n");
}

function suiteName({ scenario, board, lorawan, region }: RunReport): string {
  return `${scenario} ${board} LoRaWAN ${lorawan} ${region.join(" ")}`;
}

/** A check, or a test of a spec that was left out. */
type Case = Check | { readonly name: string; readonly ok: "skipped" };

function casesOf({ checks, skipped = [], verdict, reason }: RunReport): Case[] {
  return [
    ...checks,
    ...skipped.map((name) => ({ name, ok: "skipped" }) as const),
    { name: "verdict", ok: verdict === "passed", detail: reason ?? "" },
  ];
}

function counts(cases: readonly Case[], wallMs: number): string {
  const count = (wanted: Case["ok"]) => cases.filter(({ ok }) => ok === wanted).length;
  const seconds = (wallMs / 1000).toFixed(3);
  return `tests="${cases.length}" failures="${count(false)}" errors="0" skipped="${count("skipped")}" time="${seconds}"`;
}

function testCase(suite: string, one: Case): string {
  const head = `    <testcase classname="${escapeXml(suite)}" name="${escapeXml(one.name)}" time="0"`;
  if (one.ok === "skipped") return `${head}>\n      <skipped/>\n    </testcase>`;
  const { ok, detail } = one;
  return ok ? `${head}/>` : `${head}>\n      <failure message="${escapeXml(detail)}"/>\n    </testcase>`;
}

/** Characters that XML 1.0 does not have (section 2.2). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const NO_XML_CHARACTER = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;
const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

function escapeXml(text: string): string {
  return text.replace(NO_XML_CHARACTER, "\ufffd").replace(/[&<>"']/g, (character) => ENTITIES[character]);
}
