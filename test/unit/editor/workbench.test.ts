import assert from "node:assert/strict";
import { createRequire } from "node:module";
import ts from "typescript";

const require = createRequire(import.meta.url);
const { Workbench } = require("../../../toolchain/editor/workbench.cjs");
const plugin = require("../../../toolchain/editor/plugin.cjs");

const FILE = new URL("./nowhere.ts", import.meta.url).pathname;

describe("the thread of the editor's compiler", function () {
  this.timeout(60_000);
  const LONG_MS = 30_000;
  const never = () => assert.fail("came in time, and late once more");

  it("answers in time where there is time enough", () => {
    const workbench = new Workbench(() => {});
    const sources = { [FILE]: "export function main(): void {}" };
    assert.deepEqual(workbench.ask({ file: FILE, key: "1", sources }, LONG_MS, never).findings, []);
  });

  it("answers late, once, where there is none; of several states of a file the newest", async () => {
    const workbench = new Workbench(() => {});
    const replies: string[] = [];
    await new Promise<void>((done) => {
      for (const key of ["1", "2", "3"]) {
        const late = () => {
          replies.push(key);
          if (key === "3") done();
        };
        assert.equal(workbench.ask({ file: FILE, key, sources: {} }, 0, late), undefined);
      }
    });
    assert.deepEqual(replies, ["1", "3"]);
  });

  it("outlives what breaks down inside", () => {
    const log: string[] = [];
    const workbench = new Workbench((text: string) => log.push(text));
    // No name of a file: what takes it for one throws.
    assert.match(workbench.ask({ file: 5, key: "1", sources: {} }, LONG_MS, never).error, /TypeError/);
    assert.ok(log.some((line) => line.includes("TypeError")));
    assert.deepEqual(workbench.ask({ file: FILE, key: "1", sources: {} }, LONG_MS, never).findings, []);
  });
});

describe("the plugin in a server that breaks", () => {
  it("passes the server's own errors on, and adds one", () => {
    const log: string[] = [];
    const file = ts.createSourceFile("/some/app.ts", "export {};", ts.ScriptTarget.Latest);
    const own = { code: 2322, messageText: "own" };
    const languageService = {
      getSemanticDiagnostics: () => [own],
      getProgram: () => ({ getSourceFile: () => file }),
    };
    const project = {
      projectService: { logger: { info: (text: string) => log.push(text) } },
      getProjectVersion() {
        throw new TypeError("planted");
      },
    };
    const service = plugin({ typescript: ts }).create({ project, languageService });
    const [first, second, ...others] = service.getSemanticDiagnostics("/some/app.ts");
    assert.equal(first, own);
    assert.deepEqual([second.code, second.source, others], [9001, "joinery", []]);
    assert.match(second.messageText, /^DEV9001: .*planted/);
    assert.ok(log.some((line) => line.includes("TypeError: planted")));
  });
});
