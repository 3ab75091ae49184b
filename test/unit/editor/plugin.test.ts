import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { TsServer } from "./support/tsserver.ts";

const TSCONFIG = JSON.stringify({
  compilerOptions: {
    target: "es2023",
    lib: ["es2023"],
    module: "preserve",
    moduleResolution: "bundler",
    moduleDetection: "force",
    allowImportingTsExtensions: true,
    verbatimModuleSyntax: true,
    strict: true,
    types: [],
    noEmit: true,
    plugins: [{ name: "joinery/toolchain/editor/plugin.cjs" }],
  },
});

const PROJECT = JSON.stringify({ app: "app.ts", board: "pro-mini-rfm95", lorawan: "1.1" });

const LANGUAGE = 'import { type Bytes, type Int, u8 } from "joinery/lang";';

/** An application; `statement` is where it may go wrong. */
const application = (statement: string) => `${LANGUAGE}
export const PERIOD_S: Int<1, 500000> = 60;
export const UPLINK_PORT = 2;
export const MAX_PAYLOAD = 49;
let count: u8 = 0;
export function setup(): void {
  ${statement}
}
export function sample(payload: Bytes<49>): Int<0, 49> {
  payload[0] = count;
  return 1;
}
export function onDownlink(port: u8, payload: Bytes<51>, length: Int<0, 51>): void {
  if (length > 0 && port === 1) count = u8(payload[0]);
}
`;

const RIGHT = application("count = u8(count + 1);");
const WRONG = application("count = count + 1;");

