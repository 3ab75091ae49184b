/**
 * What the compiler takes for proven must be true: random guards, loops and assignments, with random
 * accesses among them. Lines that it refuses are taken out; of what stays, Node checks every access.
 */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { compile } from "../../../toolchain/compiler/index.ts";
import { randomFrom } from "../../fuzz/compiler/random.ts";
import { inFolder, LANGUAGE } from "./targets.ts";

const LENGTH = 24;
const LIMIT = 30;
const FUNCTIONS = 120;

const HEAD = `import { type Int, i16, records, type i16 as I16 } from ${JSON.stringify(LANGUAGE)};
const array = new Uint8Array(${LENGTH});
class Ring { at: Int<0, ${LIMIT}> = 4; ok = false; }
const ring = new Ring();
const other = new Ring();
const row = records(Ring, 3);
let m: Int<0, ${LIMIT}> = 3;
let wrong = false;
/** The value of an index that was used, and of a variable that was stored. */
function used(i: I16): void { if (i < 0 || i >= ${LENGTH}) wrong = true; }
function kept(i: I16): void { if (i < 0 || i > ${LIMIT}) wrong = true; }
function shake(r: Ring, to: Int<0, ${LIMIT}>): void { m = to; r.at = ${LIMIT} - to; }
export function isWrong(): boolean { return wrong; }
`;

/** What is stored into and counted. */
const PLACES = ["x", "y", "z", "m", "ring.at", "row[p].at", "row[1].at", "r.at"];

/** What keeps a test. */
const FLAGS = ["ok", "ok", "ring.ok", "r.ok", "row[1].ok"];

/** What makes a place among records another one. */
const CHOICES = ["p = 2", "p = p === 0 ? 2 : p - 1", "r = row[p]", "r = row[1]", "r = ring"];

