/** Whose the octets of an image are: known programs, and the firmware against avr-nm and avr-addr2line. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readElfFile } from "../../../../toolchain/image/elf-file.ts";
import { buildImage, type Image } from "../../../../toolchain/image/index.ts";
import { readDebugInfo, type Scope } from "../../../../toolchain/image/report/dwarf.ts";
import { labelOf, type Part, type SizeReport, sizeReport } from "../../../../toolchain/image/report/index.ts";
import { loadProcessorBoard } from "../../../support/processor-board.ts";
import { buildBare } from "../../emulator/support/programs.ts";
import { namesOf, reportOf } from "./programs.ts";

const sum = (parts: readonly Part[], of: (part: Part) => number) =>
  parts.reduce((total, part) => total + of(part), 0);

function assertWhole(report: SizeReport): void {
  assert.equal(
    sum(report.parts, ({ flashBytes }) => flashBytes),
    report.flashBytes,
  );
  assert.equal(
    sum(report.parts, ({ ramBytes }) => ramBytes),
    report.ramBytes,
  );
}

const SOURCE = `#include <avr/pgmspace.h>
const uint8_t demo_TABLE[33] PROGMEM = {1, 2, 3};
uint8_t demo_buffer[50];
uint16_t demo_start = 0x1234;
static volatile uint8_t counter;
__attribute__((noinline)) void demo_twice(uint8_t i)
{ static uint8_t kept[3]; kept[i & 1]++; demo_buffer[i] = (uint8_t)(pgm_read_byte(&demo_TABLE[i]) + kept[0]); }
static inline __attribute__((always_inline)) void demo_small(void) { demo_start++; counter++; }
ISR(INT0_vect) { counter++; }
int main(void)
{ demo_small(); demo_twice(counter); demo_twice((uint8_t)(counter + demo_start % 10)); done = demo_buffer[3]; for (;;) ; }`;

const NAMES = namesOf(
  { "demo/it.ts:twice": "demo_twice", "demo/it.ts:small": "demo_small" },
  { "demo/it.ts:TABLE": "demo_TABLE", "demo/it.ts:buffer": "demo_buffer", "demo/it.ts:start": "demo_start" },
);

describe("what an image takes", () => {
  it("is named after the sources, with the sizes that avr-nm gives", async () => {
    const program = await buildBare(SOURCE);
    const report = reportOf(program, NAMES);
    assertWhole(report);
    const part = (label: string) => {
      const found = report.parts.find((candidate) => labelOf(candidate) === label);
      assert.ok(found, `${label} among ${report.parts.map(labelOf).join(", ")}`);
      return found;
    };
    const memories = ({ flashBytes, ramBytes }: Part) => [flashBytes, ramBytes];
    assert.deepEqual(memories(part("demo/it.ts:TABLE")), [33, 0]);
    assert.deepEqual(memories(part("demo/it.ts:buffer")), [0, 50]);
    // Its first value lies in flash too.
    assert.deepEqual(memories(part("demo/it.ts:start")), [2, 2]);
    assert.deepEqual(memories(part("test.c:counter")), [0, 1]);
    assert.deepEqual(memories(part("test.c:kept")), [0, 3]);
    assert.equal(part("demo/it.ts:twice").flashBytes, sizeIn(program.elfPath, "demo_twice"));
    assert.equal(part("demo/it.ts:twice").code?.callable, true);
    assert.deepEqual(memories(part("interrupt vectors:vectors")), [26 * 4, 0]);
    assert.equal(part("test.c:__vector_1").flashBytes, sizeIn(program.elfPath, "__vector_1"));
    assert.ok(part("libgcc and libc:__udivmodhi4").flashBytes > 0);
    assert.ok(part("start-up:__do_copy_data").flashBytes > 0);
  });

  it("counts inlined code for the function that it was written in", async () => {
    const program = await buildBare(SOURCE);
    const { parts } = reportOf(program, NAMES);
    const small = parts.find(({ name }) => name === "small");
    const main = parts.find(({ name }) => name === "main");
    assert.deepEqual(small?.code, { callable: false, inlinedInto: ["test.c:main"], stack: null });
    assert.ok(small.flashBytes > 0);
    assert.equal(small.flashBytes + (main?.flashBytes ?? 0), sizeIn(program.elfPath, "main"));
  });

  it("tells modules outside the firmware from the folder that holds them", async () => {
    const names = namesOf(
      { "../../home/app/more/it.ts:twice": "demo_twice", "../../home/app/app.ts:small": "demo_small" },
      { "../../home/app/app.ts:buffer": "demo_buffer", "lorawan/it.ts:start": "demo_start" },
    );
    const modules = new Set(reportOf(await buildBare(SOURCE), names).parts.map(({ module }) => module));
    for (const module of ["./more/it.ts", "./app.ts", "lorawan/it.ts"])
      assert.ok(modules.has(module), module);
    assert.deepEqual(
      [...modules].filter((module) => module.includes("..")),
      [],
    );
  });

  it("has the tables of a switch, and variables that have no name", async () => {
    const cases = Array.from({ length: 24 }, (_, i) => `case ${i}: x = ${(i * 37) % 101}; break;`).join(" ");
    const report = reportOf(
      await buildBare(`volatile uint8_t x;
        __attribute__((noinline)) void say(const char *text) { while (*text) x = (uint8_t)*text++; }
        __attribute__((noinline)) void choose(uint8_t value) { switch (value) { ${cases} } x++; }
        int main(void) { say(x ? "abc" : "defg"); choose(x); for (;;) ; }`),
    );
    assertWhole(report);
    const tables = report.parts.find(({ module }) => module === "switch tables");
    assert.equal(tables?.flashBytes, 24 * 2);
    const texts = report.parts.find(({ name }) => name === "RAM without a name");
    assert.ok((texts?.ramBytes ?? 0) >= 9, `${texts?.ramBytes} octets`);
  });

  it("leaves out what is in neither flash nor RAM: the EEPROM, fuses, lock bits", async () => {
    const bare =
      'uint8_t kept[5] __attribute__((section(".noinit"))); int main(void) { done = kept[done]; for (;;) ; }';
    const outside = `#include <avr/eeprom.h>
      #include <avr/fuse.h>
      #include <avr/lock.h>
      FUSES = {.low = 0x62, .high = 0xd9, .extended = 0xff};
      LOCKBITS = 0xfc;
      __attribute__((used)) uint8_t stored[7] EEMEM = {1, 2, 3};`;
    const report = reportOf(await buildBare(`${outside}\n${bare}`));
    assertWhole(report);
    assert.deepEqual(report.parts, reportOf(await buildBare(bare)).parts);
  });

  it("is the same for the same image", async () => {
    const program = await buildBare(SOURCE);
    assert.deepEqual(reportOf(program, NAMES), reportOf(program, NAMES));
  });
});

describe("what the firmware takes", () => {
  let outDir: string;
  let image: Image;
  before(async () => {
    outDir = mkdtempSync(join(tmpdir(), "joinery-size-"));
    image = await buildImage({
      board: loadProcessorBoard("pro-mini-rfm95"),
      config: { LORAWAN_1_1: true },
      outDir,
    });
  });
  after(() => rmSync(outDir, { recursive: true }));

  it("adds up to the image, and most of it is TypeScript", () => {
    const report = sizeReport(image);
    assertWhole(report);
    const typescript = report.parts.filter(({ origin }) => origin === "typescript");
    assert.ok(sum(typescript, ({ flashBytes }) => flashBytes) > 0.85 * report.flashBytes);
    for (const { module, origin } of typescript) {
      assert.match(module, /\.ts$|^joinery\.c$/, `${module} of ${origin}`);
    }
    const padding = report.parts.filter(({ module }) => module === "padding");
    assert.ok(sum(padding, ({ flashBytes, ramBytes }) => flashBytes + ramBytes) <= 8);
  });

  it("has every variable of the sources with its size", () => {
    const report = sizeReport(image);
    for (const [name, { size }] of image.sourceSymbols) {
      const part = report.parts.find((candidate) => labelOf(candidate) === name);
      assert.ok(part !== undefined && part.kind === "variable", name);
      assert.equal(part.ramBytes === 0 ? part.flashBytes : part.ramBytes, size, name);
    }
  });

  it("knows at every address the functions that avr-addr2line knows", () => {
    const chains = new Map<number, string>();
    const visit = ({ name, ranges, inner }: Scope, outer: readonly string[]) => {
      const chain = [plain(name), ...outer];
      for (const { low, high } of ranges) {
        for (let at = low; at < high; at += 2) chains.set(at, chain.join(" in "));
      }
      for (const scope of inner) visit(scope, chain);
    };
    for (const scope of readDebugInfo(readElfFile(readFileSync(image.elfPath))).functions) visit(scope, []);
    assert.ok(chains.size > 3000);
    const addresses = [...chains.keys()];
    const judged = execFileSync("avr-addr2line", ["-e", image.elfPath, "-f", "-i", "-a"], {
      input: addresses.map((at) => `0x${at.toString(16)}\n`).join(""),
      encoding: "utf8",
      maxBuffer: 1e8,
    });
    // An address, then a line with a function and one with a place for each that is inlined there.
    for (const [index, block] of judged.split(/^0x/m).slice(1).entries()) {
      const names = block.split("\n").filter((_, line) => line % 2 === 1);
      const known = names.filter((name) => name !== "").map(plain);
      assert.equal(chains.get(addresses[index]), known.join(" in "), `at 0x${addresses[index].toString(16)}`);
    }
  });

  it("is the same ELF file wherever it is built", async () => {
    const other = mkdtempSync(join(tmpdir(), "joinery-size-elsewhere-"));
    try {
      const again = await buildImage({ board: image.board, config: { LORAWAN_1_1: true }, outDir: other });
      assert.deepEqual(Buffer.from(again.elf), Buffer.from(image.elf));
    } finally {
      rmSync(other, { recursive: true });
    }
  });
});

function plain(name: string): string {
  return name.split(".", 1)[0];
}

/** The size of a symbol as avr-nm prints it. */
function sizeIn(elfPath: string, symbol: string): number {
  const line = execFileSync("avr-nm", ["-S", elfPath], { encoding: "utf8" })
    .split("\n")
    .find((text) => text.endsWith(` ${symbol}`));
  return Number.parseInt(line?.split(" ")[1] ?? "", 16);
}
