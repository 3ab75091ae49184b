/** What the documents say of each board: they are checked against its `board.json` and its measured footprint. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { boardNames, isLuaBoard, loadBoard } from "../../../toolchain/image/index.ts";

const ROOT = join(import.meta.dirname, "../../..");
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");
const footprints = JSON.parse(read("test/data/footprint.json")).boards;

/** The part of a README below a heading. */
function section(readme: string, heading: RegExp): string {
  const part = readme.split(/^## /m).find((text) => heading.test(text.split("\n", 1)[0]));
  assert.ok(part !== undefined, `there is no heading ${heading}`);
  return part;
}

/** As the READMEs have it: in KB of 1024 octets from 10 of them on. */
const sizeOf = (octets: number) =>
  octets < 10_240 ? `${octets} octets` : `${(octets / 1024).toFixed(1)} KB`;

for (const name of boardNames()) {
  const board = loadBoard(name);
  const readme = read(`boards/${name}/README.md`);

  describe(`the documents of ${name}`, () => {
    it("wire every line of the radio to the pin in board.json", () => {
      const wiring = section(readme, /^Wiring$/);
      const row = read("docs/hardware.md")
        .split("\n")
        .find((line) => line.startsWith(`| [${name}](../boards/${name}/README.md#wiring)`));
      for (const pin of Object.values(board.pins)) {
        assert.match(wiring, new RegExp(`^\\|.*\\|[ *]+${pin}[ *]+\\|`, "m"));
        assert.match(row ?? "", new RegExp(`\\b${pin}\\b`), "docs/hardware.md");
      }
    });

    it("name the board to those who look for one, and say how the firmware gets into it", () => {
      assert.match(
        read("README.md"),
        new RegExp(`^\\| \\[${name}\\]\\(boards/${name}/README\\.md\\) \\|`, "m"),
      );
      const way = section(readme, /^(Flashing|Upload)$/);
      assert.match(way, isLuaBoard(board) ? /joinery build --board/ : /joinery flash/);
    });

    it("have the footprint that is measured", () => {
      const text = section(readme, /^Footprint$/);
      if (isLuaBoard(board)) {
        const [, heap] = /takes (\d+ KB) of heap at its peak/.exec(text) ?? [];
        assert.match(read("docs/lua.md"), new RegExp(`^\\| 5\\.1 \\| ${heap} \\|`, "m"));
        return;
      }
      const { flashBytes, ramBytes, stackBytes } = footprints[name]["1.1"];
      for (const figure of [
        `takes ${(flashBytes / 1024).toFixed(1)} KB of flash`,
        `${sizeOf(ramBytes)} of RAM`,
        `at worst ${stackBytes} octets of stack`,
      ]) {
        assert.ok(text.includes(figure), `boards/${name}/README.md must say "${figure}"`);
      }
    });
  });
}
