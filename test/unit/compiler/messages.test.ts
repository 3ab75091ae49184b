import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  createCompiler,
  diagnosticsJson,
  formatDiagnostics,
  messagePages,
} from "../../../toolchain/compiler/index.ts";
import {
  imageTooLarge,
  internalError,
  messages,
  missingExport,
  noEntry,
  TooDeep,
  unfitExport,
  unknownConfig,
  unusableBoard,
  unusableProject,
} from "../../../toolchain/compiler/messages.ts";
import { dataRefused } from "./data-refused.ts";
import { refused } from "./refused.ts";
import { LANGUAGE, LANGUAGE_IMPORTS } from "./targets.ts";

const { compile } = createCompiler();

const ENTRY = fileURLToPath(new URL("./refused-main.ts", import.meta.url));
const PAGES = fileURLToPath(new URL("../../../docs/messages/", import.meta.url));

const PRELUDE = `${LANGUAGE_IMPORTS}
/** @extern use */
function use(value: U32): void {}
/** @extern input */
function input(): U32 { return 0; }
`;

const PAGE_IMPORTS = `import type { Bytes, Int, Table8, AtLeast, Records, TableOf } from "${LANGUAGE}";
import { ascii, assert, copy, critical, dispatch, fill, i16, i32, lengthOf, load16le, mul32, rotl8, table8, u16, u32, u8, records, tableOf, Volatile8, Volatile16, VolatileFlag } from "${LANGUAGE}";
`;

