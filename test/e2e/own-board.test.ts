/** Boards of a project's own: from `joinery board new`, over a change of wiring, to a join on the emulated board. */
import assert from "node:assert/strict";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { boardNames } from "../../toolchain/image/index.ts";
import { joinery as joineryHere } from "./support/in-process.ts";

const joinery = (cwd: string, ...words: string[]) => joineryHere(words, { cwd });

function edit(path: string, from: string, to: string): void {
  const text = readFileSync(path, "utf8");
  assert.ok(text.includes(from), `${path} holds ${from}`);
  writeFileSync(path, text.replace(from, to));
}

describe("a board of a project's own", () => {
  let parent: string;
  let project: string;
  before(async () => {
    parent = mkdtempSync(join(tmpdir(), "joinery-own-board-"));
    project = join(parent, "demo");
    const made = await joinery(parent, "new", "demo");
    assert.equal(made.status, 0, made.stderr);
  });
  after(() => rmSync(parent, { recursive: true }));

  /** As docs/porting.md has it. */
  const frontEnd = `
void hal_radio_front_end(uint8_t use)
{
    write_pin(PA12, use != 0);
    write_pin(PA1, use == 1);
    write_pin(PC1, use == 2);
}
`;
  const cases = [
    { name: "my-mini", like: "pro-mini-rfm95", edits: [['"radioReset": "PB1"', '"radioReset": "PB0"']] },
    { name: "my-sx1272", like: "pro-mini-rfm95", edits: [['"chip": "sx1276"', '"chip": "sx1272"']] },
    {
      name: "my-discovery",
      like: "nucleo-l073rz-sx1276",
      edits: [
        [
          '"powerPin": "PA_BOOST"',
          '"powerPin": "PA_BOOST", "tcxo": { "startUpUs": 5000 }, "frontEnd": "HAL"',
        ],
      ],
      c: frontEnd,
    },
    {
      name: "my-nucleo",
      like: "nucleo-l073rz-sx1276",
      edits: [
        ['"dio1": "PB3"', '"dio1": "PC7"'],
        ['"radioSck": "PA5"', '"radioSck": "PB3"'],
        ['"radioMiso": "PA6"', '"radioMiso": "PB4"'],
        ['"radioMosi": "PA7"', '"radioMosi": "PB5"'],
      ],
    },
  ];
  for (const { name, like, edits, c = "" } of cases) {
    it(`begins as ${like}, has ${edits.map(([, to]) => to).join(", ")}, and joins`, async () => {
      const made = await joinery(project, "board", "new", name, "--like", like);
      assert.equal(made.status, 0, made.stderr);
      const folder = join(project, "boards", name);
      assert.ok(
        made.stdout.startsWith(`${join("boards", name)}: a board that begins as ${like}\n`),
        made.stdout,
      );
      for (const [from, to] of edits) edit(join(folder, "board.json"), from, to);
      appendFileSync(join(folder, "hal.c"), c);
      edit(
        join(project, "joinery.json"),
        /"board": "[^"]*"/.exec(readFileSync(join(project, "joinery.json"), "utf8"))![0],
        `"board": "${name}"`,
      );
      const run = await joinery(project, "hil", "run", "join", "--json");
      assert.equal(run.status, 0, run.stderr);
      const { board, verdict } = JSON.parse(run.stdout);
      assert.deepEqual([board, verdict], [name, "passed"]);
    });
  }

  it("begins with the folders of the other one, too", async () => {
    mkdirSync(join(project, "boards/my-mini/wiring"));
    writeFileSync(join(project, "boards/my-mini/wiring/plan.txt"), "the plan\n");
    const made = await joinery(project, "board", "new", "my-second-mini", "--like", "my-mini");
    assert.equal(made.status, 0, made.stderr);
    const folder = join(project, "boards/my-second-mini");
    assert.equal(readFileSync(join(folder, "wiring/plan.txt"), "utf8"), "the plan\n");
    rmSync(folder, { recursive: true });
  });

  it("is refused at the line of a pin that its C does not serve, by each command the same", async () => {
    const path = join(project, "boards/my-mini/board.json");
    edit(path, '"dio0": "PD2"', '"dio0": "PD5"');
    for (const command of [["check"], ["build"], ["hil", "run", "join"]]) {
      const { status, stdout } = await joinery(project, ...command, "--board", "my-mini", "--json");
      assert.equal(status, 2, stdout);
      const [{ file, line, column, code, message }] = JSON.parse(stdout).diagnostics;
      assert.deepEqual([file, line, column, code], [path, 16, 13, "DEV7001"]);
      assert.match(message, /^pins\.dio0 is PD5, and hal\.c serves PD2 there/);
    }
    edit(path, '"dio0": "PD5"', '"dio0": "PD2"');
  });

  it("is listed with the others, as a table and as JSON", async () => {
    const table = await joinery(project, "board", "list");
    assert.equal(table.status, 0, table.stderr);
    assert.match(table.stdout, /^board +processor +radio +flash +RAM\n/);
    assert.match(table.stdout, /^my-nucleo +stm32l073rz +sx1276 +192 KB +20 KB$/m);
    assert.match(table.stdout, /^nodemcu-rfm95 +runs Lua +sx1276 +- +96 KB$/m);
    const boards: { name: string; folder: string }[] = JSON.parse(
      (await joinery(project, "board", "list", "--json")).stdout,
    );
    assert.deepEqual(
      boards.map(({ name }) => name),
      boardNames(join(project, "boards")),
    );
    assert.deepEqual(
      boards.find(({ name }) => name === "my-mini"),
      {
        name: "my-mini",
        title: "Arduino Pro Mini 3.3 V / 8 MHz with a HopeRF RFM95W",
        processor: "atmega328p",
        radio: "sx1276",
        flashBytes: 32768,
        ramBytes: 2048,
        folder: join(project, "boards/my-mini"),
      },
    );
  });

  const refusals: readonly [string, string[], RegExp][] = [
    [
      "a name that is a board of joinery's",
      ["nodemcu-rfm95", "--like", "pro-mini-rfm95"],
      /there is a board nodemcu-rfm95 already: choose another name/,
    ],
    [
      "a name that is a board of the project's",
      ["my-mini", "--like", "pro-mini-rfm95"],
      /there is a board my-mini already/,
    ],
    [
      "a name that no folder should have",
      ["../My Board", "--like", "pro-mini-rfm95"],
      /"\.\.\/My Board" cannot name a board: lower-case letters/,
    ],
    [
      "a misspelt board to begin as",
      ["other", "--like", "pro-mini-rfm59"],
      /there is no board pro-mini-rfm59 to begin as: did you mean pro-mini-rfm95\?/,
    ],
    [
      "a board to begin as that is like none",
      ["other", "--like", "esp32"],
      /there is no board esp32 to begin as: the boards are feather-32u4-rfm95, /,
    ],
  ];
  for (const [what, args, message] of refusals) {
    it(`is not begun with ${what}`, async () => {
      const { status, stderr } = await joinery(project, "board", "new", ...args);
      assert.equal(status, 2, stderr);
      assert.match(stderr, message);
      assert.ok(!existsSync(join(project, "boards/other")));
    });
  }

  it("does not take the place of a folder that is there", async () => {
    mkdirSync(join(project, "boards/drafts"), { recursive: true });
    const { status, stderr } = await joinery(project, "board", "new", "drafts", "--like", "pro-mini-rfm95");
    assert.equal(status, 2);
    assert.match(stderr, /drafts exists already: choose another name/);
  });

  it("is not begun where its folder cannot be made", async () => {
    const other = join(parent, "other");
    assert.equal((await await joinery(parent, "new", "other")).status, 0);
    writeFileSync(join(other, "boards"), "a file\n");
    const { status, stderr } = await joinery(other, "board", "new", "mine", "--like", "pro-mini-rfm95");
    assert.equal(status, 2, stderr);
    assert.match(stderr, /cannot make the board: .*boards is a file, not a folder$/m);
  });

  it("is not looked for in a folder that cannot be read, which stops only what is for a board", async () => {
    const other = join(parent, "unreadable");
    assert.equal((await await joinery(parent, "new", "unreadable")).status, 0);
    symlinkSync("boards", join(other, "boards"));
    const reason = /cannot read the folder .*boards: ELOOP.*: make it readable, or remove it/;
    for (const command of [
      ["check"],
      ["check", "--board", "mine"],
      ["board", "new", "mine", "--like", "pro-mini-rfm95"],
    ]) {
      const { status, stderr } = await joinery(other, ...command);
      assert.equal(status, 2, `${command}: ${stderr}`);
      assert.match(stderr, reason);
    }
    assert.equal((await await joinery(other, "explain", "DEV2001")).status, 0);
  });

  it("is not begun where there is no project", async () => {
    const { status, stderr } = await joinery(parent, "board", "new", "mine", "--like", "pro-mini-rfm95");
    assert.equal(status, 2);
    assert.match(stderr, /a board belongs to a project, and there is no joinery\.json here or above/);
  });

  it("is there for an application that is named, too", async () => {
    const { status, stderr } = await joinery(project, "check", "app.ts", "--board", "my-mini");
    assert.equal(status, 0, stderr);
  });

  it("with a fault in its board.json stops what is for it, and nothing else", async () => {
    const path = join(project, "boards/my-nucleo/board.json");
    edit(path, '"dio1": "PC7"', '"dio1": "PZ7"');
    const fault = /my-nucleo\/board\.json:\d+:\d+ - error DEV7001: pins\.dio1 must be a port pin/;
    for (const command of [["check"], ["hil", "run", "join"], ["monitor", "--emulated"]]) {
      // By joinery.json, which names it, and by the option.
      for (const board of [[], ["--board", "my-nucleo"]]) {
        const { status, stderr } = await joinery(project, ...command, ...board);
        assert.equal(status, 2, `${command}: ${stderr}`);
        assert.match(stderr, fault);
      }
    }
    for (const [form, good] of [
      [[], /^my-mini +atmega328p/m],
      [["--json"], /^ {4}"name": "my-mini",$/m],
    ] as const) {
      const listed = await joinery(project, "board", "list", ...form);
      assert.equal(listed.status, 2, listed.stderr);
      assert.match(listed.stdout, good);
      assert.doesNotMatch(listed.stdout, /my-nucleo/);
      assert.match(listed.stderr, fault);
    }
    edit(join(project, "joinery.json"), '"board": "my-nucleo"', '"board": "my-mini"');
    const other = await joinery(project, "check");
    assert.equal(other.status, 0, other.stderr);
  });
});
