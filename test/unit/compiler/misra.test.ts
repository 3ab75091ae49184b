/** What cppcheck's MISRA add-on finds in generated C is what docs/misra.md lists, and nothing more. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type CompileOptions, compile, formatDiagnostics } from "../../../toolchain/compiler/index.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const SAMPLES = fileURLToPath(new URL("./c/", import.meta.url));
const LIST = "docs/misra.md";
const text = readFileSync(join(ROOT, LIST), "utf8");
/** Another version of the add-on finds other things. */
const VERSION = /Cppcheck (\d+\.\d+)/.exec(text)?.[1];

interface Finding {
  readonly rule: string;
  /** The place in the C, and the line. */
  readonly where: string;
}

/** The table of docs/misra.md: findings by rule. */
function listed(): Map<string, number> {
  const rows = text.matchAll(/^\| (\d+\.\d+) \| (\d+) \| \S.*\|$/gm);
  return new Map([...rows].map(([, rule, count]) => [rule, Number(count)]));
}

/** Findings in the C of a program. `#line` is left out: the add-on does not know the directive, and loses count. */
function findings(options: CompileOptions): Finding[] {
  const { diagnostics, files } = compile(options);
  assert.equal(formatDiagnostics(diagnostics, { colour: false }), "");
  const folder = mkdtempSync(join(tmpdir(), "joinery-misra-"));
  try {
    const lines = new Map<string, string[]>();
    for (const [name, c] of files) {
      const plain = c.replace(/^#line .*$/gm, "");
      writeFileSync(join(folder, name), plain);
      lines.set(name, plain.split("\n"));
    }
    const sources = [...files.keys()].filter((name) => name.endsWith(".c"));
    // The headers of the system are not read: what they say of the literals is said here.
    const literals = ["-DUINT32_C(x)=x##ul", "-DINT32_C(x)=x##l"];
    const how = [
      "--addon=misra",
      "--std=c99",
      "--platform=avr8",
      "--quiet",
      "--suppress=misra-c2012-2.5",
      ...literals,
    ];
    const output = join(folder, "findings.txt");
    const template = "--template={file}:{line}:{id}";
    execFileSync("cppcheck", [...how, template, `--output-file=${output}`, ...sources], {
      cwd: folder,
      stdio: "pipe",
    });
    const found = readFileSync(output, "utf8").trim().split("\n").filter(Boolean);
    return [...new Set(found)].sort().map((line) => {
      const [file, number, id] = line.split(":");
      const where = `${file}:${number}: ${lines.get(file)?.[Number(number) - 1]?.trim()}`;
      return { rule: id.replace("misra-c2012-", ""), where };
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What must be done about the findings of the firmware; empty where they are those of the list. */
function differences(found: readonly Finding[], list: ReadonlyMap<string, number>): string[] {
  const rules = [...new Set([...list.keys(), ...found.map(({ rule }) => rule)])].sort();
  return rules.flatMap((rule) => {
    const places = found.filter((finding) => finding.rule === rule).map(({ where }) => where);
    const known = list.get(rule) ?? 0;
    if (places.length === known) return [];
    if (places.length < known)
      return [`rule ${rule}: ${places.length}, fewer than ${known}: put that into ${LIST}`];
    return [`rule ${rule}: ${places.length} instead of ${known}\n  ${places.join("\n  ")}`];
  });
}

describe("MISRA", function () {
  this.timeout(300_000);

  before(function () {
    const version = execFileSync("cppcheck", ["--version"], { encoding: "utf8" });
    if (version.trim() !== `Cppcheck ${VERSION}`) this.skip();
  });

  it(`findings in the firmware are those of ${LIST}`, () => {
    const changed = differences(findings({ config: { LORAWAN_1_1: true } }), listed());
    assert.equal(changed.join("\n"), "");
  });

  for (const name of readdirSync(SAMPLES).filter((file) => file.endsWith(".ts"))) {
    it(`findings in ${name} are of the rules of ${LIST}`, () => {
      const list = listed();
      const others = findings({ entry: join(SAMPLES, name) }).filter(({ rule }) => !list.has(rule));
      assert.deepEqual(others, []);
    });
  }

  it("findings that are more than listed, or fewer, are told", () => {
    const list = new Map([["15.5", 2]]);
    const finding = { rule: "15.5", where: "a.c:1: return;" };
    assert.deepEqual(differences([finding, finding], list), []);
    assert.match(differences([finding], list).join(), /^rule 15\.5: 1, fewer than 2/);
    const more = differences([finding, finding, { rule: "2.2", where: "a.c:2: x;" }], list);
    assert.match(more.join(), /^rule 2\.2: 1 instead of 0\n {2}a\.c:2: x;$/);
  });
});
