import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { diagnosticsJson } from "../../../toolchain/compiler/index.ts";
import { loadBoard } from "../../../toolchain/image/index.ts";
import {
  boardFiles,
  budgetFor,
  findProject,
  ProjectError,
  projectFiles,
  readProject,
} from "../../../toolchain/project/index.ts";

const ROOT = resolve(import.meta.dirname, "../../..");

describe("joinery.json", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "joinery-project-"));
    for (const name of ["app.ts", "app.c"]) writeFileSync(join(folder, name), "");
    mkdirSync(join(folder, "folder.c"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const good = { app: "app.ts", board: "pro-mini-rfm95", lorawan: "1.0.4" };
  const write = (document: unknown) => writeFileSync(join(folder, "joinery.json"), JSON.stringify(document));

  it("is read with absolute paths", () => {
    writeFileSync(join(folder, "battery.c"), "");
    write({ ...good, c: ["battery.c"], config: { PERIOD_S: 10, LOUD: true }, budget: { flash: 9000 } });
    assert.deepEqual(readProject(folder), {
      ...good,
      file: join(folder, "joinery.json"),
      folder,
      app: join(folder, "app.ts"),
      boards: join(folder, "boards"),
      c: [join(folder, "battery.c")],
      config: { PERIOD_S: 10, LOUD: true },
      budget: { flash: 9000 },
    });
  });

  it("names a region, or those that the application selects from", () => {
    for (const region of ["US915", ["EU868", "US915"]]) {
      write({ ...good, region });
      assert.deepEqual(readProject(folder).region, region);
    }
  });

  /** Makes a board of the project's own. */
  const ownBoard = (name: string, change: (json: string) => string = (json) => json) => {
    const own = join(folder, "boards", name);
    mkdirSync(own, { recursive: true });
    const files = boardFiles(name, loadBoard("pro-mini-rfm95"));
    writeFileSync(join(own, "board.json"), change(String(files.get("board.json"))));
  };

  it("may choose a board of the project's own, and give it a budget by its name", () => {
    ownBoard("my-board");
    write({ ...good, board: "my-board", budget: { "my-board": { flash: 9000 } } });
    const { board, boards, budget } = readProject(folder);
    assert.equal(loadBoard(board, boards).dir, join(folder, "boards/my-board"));
    assert.deepEqual(budget, { "my-board": { flash: 9000 } });
  });

  it("is refused where the board.json of its own board is, and says why", () => {
    ownBoard("my-board", (json) => json.replace('"PB2"', '"PB9"'));
    write({ ...good, board: "my-board" });
    assert.throws(
      () => readProject(folder),
      (error: ProjectError) => {
        assert.match(error.message, /my-board\/board\.json:\d+:\d+: pins\.radioSelect must be/);
        const { code, file } = error.diagnostic;
        assert.deepEqual([code, file?.fileName], [7001, join(folder, "boards/my-board/board.json")]);
        return true;
      },
    );
  });

  it("is refused where its own board has the name of one of joinery's", () => {
    ownBoard("nodemcu-rfm95");
    write({ ...good, board: "nodemcu-rfm95" });
    assert.throws(() => readProject(folder), /has the name of a board of joinery's: give it another/);
  });

  it("is refused where its own board says another name than its folder has", () => {
    ownBoard("my-board", (json) => json.replace('"my-board"', '"your-board"'));
    write({ ...good, board: "my-board" });
    assert.throws(() => readProject(folder), /name must be that of its folder, "my-board", not "your-board"/);
  });

  it("is refused where the folder of its own boards cannot be read", () => {
    symlinkSync("boards", join(folder, "boards")); // leads to itself, which stops the superuser too
    write(good);
    assert.throws(
      () => readProject(folder),
      (error: Error) =>
        error instanceof ProjectError &&
        /cannot read the folder .*boards: ELOOP.*: make it readable, or remove it$/.test(error.message),
    );
  });

  it("is refused where it has a field twice, of which neither can be meant", () => {
    writeFileSync(
      join(folder, "joinery.json"),
      JSON.stringify(good, null, 2).replace('"app"', '"lorawan": "1.0.4",\n  "app"'),
    );
    assert.throws(
      () => readProject(folder),
      /joinery\.json:\d+:3: lorawan is here twice, the first time on line 2: remove one of the two$/,
    );
  });

  const faults: readonly [string, object, RegExp][] = [
    [
      "a board that does not exist",
      { board: "toaster" },
      /joinery\.json:1:\d+: board must be .*"pro-mini-rfm95", not "toaster"$/,
    ],
    [
      "a misspelt board",
      { board: "pro-mini-rfm59" },
      /board must be .*, not "pro-mini-rfm59": did you mean "pro-mini-rfm95"\?$/,
    ],
    [
      "a board that is missing",
      { board: undefined },
      /joinery\.json:1:1: board is missing: it must be .*"nodemcu/,
    ],
    [
      "a misspelt region",
      { region: "US951" },
      /region must be "EU868" or .*, not "US951": did you mean "US915"\?$/,
    ],
    [
      "a region that is no name, of several",
      { region: ["EU868", 915] },
      /joinery\.json:1:\d+: region\.1 must be "EU868" or .*, not 915$/,
    ],
    ["a region twice", { region: ["EU868", "US915", "EU868"] }, /region\.2 is EU868 once more$/],
    ["no region of several", { region: [] }, /region is an empty list: name a region, as "EU868"$/],
    ["a version that does not exist", { lorawan: "1.2" }, /lorawan must be "1\.0\.4" or "1\.1", not "1\.2"/],
    [
      "an application that is not there",
      { app: "nowhere.ts" },
      /app must be the path of .*, but there is no file .*nowhere\.ts$/,
    ],
    [
      "an application that is a folder",
      { app: "." },
      /app must be the path of the application's TypeScript file/,
    ],
    [
      "an application that no file can be",
      { app: "a\0.ts" },
      /joinery\.json:1:\d+: app has the character U\+0000, which no file has in its name$/,
    ],
    [
      "a misspelt field",
      { bugdet: {} },
      /joinery\.json:1:\d+: there is no field bugdet: did you mean budget\?$/,
    ],
    [
      "a misspelt field, of which the right one is missing then",
      { lorawan: undefined, LoRaWAN: "1.1" },
      /there is no field LoRaWAN: did you mean lorawan\?$/,
    ],
    [
      "a field that is like no other",
      { comment: "mine" },
      /there is no field comment: the fields here are app, board, lorawan, region, c, config, budget$/,
    ],
    [
      "a configured value that is no integer",
      { config: { PERIOD_S: 1.5 } },
      /config\.PERIOD_S must be an integer, true or false, not 1\.5/,
    ],
    [
      "a configuration that decides the version",
      { config: { LORAWAN_1_1: true } },
      /config\.LORAWAN_1_1 must be left out, since "lorawan" decides it/,
    ],
    [
      "a misspelt part of the budget",
      { budget: { flsh: 1 } },
      /there is no field budget\.flsh: did you mean flash\?$/,
    ],
    [
      "C for a board that runs Lua",
      { board: "nodemcu-rfm95", c: ["app.c"] },
      /joinery\.json:\d+:\d+: c must be left out: nodemcu-rfm95 runs a Lua program, which can hold no C$/,
    ],
    [
      "one C file without a list",
      { c: "app.c" },
      /c must be a list of C files, as \["battery\.c"\], not "app\.c"/,
    ],
    ["a C file that is none", { c: ["app.ts"] }, /c\.0 must be a C file, name\.c, not "app\.ts"/],
    [
      "a C file that is not there",
      { c: ["app.c", "no.c"] },
      /json:\d+:\d+: c\.1 is .*no\.c, and there is no such file$/,
    ],
    ["a C file of another folder", { c: ["../app.c"] }, /c\.0 is \.\.\/app\.c, outside .*: copy it there$/],
    ["a C file that is a folder", { c: ["folder.c"] }, /c\.0 is .*folder\.c, and there is no such file$/],
    ["a C file named twice", { c: ["app.c", "./app.c"] }, /c\.1 is \.\/app\.c once more$/],
    ["a list of configured values", { config: [1] }, /config must be an object/],
    [
      "a budget of nothing",
      { budget: { ram: 0 } },
      /budget\.ram must be a whole number of at least 1, not 0/,
    ],
    [
      "a budget that no build would be held to",
      { board: "nodemcu-rfm95", budget: { flash: 9000 } },
      /joinery\.json:1:\d+: budget must be left out: nodemcu-rfm95 runs a Lua program/,
    ],
    [
      "a budget for a board that does not exist",
      { budget: { "pro-mini-rfm59": { flash: 9000 } } },
      /joinery\.json:1:\d+: there is no field budget\.pro-mini-rfm59: did you mean pro-mini-rfm95\?$/,
    ],
    [
      "a budget for a board that runs Lua",
      { budget: { "nodemcu-rfm95": { flash: 9000 } } },
      /budget\.nodemcu-rfm95 must be left out: it runs a Lua program, and a budget is an image's$/,
    ],
    [
      "a limit beside those of a board",
      { budget: { stack: 100, "pro-mini-rfm95": { flash: 9000 } } },
      /there is no field budget\.stack: the fields here are feather-.*pro-mini-rfm95$/,
    ],
    [
      "a misspelt limit of a board",
      { budget: { "pro-mini-rfm95": { flsh: 9000 } } },
      /there is no field budget\.pro-mini-rfm95\.flsh: did you mean flash\?$/,
    ],
    [
      "a budget of something unknown",
      { budget: { heap: 1 } },
      /there is no field budget\.heap: the fields here are flash, ram, stack$/,
    ],
  ];
  for (const [what, change, message] of faults) {
    it(`refuses ${what}, naming file and field`, () => {
      write({ ...good, ...change });
      assert.throws(
        () => readProject(folder),
        (error) => {
          assert.ok(error instanceof ProjectError);
          assert.match(error.message, message);
          return true;
        },
      );
    });
  }

  it("may have a budget by board, for the boards that have an image, whatever the project's own is", () => {
    const budget = { "pro-mini-rfm95": { flash: 9000 }, "nucleo-l073rz-sx1276": { stack: 300 } };
    for (const board of ["pro-mini-rfm95", "nodemcu-rfm95"]) {
      write({ ...good, board, budget });
      const read = readProject(folder).budget!;
      assert.deepEqual(budgetFor(read, "pro-mini-rfm95"), { flash: 9000 });
      assert.deepEqual(budgetFor(read, "nucleo-l073rz-sx1276"), { stack: 300 });
      assert.equal(budgetFor(read, "nodemcu-rfm95"), undefined);
    }
  });

  it("may have a budget that is for every board", () => {
    write({ ...good, budget: { flash: 9000 } });
    const read = readProject(folder).budget!;
    for (const board of ["pro-mini-rfm95", "nucleo-l073rz-sx1276"])
      assert.deepEqual(budgetFor(read, board), { flash: 9000 });
  });

  it("refuses a file that is no JSON", () => {
    const file = join(folder, "joinery.json");
    writeFileSync(file, '{\n  "app": "app.ts",\n}\n');
    assert.throws(
      () => readProject(folder),
      (error) => {
        assert.ok(error instanceof ProjectError);
        const fault = 'this is not JSON: there is a comma before "}": remove it';
        assert.equal(error.message, `${file}:2:18: ${fault}`);
        const [{ code, line, column, end, message }] = diagnosticsJson([error.diagnostic]);
        assert.deepEqual(
          { code, line, column, end, message },
          { code: "DEV1053", line: 2, column: 18, end: { line: 2, column: 19 }, message: fault },
        );
        return true;
      },
    );
  });

  it("is found from a folder below", () => {
    write(good);
    mkdirSync(join(folder, "a/b"), { recursive: true });
    assert.equal(findProject(join(folder, "a/b")), folder);
  });
});

describe("a new application", () => {
  it("carries its name in every file that speaks of it, and hides .gitignore from no one", () => {
    const files = projectFiles("demo", join(ROOT, "../elsewhere/demo"));
    assert.deepEqual([...files.keys()].sort(), [
      ".gitignore",
      "README.md",
      "app.ts",
      "hil/join.spec.ts",
      "joinery.json",
      "package.json",
      "tsconfig.json",
    ]);
    for (const text of files.values()) assert.doesNotMatch(text, /\{\{/);
    assert.equal(JSON.parse(files.get("package.json")!).name, "demo");
  });

  it("takes joinery from where this one lies, and lets its install script run", () => {
    const { dependencies, allowScripts } = JSON.parse(
      projectFiles("demo", join(ROOT, "../elsewhere/demo")).get("package.json")!,
    );
    const checkout = basename(ROOT);
    assert.deepEqual(dependencies, { joinery: `file:../../${checkout}` });
    assert.deepEqual(allowScripts, { [`file:../../../${checkout}`]: true });
  });
});
