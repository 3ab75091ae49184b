/**
 * Lines of addresses: against addr2line, and on an AVR against the functions, whose addresses the linker keeps right.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readElfFile } from "../../../toolchain/image/elf-file.ts";
import { buildImage, type Image, SourceLines } from "../../../toolchain/image/index.ts";
import { readDebugInfo, type Scope } from "../../../toolchain/image/report/dwarf.ts";
import { loadProcessorBoard } from "../../support/processor-board.ts";

/** The addresses of all instructions. */
function instructions(tools: string, { elfPath }: Image): number[] {
  const text = execFileSync(`${tools}-objdump`, ["-d", elfPath], { encoding: "utf8", maxBuffer: 1e8 });
  return [...text.matchAll(/^ +([0-9a-f]+):\t/gm)].map(([, address]) => Number.parseInt(address, 16));
}

/** What addr2line says of each, from the innermost line out: "folder/file.ts:12". */
function addr2line(tools: string, { elfPath }: Image, addresses: readonly number[]): string[][] {
  const text = execFileSync(
    `${tools}-addr2line`,
    ["-e", elfPath, "-i", "-a", ...addresses.map((address) => address.toString(16))],
    { encoding: "utf8", maxBuffer: 1e8 },
  );
  return text
    .split(/^0x/m)
    .slice(1)
    .map((lines) =>
      lines
        .trim()
        .split("\n")
        .slice(1)
        .map((line) => line.replace(/ \(.*/, "")),
    );
}

describe("the line of an address", function () {
  this.timeout(120_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "joinery-lines-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  const build = (board: string, exactLines: boolean) =>
    buildImage({
      board: loadProcessorBoard(board),
      exactLines,
      outDir: join(folder, `${board}-${exactLines}`),
    });

  for (const [board, tools, exactLines] of [
    ["nucleo-l073rz-sx1276", "arm-none-eabi", false],
    ["pro-mini-rfm95", "avr", true],
  ] as const) {
    it(`is what ${tools}-addr2line says, on ${board}`, async () => {
      const image = await build(board, exactLines);
      const lines = new SourceLines(image.elf);
      const addresses = instructions(tools, image);
      let compared = 0;
      const others: string[] = [];
      for (const [index, said] of addr2line(tools, image, addresses).entries()) {
        const wanted = said.find((line) => !/\.h:/.test(line)) ?? said[0];
        // What libraries are made of has no line here.
        if (!/\.(ts|c):\d+$/.test(wanted) || /newlib|libgcc/.test(wanted)) continue;
        const found = lines.at(addresses[index]);
        if (!wanted.endsWith(`/${found?.file}:${found?.line}`)) {
          others.push(`${found?.file}:${found?.line}, not ${wanted}`);
        }
        compared++;
      }
      assert.deepEqual(others, []);
      assert.ok(compared > 3000, `${compared} instructions`);
    });
  }

  it("is of the function that the code was written in, where the linker has shortened the calls of an AVR", async () => {
    const image = await build("pro-mini-rfm95", false);
    const lines = new SourceLines(image.elf);
    const { functions } = readDebugInfo(readElfFile(image.elf));
    const scopesAt = (scopes: readonly Scope[], address: number): Scope[] => {
      const scope = scopes.find(({ ranges }) =>
        ranges.some(({ low, high }) => low <= address && address < high),
      );
      return scope === undefined ? [] : [scope, ...scopesAt(scope.inner, address)];
    };
    let compared = 0;
    let others = 0;
    for (const address of instructions("avr", image)) {
      const scope = scopesAt(functions, address).at(-1);
      if (scope === undefined || !scope.file.endsWith(".ts")) continue;
      if (lines.at(address)?.file !== scope.file) others++;
      compared++;
    }
    assert.ok(others <= 0.005 * compared, `${others} of ${compared}`);
    assert.ok(compared > 3000, `${compared} instructions`);
  });

  it("is not known of what no debug information speaks of", async () => {
    const lines = new SourceLines((await build("nucleo-l073rz-sx1276", false)).elf);
    assert.equal(lines.at(0), undefined);
    assert.equal(lines.at(0x20000000), undefined);
  });
});
