/** The forms of a report: text, page, and the file that a build keeps. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  comparisonText,
  keptReport,
  modulesOf,
  REPORT_FILE,
  readReport,
  reportJson,
  type SizeReport,
  sizeHtml,
  sizeText,
} from "../../../../toolchain/image/report/index.ts";
import { squarify } from "../../../../toolchain/image/report/treemap.ts";
import { buildBare } from "../../emulator/support/programs.ts";
import { namesOf, reportOf } from "./programs.ts";

const SOURCE = `uint8_t demo_buffer[50];
__attribute__((noinline)) void demo_fill(uint8_t i) { demo_buffer[i] = i; }
static inline __attribute__((always_inline)) void demo_more(uint8_t i) { demo_buffer[i + 1] = 3; }
int main(void) { demo_fill(done); demo_more(done); done = demo_buffer[3]; for (;;) ; }`;
const NAMES = namesOf(
  { "demo/a<b>&c.ts:fill": "demo_fill", "demo/a<b>&c.ts:more": "demo_more" },
  { "demo/a<b>&c.ts:buffer": "demo_buffer" },
);

describe("a report", () => {
  let report: SizeReport;
  let folder: string;
  before(async () => {
    report = reportOf(await buildBare(SOURCE), NAMES);
    folder = mkdtempSync(join(tmpdir(), "joinery-report-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  describe("as text", () => {
    it("has a row for each module, and figures that stand under each other", () => {
      const text = sizeText(report, "module");
      const rows = text.split("\n\n")[1].split("\n");
      assert.match(rows[0], /^ {2} *flash +% +RAM +% {2}module$/);
      assert.equal(rows.length, 1 + modulesOf(report.parts).length);
      const column = rows[0].indexOf("module");
      for (const row of rows) assert.match(row.slice(column - 2), /^ {2}\S/);
      assert.match(text, /\n {2}flash \d+ of 32768 B \(\d+\.\d %\)\n {2}RAM {3}51 of 2048 B/);
    });

    it("says where a function was inlined, and what stack it needs", () => {
      const text = sizeText(report, "function");
      assert.match(text, /demo\/a<b>&c\.ts:more, inlined into test\.c:main\n/);
      assert.match(text, /\n +\d+ +\d+\.\d +0 +0 {2}demo\/a<b>&c\.ts:fill\n/);
    });

    it("puts the variables that take most RAM first", () => {
      const rows = sizeText(report, "variable").split("\n\n")[1].split("\n").slice(1);
      assert.deepEqual(
        rows.map((row) => row.trim().split(/\s+/).at(-1)),
        ["demo/a<b>&c.ts:buffer", "test.c:done"],
      );
    });

    it("says what has changed since an earlier report", async () => {
      const earlier = { ...report, lorawan: "1.1" as const };
      const later = {
        ...reportOf(await buildBare(SOURCE.replace("[50]", "[70]")), NAMES),
        lorawan: "1.1" as const,
      };
      const text = comparisonText(earlier, later, "variable");
      assert.match(text, /^Since the earlier report\n/);
      assert.match(
        comparisonText({ ...earlier, board: "other" }, later, "variable"),
        /^bench, LoRaWAN 1\.1, against the earlier report of other, LoRaWAN 1\.1\n/,
      );
      assert.match(text, /RAM {3}71 B, \+20 from 51\n/);
      assert.match(text, /\+20 +50 +70 {2}demo\/a<b>&c\.ts:buffer\n$/);
      assert.match(comparisonText(report, report, "module"), /flash \d+ B as before\n.*\n.*as before\n$/);
    });
  });

  describe("as a page", () => {
    it("is well-formed, with every name escaped", () => {
      const page = sizeHtml(report);
      assertBalanced(page);
      assert.ok(page.includes("demo/a&lt;b&gt;&amp;c.ts"));
      assert.ok(!page.includes("a<b>"));
    });

    it("needs nothing but itself", () => {
      assert.doesNotMatch(sizeHtml(report), /https?:|src=|@import|url\(|<link/);
    });

    it("has the exact octets of every part, in a map and in a table", () => {
      const page = sizeHtml(report);
      for (const { name, ramBytes } of report.parts.filter((part) => part.ramBytes > 0)) {
        assert.match(page, new RegExp(`data-tip="[^"]*${name}\\n${ramBytes} B, `));
      }
      const rows = page.match(/<tr><th scope="row">/g) ?? [];
      assert.equal(rows.length, modulesOf(report.parts).length + 1 + report.parts.length);
    });

    it("keeps its labels inside their rectangles", () => {
      for (const [, width, label] of sizeHtml(report).matchAll(
        /width="([\d.]+)" height="[\d.]+" rx="2"\/><text [^>]*>([^<]*)</g,
      )) {
        assert.ok(label.length * 3.5 < Number(width), `${label} in ${width}`);
      }
    });
  });

  describe("in a file", () => {
    it("is kept beside a build and read back, and is the same text each time", async () => {
      assert.equal(await keptReport(folder), undefined);
      writeFileSync(join(folder, REPORT_FILE), reportJson(report));
      assert.deepEqual(await keptReport(folder), report);
      assert.equal(reportJson(report), reportJson(structuredClone(report)));
    });

    it("is refused by name where it is none", async () => {
      const path = join(folder, "other.json");
      for (const text of [
        "no JSON",
        "[]",
        '{"flashBytes": 1}',
        '{"flashBytes":1,"ramBytes":1,"parts":[{}]}',
      ]) {
        writeFileSync(path, text);
        await assert.rejects(readReport(path), /other\.json is not a report of sizes: write one with/);
      }
      await assert.rejects(readReport(join(folder, "nowhere.json")), /cannot read the report: ENOENT/);
    });
  });
});

describe("squarify", () => {
  it("gives each value its share of the area, without gaps or overlaps", () => {
    const values = [600, 300, 250, 120, 60, 60, 9, 1];
    const area = { x: 10, y: 20, width: 120, height: 70 };
    const rectangles = squarify(values, area);
    const total = values.reduce((sum, value) => sum + value, 0);
    rectangles.forEach(({ x, y, width, height }, index) => {
      assert.ok(Math.abs((width * height) / (120 * 70) - values[index] / total) < 1e-9);
      assert.ok(x > 9.999 && y > 19.999 && x + width < 130.001 && y + height < 90.001);
    });
    for (const [index, a] of rectangles.entries()) {
      for (const b of rectangles.slice(index + 1)) {
        const across = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
        const down = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
        assert.ok(across < 1e-9 || down < 1e-9, `${index} overlaps`);
      }
    }
  });

  it("makes squares of equal values where it can", () => {
    const squares = squarify([1, 1, 1, 1], { x: 0, y: 0, width: 10, height: 10 });
    for (const { width, height } of squares) assert.ok(Math.abs(width - height) < 1e-9);
    assert.deepEqual(squarify([], { x: 0, y: 0, width: 10, height: 10 }), []);
  });
});

/** Every element that is opened is closed, in order. */
function assertBalanced(page: string): void {
  const open: string[] = [];
  const markup = page.replace(/<style>.*?<\/style>|<script>.*?<\/script>|<!doctype html>/gs, "");
  for (const [tag, closing, name, selfClosing] of markup.matchAll(/<(\/?)([a-z0-9]+)[^<>]*?(\/?)>/g)) {
    if (name === "meta" || selfClosing === "/") continue;
    if (closing === "/") assert.equal(open.pop(), name, tag);
    else open.push(name);
  }
  assert.deepEqual(open, []);
  assert.doesNotMatch(markup.replace(/<[^<>]*>/g, ""), /[<>]/);
}
