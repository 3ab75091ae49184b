/** JUnit XML as CI servers read it: one test suite a run, one test case a check, and one for the verdict. */
import type { Check, JoinReport } from "./join-report.ts";

/** The XML document of a run. The verdict is a case too: a run can be refused though all its checks hold. */
export function junitXml(report: JoinReport): string {
  const suite = `${report.scenario} ${report.board} LoRaWAN ${report.lorawan} ${report.region.join(" ")}`;
  const seconds = (report.wallMs / 1000).toFixed(3);
  const verdict = { name: "verdict", ok: report.verdict === "passed", detail: report.reason ?? "" };
  const cases = [...report.checks, verdict];
  const failures = cases.filter(({ ok }) => !ok);
  const counts = `tests="${cases.length}" failures="${failures.length}" errors="0" skipped="0" time="${seconds}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="joinery" ${counts}>`,
    `  <testsuite name="${escapeXml(suite)}" ${counts}>`,
    ...cases.map((one) => testCase(suite, one)),
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function testCase(suite: string, { name, ok, detail }: Check): string {
  const head = `    <testcase classname="${escapeXml(suite)}" name="${escapeXml(name)}" time="0"`;
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