class Writer {
  readonly #random: () => number;
  readonly #names = ["x", "y", "z", "m", "ring.at", "row[p].at", "row[1].at", "r.at"];
  #loops = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  #pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.#random() * items.length)];
  }

  #sum(): string {
    const terms = Array.from({ length: 1 + Math.floor(this.#random() * 3) }, () => this.#pick(this.#names));
    const text = terms.reduce((sum, term) => `${sum} ${this.#pick(["+", "+", "-"])} ${term}`);
    return this.#random() < 0.4
      ? `${text} ${this.#pick(["+", "-"])} ${Math.floor(this.#random() * 12)}`
      : text;
  }

  #relation(depth = 1): string {
    if (this.#random() < 0.15) return `${this.#pick(["", "!"])}${this.#pick(FLAGS)}`;
    const kind = depth === 0 ? 9 : Math.floor(this.#random() * 8);
    if (kind === 0) return `(${this.#relation(0)} && ${this.#relation(0)})`;
    if (kind === 1) return `(${this.#relation(0)} || ${this.#relation(0)})`;
    if (kind === 2) return `!(${this.#relation(0)})`;
    const operator = this.#pick(["<", "<", "<=", ">", ">=", "===", "!=="]);
    const right = this.#random() < 0.5 ? this.#sum() : String(Math.floor(this.#random() * 28));
    return `${this.#sum()} ${operator} ${right}`;
  }

  #access(indent: string): string {
    const index = this.#sum();
    return `${indent}array[${index}] = 1; used(i16(${index}));\n`;
  }

  /** Chooses another record, or lets a call write to one. */
  #change(indent: string): string {
    if (this.#random() < 0.6) return `${indent}${this.#pick(CHOICES)};\n`;
    const record = this.#pick(["ring", "other", "row[p]", "row[1]", "r"]);
    return `${indent}shake(${record}, ${this.#pick(["x", "y", "z", "29"])});\n`;
  }

  /** An access that a guard proves unless what stands between makes the place another, or writes to it. */
  #guarded(indent: string): string {
    const place = this.#pick(["row[p].at", "r.at", "row[p].at", "r.at", ...PLACES]);
    const between =
      this.#random() < 0.3 ? `${indent}  ${this.#pick(PLACES)} = 27;\n` : this.#change(`${indent}  `);
    const access = `${indent}  array[${place}] = 1; used(i16(${place}));\n`;
    if (this.#random() < 0.4) {
      const flag = this.#pick(FLAGS);
      const test = `${indent}${flag} = ${place} < ${LENGTH};\n`;
      return `${test}${this.#random() < 0.5 ? between : ""}${indent}if (${flag}) {\n${access}${indent}}\n`;
    }
    return `${indent}if (${place} < ${LENGTH}) {\n${between}${access}${indent}}\n`;
  }

  block(depth: number, indent: string): string {
    const count = 2 + Math.floor(this.#random() * 3);
    return Array.from({ length: count }, () => this.#statement(depth, indent)).join("");
  }

  #statement(depth: number, indent: string): string {
    const inner = `${indent}  `;
    switch (Math.floor(this.#random() * (depth > 0 ? 13 : 8))) {
      case 0:
      case 1:
      case 2:
        return this.#access(indent);
      case 3:
      case 4: {
        const name = this.#pick(PLACES);
        return `${indent}${name} = ${this.#sum()}; kept(i16(${name}));\n`;
      }
      case 5: {
        const name = this.#pick(PLACES);
        return `${indent}${name}${this.#pick(["++", "--"])}; kept(i16(${name}));\n`;
      }
      case 6:
        return this.#change(indent);
      case 7: {
        if (this.#random() < 0.5) return `${indent}${this.#pick(FLAGS)} = ${this.#relation()};\n`;
        const name = this.#pick(PLACES);
        const [some, other] = [this.#sum(), this.#pick([name, "0", "3", this.#sum()])];
        const choice = `(${this.#relation()} ? ${some} : ${other})`;
        const value = this.#pick([`${name} + ${choice}`, `${name} - ${choice}`, `${choice} - ${name}`]);
        return `${indent}${name} = ${value}; kept(i16(${name}));\n`;
      }
      case 8:
        return this.#guarded(indent);
      case 9:
      case 10: {
        const otherwise = this.#random() < 0.4 ? ` else {\n${this.block(depth - 1, inner)}${indent}}` : "";
        return `${indent}if (${this.#relation()}) {\n${this.block(depth - 1, inner)}${indent}}${otherwise}\n`;
      }
      case 11:
        return `${indent}if (${this.#relation()}) return;\n`;
      default: {
        const name = `i${this.#loops++}`;
        const [from, to] = [this.#pick(["0", "x", "y"]), this.#pick(["x", "z", "9", "20"])];
        this.#names.push(name, name);
        const body = this.#access(inner) + this.block(depth - 1, inner);
        this.#names.length -= 2;
        return `${indent}for (let ${name} = ${from}; ${name} < ${to}; ${name} += ${this.#pick(["1", "1", "4"])}) {\n${body}${indent}}\n`;
      }
    }
  }
}

function randomFunction(seed: number): string {
  const writer = new Writer(randomFrom(seed));
  return `export function run${seed}(x0: Int<0, ${LIMIT}>, y0: Int<0, ${LIMIT}>, z0: Int<0, ${LIMIT}>): void {
  let x: Int<0, ${LIMIT}> = x0;
  let y: Int<0, ${LIMIT}> = y0;
  let z: Int<0, ${LIMIT}> = z0;
  let p: Int<0, 2> = 1;
  let ok = false;
  let r = row[0];
  row[0].at = x; row[1].at = y; row[2].at = z;
${writer.block(3, "  ")}}
`;
}

/** Takes out the lines that the compiler refuses, until it refuses none. */
function provenLines(entry: string, lines: readonly string[]): readonly string[] {
  writeFileSync(entry, lines.join("\n"));
  const { diagnostics } = compile({ entry });
  if (diagnostics.length === 0) return lines;
  const refused = new Set(
    diagnostics.map(({ file, start }) => file!.getLineAndCharacterOfPosition(start!).line),
  );
  const left = lines.map((line, i) => (refused.has(i) ? "" : line));
  for (const i of refused) assert.match(lines[i], /^\s+(array|x|y|z|m|r|row|ring|ok)\b/, lines[i]);
  return provenLines(entry, left);
}

describe("proofs of the compiler", function () {
  this.timeout(60000);

  it("hold when the program runs", async () => {
    const functions = Array.from({ length: FUNCTIONS }, (_, seed) => randomFunction(seed)).join("\n");
    const calls = Array.from({ length: FUNCTIONS }, (_, seed) => `  run${seed}(1, 2, 3);`).join("\n");
    const text = `${HEAD}${functions}\nexport function main(): void {\n${calls}\n  if (isWrong()) wrong = false;\n}\n`;
    await inFolder([], async (folder) => {
      const entry = join(folder, "main.ts");
      const lines = provenLines(entry, text.split("\n"));
      const accesses = (of: readonly string[]) => of.filter((line) => line.includes("used(i16")).length;
      const share = accesses(lines) / accesses(text.split("\n"));
      assert.ok(share > 0.15 && share < 0.9, `${share} of the accesses were accepted`);
      const program = await import(pathToFileURL(entry).href);
      const random = randomFrom(1);
      const value = () => Math.floor(random() * (LIMIT + 1));
      for (let seed = 0; seed < FUNCTIONS; seed++) {
        for (let round = 0; round < 150; round++) {
          const values = [value(), value(), value()];
          program[`run${seed}`](...values);
          assert.ok(!program.isWrong(), `run${seed}(${values})`);
        }
      }
    });
  });
});