describe("compiler messages", () => {
  for (const { code, why, source, says } of [...refused, ...dataRefused]) {
    it(`DEV${code}: ${why}`, () => {
      const marked = PRELUDE + source;
      const text = marked.replaceAll(/[«»]/g, "");
      const { diagnostics, files } = compile({ entry: ENTRY, sources: { [ENTRY]: text } });
      const shown = formatDiagnostics(diagnostics, { colour: false });
      assert.deepEqual(
        diagnostics.map((diagnostic) => [diagnostic.source, diagnostic.code]),
        [["joinery", code]],
        shown,
      );
      const [{ start, length, messageText }] = diagnostics;
      const place = marked.match(/«([^»]*)»/)!;
      assert.equal(start, place.index, shown);
      assert.equal(length, place[1].length, shown);
      assert.ok(String(messageText).includes(says), shown);
      assert.equal(files.size, 0);
    });
  }

  it("say that the entry module is missing", () => {
    const { diagnostics } = compile({ entry: "/nowhere/main.ts" });
    assert.deepEqual(
      diagnostics.map(({ code }) => code),
      [noEntry.code],
    );
    assert.match(
      formatDiagnostics(diagnostics, { colour: false }),
      /^error DEV1028: there is no file \/nowhere\/main\.ts/,
    );
  });

  it("refuse a configuration of a name that the program does not have", () => {
    const text = "/** @config */\nexport const PERIOD = 3;\nexport function main(): void {}\n";
    const { diagnostics } = compile({ entry: ENTRY, sources: { [ENTRY]: text }, config: { PERIODE: 3 } });
    assert.match(
      formatDiagnostics(diagnostics, { colour: false }),
      /^error DEV1040: the configuration gives 'PERIODE', .*: did you mean PERIOD\? it has PERIOD/,
    );
  });

  it("propose no constant that an option of its own gives", () => {
    const text =
      "/** @config */\nexport const A = 1;\n/** @config by --b */\nexport const B = 2;\nexport function main(): void {}";
    const { diagnostics } = compile({ entry: ENTRY, sources: { [ENTRY]: text }, config: { B: 3, B1: 3 } });
    assert.equal(diagnostics.length, 1);
    assert.match(
      String(diagnostics[0].messageText),
      /the configuration gives 'B1', .* of that name: it has A$/,
    );
  });

  it("refuse a configuration of the wrong kind", () => {
    const text =
      "/** @config */\nexport const VERSION: boolean = true;\nexport function main(): void { if (VERSION) main2(); }\nfunction main2(): void {}";
    const { diagnostics } = compile({ entry: ENTRY, sources: { [ENTRY]: text }, config: { VERSION: 3 } });
    assert.deepEqual(
      diagnostics.map(({ code }) => code),
      [messages.configValue.code],
    );
    assert.match(String(diagnostics[0].messageText), /VERSION = 3, but it must be true or false/);
  });

  const CONFIGURED = `import type { Int } from ${JSON.stringify(LANGUAGE)};
/** @config */
export const PERIOD: Int<1, 9> = 1;
export function main(): void { for (let i = 0; i < PERIOD; i++) {} }
`;

  it("refuse a configured value out of its constant's range, in the configuration's words", () => {
    const sources = { [ENTRY]: CONFIGURED };
    const { diagnostics } = compile({ entry: ENTRY, sources, config: { PERIOD: 10 } });
    const shown = formatDiagnostics(diagnostics, { colour: false });
    assert.deepEqual(
      diagnostics.map(({ code }) => code),
      [messages.configValue.code],
      shown,
    );
    assert.match(shown, /the configuration gives PERIOD = 10, but it must be an integer of 1\.\.9/);
  });

  it("show a configured value in the project's file, unless another went before it", () => {
    const folder = mkdtempSync(join(tmpdir(), "joinery-config-"));
    try {
      const configFile = join(folder, "joinery.json");
      writeFileSync(configFile, '{\n  "config": { "PERIOD": 10, "PERIODE": 3 }\n}\n');
      const options = { entry: ENTRY, sources: { [ENTRY]: CONFIGURED }, configFile };
      const { diagnostics } = compile({ ...options, config: { PERIOD: 10, PERIODE: 3 } });
      assert.deepEqual(
        diagnosticsJson(diagnostics).map(({ code, file, line, column, related }) => [
          [code, file, line, column],
          related.map(({ message }) => message),
        ]),
        [
          [["DEV1019", configFile, 2, 25], ["'PERIOD' is declared as Int<1, 9> here"]],
          [["DEV1040", configFile, 2, 29], []],
        ],
      );
      assert.match(String(diagnostics[0].messageText), /'PERIODE'.*did you mean PERIOD\? it has PERIOD/);
      const other = compile({ ...options, config: { PERIOD: 11 } }).diagnostics;
      assert.deepEqual(
        other.map(({ code, file }) => [code, file?.fileName]),
        [[messages.configValue.code, ENTRY]],
      );
      // As JSON.parse takes it: the last of two, however it is written.
      writeFileSync(configFile, '{ "config": { "PERIOD": 5, "PERIOD": 1e1 } }');
      const last = compile({ ...options, config: { PERIOD: 10 } }).diagnostics;
      assert.deepEqual(
        diagnosticsJson(last).map(({ file, column }) => [file, column]),
        [[configFile, 38]],
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("refuse options that exclude one another, with the reason, where the project's file has the first", () => {
    const folder = mkdtempSync(join(tmpdir(), "joinery-config-"));
    try {
      const configFile = join(folder, "joinery.json");
      writeFileSync(configFile, '{\n  "config": { "FAST": true, "SMALL": true }\n}\n');
      const text = `/** @config */
export const FAST: boolean = false;
/** @config */
export const SMALL: boolean = false;
const IS_SMALL: boolean = SMALL;
/** @refused FAST needs what
 * SMALL leaves out */
export const IS_TOO_MUCH: boolean = FAST && IS_SMALL;
export function main(): void {}
`;
      const compiled = (config: Record<string, boolean>) =>
        compile({ entry: ENTRY, sources: { [ENTRY]: text }, configFile, config }).diagnostics;
      assert.deepEqual(compiled({ FAST: true }), []);
      assert.deepEqual(
        diagnosticsJson(compiled({ FAST: true, SMALL: true })).map(
          ({ code, file, line, column, message }) => [[code, file, line, column], message],
        ),
        [
          [
            ["DEV1054", configFile, 2, 15],
            "FAST = true, SMALL = true cannot be built: FAST needs what SMALL leaves out",
          ],
        ],
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("refuse a handler of an interrupt that the board handles", () => {
    const text =
      "/** @isr INT0_vect */\nexport function onEdge(): void {}\nexport function main(): void {}\n";
    const compiled = (vectors: readonly string[]) =>
      compile({ entry: ENTRY, sources: { [ENTRY]: text }, boardInterrupts: { board: "a-board", vectors } });
    assert.deepEqual(compiled(["INT1_vect"]).diagnostics, []);
    assert.match(
      formatDiagnostics(compiled(["INT1_vect", "INT0_vect"]).diagnostics, { colour: false }),
      /:2:17 - error DEV5009: the board handles the interrupt 'INT0_vect' itself, in the C of a-board/,
    );
  });

  it("refuse a handler of an interrupt that the processor does not have", () => {
    const compiled = (vector: string) => {
      const text = `/** @isr ${vector} */\nexport function onEdge(): void {}\nexport function main(): void {}\n`;
      const processor = { name: "a-part", vectors: ["USART_RX_vect", "ADC_vect"] };
      const boardInterrupts = { board: "a-board", vectors: [], processor };
      const { diagnostics } = compile({ entry: ENTRY, sources: { [ENTRY]: text }, boardInterrupts });
      return formatDiagnostics(diagnostics, { colour: false }).split("\n")[0];
    };
    assert.equal(compiled("USART_RX_vect"), "");
    assert.match(
      compiled("UART_RX_vect"),
      /:2:17 - error DEV5010: the a-part has no interrupt 'UART_RX_vect': did you mean USART_RX_vect\?$/,
    );
    assert.match(
      compiled("onEdge"),
      /DEV5010: the a-part has no interrupt 'onEdge': it has USART_RX_vect, ADC_vect$/,
    );
  });

  it("refuse constants in a circle of modules", () => {
    const other = ENTRY.replace("refused-main", "refused-other");
    const sources = {
      [ENTRY]:
        'import { B } from "./refused-other.ts";\nexport const A: number = B;\nexport function main(): void { for (let i = 0; i < A; i++) {} }',
      [other]: 'import { A } from "./refused-main.ts";\nexport const B: number = A;',
    };
    const { diagnostics } = compile({ entry: ENTRY, sources });
    assert.ok(diagnostics.some(({ code }) => code === messages.circularConstant.code));
  });

  it("say how a name of the language is imported", () => {
    const text = `import type { u16 } from ${JSON.stringify(LANGUAGE)};
let x: u16 = 0;
export function main(): void { x = lengthOf(new Uint8Array(3)); }`;
    const { diagnostics } = compile({ entry: ENTRY, sources: { [ENTRY]: text } });
    const shown = formatDiagnostics(diagnostics, { colour: false });
    assert.match(
      shown,
      /error DEV1035: 'lengthOf' is not imported here: write import \{ lengthOf \} from "joinery\/lang"/,
    );
    assert.equal(diagnostics.length, 1, shown);
  });

  const unimported: readonly [text: string, place: string, says: string][] = [
    ["const x = batteryLevel();", "batteryLevel", 'write import { batteryLevel } from "joinery/hal"'],
    ["printDecimal(3);", "printDecimal", 'write import { printDecimal } from "joinery/console"'],
    ["encryptBlock();", "encryptBlock", 'write import { encryptBlock } from "joinery/crypto"'],
    ["let x: Bytes<4>;", "Bytes", 'write import { type Bytes } from "joinery/lang"'],
  ];
  for (const [text, place, says] of unimported) {
    it(`say how a name of a module of joinery is imported: ${place}`, () => {
      const source = `export function main(): void { ${text} }`;
      const [{ code, start, length, messageText }, ...others] = compile({
        entry: ENTRY,
        sources: { [ENTRY]: source },
      }).diagnostics;
      assert.deepEqual([code, others], [messages.notImported.code, []]);
      assert.equal(source.slice(start, start! + length!), place);
      assert.equal(messageText, `'${place}' is not imported here: ${says}`);
    });
  }

  const misdirected: readonly [statement: string, place: string, says: string][] = [
    [
      'import { now, sleepUntil } from "./hal.ts";',
      '"./hal.ts"',
      `there is no module './hal.ts' here: write import { now, sleepUntil } from "joinery/hal"`,
    ],
    [
      'import { type Bytes, lengthOf as length } from "lang";',
      '"lang"',
      `there is no module 'lang' here: write import { type Bytes, lengthOf as length } from "joinery/lang"`,
    ],
    [
      'import type { u8 } from "./types.ts";',
      '"./types.ts"',
      `there is no module './types.ts' here: write import type { u8 } from "joinery/lang"`,
    ],
    [
      'import { u8, now } from "joinery/hal";',
      "u8",
      `'u8' is not in joinery/hal: write import { u8 } from "joinery/lang"`,
    ],
  ];
  for (const [statement, place, says] of misdirected) {
    it(`say where else what an import names is found: ${statement}`, () => {
      const source = `${statement}\nexport function main(): void {}`;
      const [{ code, start, length, messageText }, ...others] = compile({
        entry: ENTRY,
        sources: { [ENTRY]: source },
      }).diagnostics;
      assert.deepEqual([code, others, messageText], [messages.notImported.code, [], says]);
      assert.equal(source.slice(start, start! + length!), place);
    });
  }

  it("leave a file that is missing to TypeScript, where no module of joinery has all of its names", () => {
    const source = 'import { now, u8 } from "./mine.ts";\nexport function main(): void {}';
    const { diagnostics } = compile({ entry: ENTRY, sources: { [ENTRY]: source } });
    assert.match(formatDiagnostics(diagnostics, { colour: false }), /error TS2307: .*'\.\/mine\.ts'/);
  });

  it("propose no import that loses the default one", () => {
    const source = 'import hal, { now } from "./hal.ts";\nexport function main(): void { hal(now()); }';
    const { diagnostics } = compile({ entry: ENTRY, sources: { [ENTRY]: source } });
    assert.match(formatDiagnostics(diagnostics, { colour: false }), /error TS2307: .*'\.\/hal\.ts'/);
  });

  it("know of an import by require that the device has neither it nor the module", () => {
    const source = 'import fs = require("fs");\nexport function main(): void { fs.readFileSync("x"); }';
    const { diagnostics } = compile({ entry: ENTRY, sources: { [ENTRY]: source } });
    const shown = formatDiagnostics(diagnostics, { colour: false });
    assert.match(
      shown,
      /error DEV1001: this form of import has no place in firmware: write import \{ \.\.\. \} from/,
    );
    assert.match(shown, /error DEV1004: 'fs' does not exist on the device/);
    assert.doesNotMatch(shown, /TS\d|@types/);
  });

  it("put TypeScript's own errors before ours", () => {
    const text = `${PRELUDE}export function main(): void { const a = [1]; const x: U8 = "x"; }`;
    const { diagnostics } = compile({ entry: ENTRY, sources: { [ENTRY]: text } });
    const codes = diagnosticsJson(diagnostics).map(({ code }) => code);
    assert.deepEqual(codes, ["TS2322", "DEV1001"]);
  });

  it("show where a type was imported that is used as a value", () => {
    const text = `import { type u8 } from ${JSON.stringify(LANGUAGE)};
let x: u8 = 0;
export function main(): void { x = u8(x + 1); }`;
    const { diagnostics } = compile({ entry: ENTRY, sources: { [ENTRY]: text } });
    const shown = formatDiagnostics(diagnostics, { colour: false });
    assert.match(shown, /error DEV1036: 'u8' is imported as a type alone[\s\S]*'u8' was imported here/);
    assert.equal(diagnostics.length, 1, shown);
  });

  it("leave a name that nobody knows to TypeScript", () => {
    const text = "export function main(): void { nobody(); }";
    const { diagnostics } = compile({ entry: ENTRY, sources: { [ENTRY]: text } });
    assert.match(
      formatDiagnostics(diagnostics, { colour: false }),
      /error TS2304: Cannot find name 'nobody'/,
    );
  });

  it("stop at TypeScript's own errors, under TypeScript's number", () => {
    const text = `${PRELUDE}export function main(): void { const x: U8 = input(); }`;
    const { diagnostics } = compile({ entry: ENTRY, sources: { [ENTRY]: text } });
    assert.match(formatDiagnostics(diagnostics, { colour: false }), /error TS2322/);
  });

  it("heed no comment that silences TypeScript", () => {
    const leaves = (comment: string) => `export function main(): void {
  for (;;) critical(() => {
    ${comment}
    break;
  });
}`;
    const texts = [
      `// @ts-nocheck\n${PRELUDE}${leaves("")}`,
      ...["// @ts-ignore", "// @ts-expect-error"].map((comment) => PRELUDE + leaves(comment)),
    ];
    for (const text of texts) {
      const { diagnostics } = compile({ entry: ENTRY, sources: { [ENTRY]: text } });
      assert.deepEqual(
        diagnostics.map(({ code }) => code),
        [1107],
        text,
      );
    }
  });
});

describe("pages of the compiler's messages", () => {
  const others = [
    noEntry,
    unknownConfig,
    TooDeep,
    missingExport,
    unfitExport,
    unusableBoard,
    imageTooLarge,
    unusableProject,
    internalError,
  ];
  const numbers = [...Object.values(messages), ...others].map(({ code }) => code).sort();
  const pages = readdirSync(PAGES).filter((name) => name.startsWith("DEV"));

  /** The TypeScript examples of a page: refused, then accepted. */
  function examples(code: number): string[] {
    const text = readFileSync(join(PAGES, `DEV${code}.md`), "utf8");
    return [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, example]) => PAGE_IMPORTS + example);
  }

  /** The examples of a page that are applications, which the stack calls: refused, then accepted. */
  function applications(code: number): string[] {
    const text = readFileSync(join(PAGES, `DEV${code}.md`), "utf8");
    return [...text.matchAll(/```ts app\n([\s\S]*?)```/g)].map(([, example]) => PAGE_IMPORTS + example);
  }

  it("are there for each number, and for no other", () => {
    assert.deepEqual(
      pages.sort(),
      numbers.map((code) => `DEV${code}.md`),
    );
  });

  it("are listed with their titles", () => {
    const index = readFileSync(join(PAGES, "README.md"), "utf8");
    const lines = messagePages().map(({ number, title }) => `* [${number}](${number}.md): ${title}`);
    assert.deepEqual(
      index.split("\n").filter((line) => line.startsWith("* [DEV")),
      lines,
    );
  });

  it("each number is used once", () => {
    assert.equal(new Set(numbers).size, numbers.length);
  });

  it("show what is refused with their number", () => {
    for (const code of numbers) {
      const [text] = examples(code);
      if (text === undefined) continue;
      const { diagnostics } = compile({ entry: ENTRY, sources: { [ENTRY]: text } });
      const shown = formatDiagnostics(diagnostics, { colour: false });
      assert.deepEqual(
        diagnostics.map((diagnostic) => diagnostic.code),
        [code],
        shown,
      );
    }
  });

  it("show what is accepted", () => {
    const sources: Record<string, string> = {};
    const modules = numbers.filter((code) => examples(code).length > 1);
    for (const code of modules) sources[ENTRY.replace("refused-main", `refused-${code}`)] = examples(code)[1];
    const imports = modules.map((code) => `import { main as main${code} } from "./refused-${code}.ts";`);
    const calls = modules.map((code) => `  main${code}();`);
    sources[ENTRY] = `${imports.join("\n")}\nexport function main(): void {\n${calls.join("\n")}\n}\n`;
    const { diagnostics } = compile({ entry: ENTRY, sources });
    assert.equal(formatDiagnostics(diagnostics, { colour: false }), "");
  });

  it("show applications that are refused with their number, and accepted", () => {
    const pages = numbers.filter((code) => applications(code).length > 0);
    assert.ok(pages.includes(unfitExport.code));
    for (const code of pages) {
      const [wrong, right] = applications(code).map((text) => {
        const { diagnostics } = compile({ app: ENTRY, sources: { [ENTRY]: text } });
        return diagnostics.map((diagnostic) => diagnostic.code);
      });
      assert.deepEqual([wrong, right], [[code], []]);
    }
  });

  it("every number is tested by a refused source, or above", () => {
    const tested = new Set([
      ...[...refused, ...dataRefused].map(({ code }) => code),
      ...others.map(({ code }) => code),
      ...[1018, 1019, 1027, 1054, 2012, 5009, 5010],
      // By the tests of images.
      messages.noImplementation.code,
      // By the tests of the Lua back end.
      messages.tooLargeForLua.code,
      messages.takenInLua.code,
    ]);
    assert.deepEqual(
      numbers.filter((code) => !tested.has(code)),
      [],
    );
  });
});
