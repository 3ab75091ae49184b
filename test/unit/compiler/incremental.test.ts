import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CompileOptions, compile, createCompiler } from "../../../toolchain/compiler/index.ts";
import { LANGUAGE } from "./targets.ts";

const MAIN = 'import { area } from "./area.ts";\nexport function main(): void {\n  area(2, 3);\n}\n';
const AREA = `import { u8, u16 } from ${JSON.stringify(LANGUAGE)};
let last: u16 = 0;
export function area(width: u8, height: u8): void {
  last = u16(width * height);
}
`;

describe("a compiler that is used again", function () {
  this.timeout(30000);

  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "joinery-incremental-"));
    write("main.ts", MAIN);
    write("area.ts", AREA);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  /** The result, which must be that of a compiler that knows nothing. */
  const compiled = (compiler: ReturnType<typeof createCompiler>, more: CompileOptions = {}) => {
    const options = { entry: join(folder, "main.ts"), ...more };
    const { diagnostics, files } = compiler.compile(options);
    const texts = (list: typeof diagnostics) =>
      list.map(({ code, start, messageText }) => [code, start, messageText]);
    const fresh = compile(options);
    assert.deepEqual(texts(diagnostics), texts(fresh.diagnostics));
    assert.deepEqual(files, fresh.files);
    return { files, codes: diagnostics.map(({ code }) => code) };
  };

  it("gives the same where nothing has changed", () => {
    const compiler = createCompiler();
    const before = compiled(compiler);
    assert.match(before.files.get("area.c") ?? "", /width \* height/);
    assert.deepEqual(compiled(compiler).files, before.files);
  });

  it("sees a file change, and change back", () => {
    const compiler = createCompiler();
    const before = compiled(compiler);
    write("area.ts", AREA.replace("width * height", "width + height"));
    assert.match(compiled(compiler).files.get("area.c") ?? "", /width \+ height/);
    write("area.ts", AREA);
    assert.deepEqual(compiled(compiler).files, before.files);
  });

  it("sees a text that takes the place of a file, and the file again", () => {
    const compiler = createCompiler();
    const sources = { [join(folder, "area.ts")]: AREA.replace("width * height", "height") };
    assert.match(compiled(compiler, { sources }).files.get("area.c") ?? "", /= height;/);
    assert.match(compiled(compiler).files.get("area.c") ?? "", /width \* height/);
  });

  it("tells a module that did not change of what changed in one that it imports", () => {
    const compiler = createCompiler();
    assert.deepEqual(compiled(compiler).codes, []);
    write("area.ts", AREA.replace("height: u8", "height: boolean").replace("width * height", "width"));
    assert.deepEqual(compiled(compiler).codes, [2345]);
    write("area.ts", AREA);
    assert.deepEqual(compiled(compiler).codes, []);
  });

  it("sees a declaration file change", () => {
    const compiler = createCompiler();
    const level = (values: string) => write("level.d.ts", `export type Level = ${values};\n`);
    write("area.ts", `import type { Level } from "./level";\n${AREA.replace("height: u8", "height: Level")}`);
    level("3 | 4");
    assert.deepEqual(compiled(compiler).codes, []);
    level("4");
    assert.deepEqual(compiled(compiler).codes, [2345]);
  });

  it("finds a module that comes into being, and misses one that went", () => {
    const compiler = createCompiler();
    rmSync(join(folder, "area.ts"));
    assert.deepEqual(compiled(compiler).codes, [2307]);
    write("area.ts", AREA);
    assert.deepEqual(compiled(compiler).codes, []);
    rmSync(join(folder, "area.ts"));
    assert.deepEqual(compiled(compiler).codes, [2307]);
  });

  it("takes another application and other configuration each time", () => {
    const compiler = createCompiler();
    write("main.ts", 'import { run } from "#app";\nexport function main(): void {\n  run();\n}\n');
    for (const name of ["first", "second"]) {
      write(
        `${name}.ts`,
        `import type { u8 } from ${JSON.stringify(LANGUAGE)};\n/** @config */\nexport const LIMIT: u8 = 1;\nlet ${name}: u8 = 0;\nexport function run(): void {\n  ${name} = LIMIT;\n}\n`,
      );
    }
    const texts = [1, 2].flatMap((value) =>
      ["first", "second"].map((name) => {
        const { files } = compiled(compiler, { app: join(folder, `${name}.ts`), config: { LIMIT: value } });
        return files.get(`${name}.c`);
      }),
    );
    assert.equal(new Set(texts).size, 4);
  });
});
