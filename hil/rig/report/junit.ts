/** JUnit XML as CI servers read it: one test suite a run, one test case a check. */
import type { JoinReport } from "./join-report.ts";

/** The XML document of a run. */
export function junitXml(report: JoinReport): string {
  const failures = report.checks.filter((check) => !check.ok);
  const suite = `${report.scenario} ${report.board} LoRaWAN ${report.lorawan}`;
  const seconds = (report.wallMs / 1000).toFixed(3);
  const counts = `tests="${report.checks.length}" failures="${failures.length}" errors="0" skipped="0" time="${seconds}"`;
  const cases = report.checks.map((check) => {
    const head = `    <testcase classname="${escapeXml(suite)}" name="${escapeXml(check.name)}" time="0"`;
    if (check.ok) return `${head}/>`;
    return `${head}>\n      <failure message="${escapeXml(check.detail)}"/>\n    </testcase>`;
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="joinery" ${counts}>`,
    `  <testsuite name="${escapeXml(suite)}" ${counts}>`,
    ...cases,
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
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
