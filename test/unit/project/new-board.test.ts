/** The files that a new board begins with. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { boardNames, isLuaBoard, loadBoard } from "../../../toolchain/image/index.ts";
import { boardFiles, canNameBoard } from "../../../toolchain/project/index.ts";

describe("a new board", () => {
  for (const like of boardNames()) {
    it(`that is like ${like} has its files under the new name, and its pins in the README`, () => {
      const board = loadBoard(like);
      const files = boardFiles("new-one", board);
      assert.deepEqual([...files.keys()].sort(), readdirSync(board.dir).sort());
      const { dir: _, ...fields } = board;
      assert.deepEqual(JSON.parse(String(files.get("board.json"))), { ...fields, name: "new-one" });
      const readme = String(files.get("README.md"));
      assert.equal(readme.includes("fuses"), "fuses" in board, "fuses are those of an AVR");
      const others = isLuaBoard(board) ? {} : board.otherPins;
      for (const [field, pin] of Object.entries({ ...board.pins, ...others })) {
        assert.match(readme, new RegExp(`^\\| [A-Z0-9]* \\| ${pin} \\| \`${field}\` \\| \\w`, "m"));
      }
      for (const [name, text] of files) {
        assert.equal(String(text).includes(like), name === "README.md", `${name} names ${like}`);
      }
    });
  }

  it("has its name where the other says its own, and not where that is a word of its C", () => {
    const dir = mkdtempSync(join(tmpdir(), "joinery-new-board-"));
    try {
      const like = { ...loadBoard("pro-mini-rfm95"), name: "pins", dir };
      writeFileSync(join(dir, "board.json"), '{"name" : "pins", "pins": {}}');
      writeFileSync(join(dir, "hal.c"), '/* The board pins: an example. */\n#include "pins.h"\n');
      const files = boardFiles("3v3", like);
      assert.equal(files.get("board.json"), '{"name" : "3v3", "pins": {}}');
      assert.equal(files.get("hal.c"), '/* The board 3v3: an example. */\n#include "pins.h"\n');
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  it("has what lies in folders below the other's, and what is no text octet by octet", () => {
    const dir = mkdtempSync(join(tmpdir(), "joinery-new-board-"));
    const photo = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0]);
    try {
      mkdirSync(join(dir, "wiring/photos"), { recursive: true });
      writeFileSync(join(dir, "board.json"), "{}");
      writeFileSync(join(dir, "wiring/README.md"), "The wiring.\n");
      writeFileSync(join(dir, "wiring/photos/front.jpg"), photo);
      const files = boardFiles("mine", { ...loadBoard("pro-mini-rfm95"), dir });
      assert.deepEqual([...files.keys()].sort(), [
        "README.md",
        "board.json",
        "wiring/README.md",
        "wiring/photos/front.jpg",
      ]);
      assert.equal(files.get("wiring/README.md"), "The wiring.\n");
      assert.deepEqual(files.get("wiring/photos/front.jpg"), photo);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  it("is named as a folder, an environment of PlatformIO and a file can be", () => {
    for (const name of ["a", "my-board", "3v3", "x".repeat(63)]) assert.ok(canNameBoard(name), name);
    for (const name of ["", "-a", "A", "a b", "a/b", "..", "a.b", "a_b", "x".repeat(64)]) {
      assert.ok(!canNameBoard(name), name);
    }
  });
});