describe("the editor plugin", function () {
  this.timeout(120_000);
  let folder: string;
  let log: string;
  let server: TsServer;

  /** Writes files into a folder of the test's own; the path of the first. */
  function files(name: string, texts: Readonly<Record<string, string>>): string {
    for (const [path, text] of Object.entries({ ...texts, "tsconfig.json": TSCONFIG })) {
      mkdirSync(dirname(join(folder, name, path)), { recursive: true });
      writeFileSync(join(folder, name, path), text);
    }
    return join(folder, name, Object.keys(texts)[0]);
  }

  const has = (code: number) => (found: readonly { code?: number; source?: string }[]) =>
    found.some((diagnostic) => diagnostic.source === "joinery" && diagnostic.code === code);
  const hasNone = (found: readonly { source?: string }[]) =>
    !found.some(({ source }) => source === "joinery");

  before(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "joinery-editor-")));
    log = join(folder, "tsserver.log");
    server = new TsServer(folder, log);
  });
  after(async () => {
    await server.end();
    rmSync(folder, { recursive: true });
  });
  afterEach(function () {
    if (!this.currentTest?.isFailed() || !existsSync(log)) return;
    console.error(
      readFileSync(log, "utf8")
        .match(/^.*(?: joinery: |plugin).*$/gm)
        ?.join("\n"),
    );
  });

  it("shows errors of a project's application while it is typed, and takes them back", async () => {
    const app = files("project", { "app.ts": RIGHT, "joinery.json": PROJECT });
    server.open(app, RIGHT);
    await server.errors(app, hasNone);
    server.change(app, RIGHT, WRONG);
    const [diagnostic] = (await server.errors(app, has(2001))).filter(({ source }) => source === "joinery");
    assert.match(diagnostic.text, /^DEV2001: value 1\.\.256 may not fit u8: wrap it with u8\(\)$/);
    assert.deepEqual(
      [diagnostic.start, diagnostic.end],
      [
        { line: 7, offset: 11 },
        { line: 7, offset: 20 },
      ],
    );
    assert.deepEqual(
      diagnostic.relatedInformation?.map(({ message, span }) => [message, span?.start]),
      [["'count' is declared as u8 here", { line: 5, offset: 5 }]],
    );
    server.change(app, WRONG, RIGHT);
    await server.errors(app, hasNone);
    server.tell("close", { file: app });
  });

  it("shows globals that the project's own types have and the device has not", async () => {
    const text = application("console.log(1);");
    const types = "declare const console: { log(value: unknown): void };";
    const app = files("globals", { "app.ts": text, "joinery.json": PROJECT, "globals.d.ts": types });
    server.open(app, text);
    const found = await server.errors(app, has(1004));
    assert.deepEqual(
      found.map(({ source, code }) => [source, code]),
      [["joinery", 1004]],
    );
    assert.match(found[0].text, /^DEV1004: 'console' does not exist on the device: print with/);
    server.tell("close", { file: app });
  });

  it("takes a file outside a project that exports the hooks for an application", async () => {
    const app = files("alone", { "sensor.ts": WRONG });
    server.open(app, WRONG);
    await server.errors(app, has(2001));
    server.tell("close", { file: app });
  });

  it("takes a module beside a main.ts for a part of that program, with the unsaved texts of both", async () => {
    const main = 'import { count } from "./part.ts";\nexport function main(): void { count(); }\n';
    const right =
      'import { type u8 } from "joinery/lang";\nlet n: u8 = 0;\nexport function count(): void { if (n < 9) n++; }\n';
    const part = files("plain", { "part.ts": right, "main.ts": "export function main(): void {}\n" });
    const wrong = right.replace("if (n < 9) ", "");
    server.open(join(dirname(part), "main.ts"), main);
    server.open(part, wrong);
    await server.errors(part, has(2001));
    server.tell("close", { file: join(dirname(part), "main.ts") });
    // What is saved of main.ts reaches nothing of the module.
    await server.errors(part, hasNone);
    server.tell("close", { file: part });
  });

  it("has nothing to say about other files of the project, nor about programs that are no firmware", async () => {
    const web = files("web", {
      "main.ts": "export function main(): void { console.log([1].map((x) => x + 1)); }\n",
    });
    server.open(web, readFileSync(web, "utf8"));
    assert.ok(hasNone(await server.errors(web, () => true)));
    const spec = files("specs", {
      "hil/join.test.ts": "export const x = [1];\n",
      "app.ts": WRONG,
      "joinery.json": PROJECT,
    });
    server.open(spec, readFileSync(spec, "utf8"));
    assert.ok(hasNone(await server.errors(spec, () => true)));
    for (const file of [web, spec]) server.tell("close", { file });
  });

  it("offers the cast that a message names, and imports it", async () => {
    const text = WRONG.replace(", u8 }", ", type u8 }");
    const app = files("fixes", { "app.ts": text, "joinery.json": PROJECT });
    server.open(app, text);
    const [{ start, end }] = (await server.errors(app, has(2001))).filter(
      ({ source, code }) => source === "joinery" && code === 2001,
    );
    assert.ok(((await server.request("getSupportedCodeFixes", { file: app })) as string[]).includes("2001"));
    const place = {
      startLine: start.line,
      startOffset: start.offset,
      endLine: end.line,
      endOffset: end.offset,
    };
    const fixes = (await server.request("getCodeFixes", { file: app, ...place, errorCodes: [2001] })) as {
      description: string;
      changes: { textChanges: { start: { line: number; offset: number }; newText: string }[] }[];
    }[];
    const [fix] = fixes.filter(({ description }) => description === "Write u8(count + 1)");
    assert.deepEqual(
      fix.changes[0].textChanges.map(({ start, newText }) => [start.line, newText]),
      [
        [1, ""],
        [7, "u8(count + 1)"],
      ],
    );
    server.tell("close", { file: app });
  });

  it("says in the application which value of joinery.json its constant cannot have", async () => {
    const text = RIGHT.replace("export const PERIOD_S", "/** @config */ export const PERIOD_S");
    const project = JSON.stringify({ ...JSON.parse(PROJECT), config: { PERIOD_S: 0 } });
    const app = files("configured", { "app.ts": text, "joinery.json": project });
    server.open(app, text);
    const [found] = await server.errors(app, has(1019));
    assert.match(
      found.text,
      /^DEV1019: the configuration gives PERIOD_S = 0, but it must be an integer of 1/,
    );
    server.tell("close", { file: app });
  });

  it("says what is wrong with the project's joinery.json, until it is not", async () => {
    const app = files("project-file", {
      "app.ts": RIGHT,
      "joinery.json": '{ "app": "app.ts", "board": "toaster", "lorawan": "1.1" }',
    });
    server.open(app, RIGHT);
    const found = await server.errors(app, has(1053));
    assert.match(found.find(({ source }) => source === "joinery")!.text, /^DEV1053: .*joinery\.json.*board/);
    writeFileSync(join(dirname(app), "joinery.json"), PROJECT);
    await server.errors(app, hasNone);
    server.tell("close", { file: app });
  });

  it("says what the application lacks, in the application", async () => {
    const text = RIGHT.replace("export const UPLINK_PORT = 2;\n", "");
    const app = files("lacking", { "app.ts": text, "joinery.json": PROJECT });
    server.open(app, text);
    await server.errors(app, has(1051));
    server.tell("close", { file: app });
  });

  it("answers soon while the example is typed", async () => {
    const path = realpathSync(join(folder, "node_modules", "joinery", "firmware", "apps", "sensor.ts"));
    const right = readFileSync(path, "utf8");
    const wrong = right.replace("u16(sampleCount + 1)", "sampleCount + 1");
    server.open(path, wrong);
    await server.errors(path, has(2001));
    let text = wrong;
    const times: number[] = [];
    for (let i = 0; i < 9; i++) {
      const next = `// ${i}\n${wrong}`;
      server.change(path, text, next);
      text = next;
      const begin = performance.now();
      const found = await server.semanticDiagnostics(path);
      times.push(performance.now() - begin);
      // Of this text or, until the compiler is done, of the one before: always where the expression lies now.
      const marked = found.filter(({ source }) => source === "joinery");
      assert.deepEqual(
        marked.map(({ code, start, length }) => [code, text.slice(start, start + length)]),
        [[2001, "sampleCount + 1"]],
      );
    }
    times.sort((a, b) => a - b);
    assert.ok(times[4] < 1000, `milliseconds: ${times.map(Math.round).join(", ")}`);
    server.change(path, text, right);
    await server.errors(path, hasNone);
    server.tell("close", { file: path });
  });
});
