import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type CompileOptions, compile, formatDiagnostics } from "../../../toolchain/compiler/index.ts";
import { C_FLAGS } from "../../fuzz/compiler/c-program.ts";
import { inFolder, LANGUAGE } from "./targets.ts";

const SAMPLES = fileURLToPath(new URL("./c/", import.meta.url));
const samples = readdirSync(SAMPLES)
  .filter((name) => name.endsWith(".ts"))
  .map((name) => name.slice(0, -3));

const COMPILERS = [
  { name: "gcc", command: ["gcc"], install: "gcc" },
  { name: "avr-gcc", command: ["avr-gcc", "-mmcu=atmega328p"], install: "gcc-avr avr-libc" },
  {
    name: "arm-none-eabi-gcc",
    command: ["arm-none-eabi-gcc", "-mcpu=cortex-m0plus", "-mthumb"],
    install: "gcc-arm-none-eabi libnewlib-arm-none-eabi",
  },
];

function filesOf(options: CompileOptions): ReadonlyMap<string, string> {
  const { diagnostics, files } = compile(options);
  assert.equal(formatDiagnostics(diagnostics, { colour: false }), "");
  return files;
}

describe("generated C", function () {
  this.timeout(60000);

  // After a change of the emitter: UPDATE_C=1 npx mocha test/unit/compiler/c.test.ts, and read the difference.
  for (const name of samples) {
    it(`is what is kept beside its source: ${name}.ts`, () => {
      const made = filesOf({ entry: join(SAMPLES, `${name}.ts`) }).get(`${name}.c`)!;
      const kept = join(SAMPLES, `${name}.c`);
      if (process.env.UPDATE_C) writeFileSync(kept, made);
      assert.equal(made, readFileSync(kept, "utf8"));
    });
  }

  let programs: ReadonlyMap<string, string>[];
  before(() => {
    programs = [
      ...samples.map((sample) => filesOf({ entry: join(SAMPLES, `${sample}.ts`) })),
      ...[false, true].map((version) => filesOf({ config: { LORAWAN_1_1: version } })),
    ];
  });
  for (const { name, command, install } of COMPILERS) {
    it(`compiles without a warning: ${name}`, () => {
      const [program, ...target] = command;
      for (const files of programs) {
        inFolder(files, (folder) => {
          const sources = [...files.keys()].filter((file) => file.endsWith(".c"));
          try {
            execFileSync(program, [...target, ...C_FLAGS, "-Os", "-c", ...sources], {
              cwd: folder,
              stdio: "pipe",
            });
          } catch (error) {
            const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
            const how = `install it with apt-get install ${install}`;
            throw missing ? new Error(`${program} is missing: ${how}`) : error;
          }
        });
      }
    });
  }

  it("compiles where modules have records of each other", () => {
    const language = `import { records, type u8 } from ${JSON.stringify(LANGUAGE)};\n`;
    const sources = {
      "main.ts": `${language}import { Deep, Outer, use } from "./other.ts";
export class Inner { x: u8 = 0; readonly deep = new Deep(); }
const outer = new Outer();
export function touch(o: Outer, i: Inner): void { o.inner.x = i.deep.v; }
export function main(): void { touch(outer, outer.rows[1]); use(outer); }`,
      "other.ts": `${language}import { Inner, touch } from "./main.ts";
export class Deep { v: u8 = 1; }
export class Outer { readonly inner = new Inner(); readonly rows = records(Inner, 2); }
export function use(o: Outer): void { touch(o, o.inner); }`,
    };
    inFolder(Object.entries(sources), (folder) => {
      const files = filesOf({ entry: join(folder, "main.ts") });
      for (const [name, text] of files) writeFileSync(join(folder, name), text);
      execFileSync("gcc", [...C_FLAGS, "-c", "main.c", "other.c"], { cwd: folder, stdio: "pipe" });
    });
  });

  it("is also C of the gnu99 dialect", () => {
    const files = filesOf({ entry: join(SAMPLES, "session.ts") });
    inFolder(files, (folder) => {
      execFileSync("gcc", [...C_FLAGS, "-std=gnu99", "-c", "session.c"], { cwd: folder, stdio: "pipe" });
    });
  });
});
