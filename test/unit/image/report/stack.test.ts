/**
 * Worst-case stack. Programs that take their deepest way are measured in the emulator, octet by octet; gcc's own
 * -fstack-usage judges each function of the firmware.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compile } from "../../../../toolchain/compiler/index.ts";
import { sourceFoldersOf, sourcesOf } from "../../../../toolchain/image/board.ts";
import { readAvrElf } from "../../../../toolchain/image/elf.ts";
import { readElfFile } from "../../../../toolchain/image/elf-file.ts";
import { familyOf } from "../../../../toolchain/image/family.ts";
import { avrCode } from "../../../../toolchain/image/report/avr-code.ts";
import { loadProcessorBoard } from "../../../support/processor-board.ts";
import { buildBare } from "../../emulator/support/programs.ts";
import { measured, reportOf } from "./programs.ts";

const NOINLINE = "__attribute__((noinline, noclone))";

/** Each takes its deepest way. */
const EXACT: readonly (readonly [name: string, source: string])[] = [
  [
    "calls in calls",
    `${NOINLINE} uint8_t leaf(volatile uint8_t *p) { volatile uint8_t a[5]; a[*p] = 1; return a[2]; }
     ${NOINLINE} uint8_t middle(volatile uint8_t *p) { uint8_t a = leaf(p); return (uint8_t)(a + leaf(p) + *p); }
     int main(void) { volatile uint8_t x = 3; done = middle(&x); done = 1; for (;;) ; }`,
  ],
  [
    "frames of more than 63 and more than 255 octets",
    `${NOINLINE} uint8_t large(uint8_t i) { volatile uint8_t a[300]; a[i] = 1; return a[i + 1]; }
     ${NOINLINE} uint8_t medium(uint8_t i) { volatile uint8_t a[90]; a[i] = large(i); return a[i]; }
     int main(void) { medium(done); done = 1; for (;;) ; }`,
  ],
  [
    "arguments on the stack",
    `${NOINLINE} uint32_t many(uint32_t a, uint32_t b, uint32_t c, uint32_t d, uint32_t e, uint32_t f)
     { return a + 2 * b + 3 * c + 5 * d + 7 * e + f; }
     int main(void) { volatile uint32_t x = 9; x = many(x, x + 1, x + 2, x + 3, x + 4, x + 5); done = 1; for (;;) ; }`,
  ],
  [
    "a switch by table",
    `volatile uint8_t x = 7;
     ${NOINLINE} void note(uint8_t value) { volatile uint8_t a[9]; a[value & 7] = value; x = a[0]; }
     ${NOINLINE} void choose(uint8_t value) { volatile uint8_t a[12]; a[value & 7] = 1; switch (value) {
     ${Array.from({ length: 20 }, (_, i) => `case ${i}: x = ${(i * 37) % 101}; ${i === 7 ? "note(x);" : ""} break;`).join("\n")}
     } x = a[1]; }
     int main(void) { choose(x); done = 1; for (;;) ; }`,
  ],
  [
    "a division of 64 bits, whose helpers share how they begin and end",
    `int main(void) { volatile int64_t a = -1234567890123, b = 77; a = a / b; done = 1; for (;;) ; }`,
  ],
  [
    "a call that is the last thing",
    `${NOINLINE} void second(uint8_t i) { volatile uint8_t a[20]; a[i] = 1; done = a[2]; }
     ${NOINLINE} void first(uint8_t i) { second((uint8_t)(i + 1)); }
     int main(void) { first(done); done = 1; for (;;) ; }`,
  ],
  [
    "an interrupt where the program is deepest",
    `volatile uint8_t fired;
     ${NOINLINE} void helper(void) { volatile uint8_t a[7]; a[fired & 3] = 1; fired = (uint8_t)(1 + a[2]); }
     ISR(TIMER0_OVF_vect) { helper(); }
     ${NOINLINE} void wait(void) { volatile uint8_t a[11]; a[0] = 0; while (!fired) a[0]++; }
     int main(void) { TIMSK0 = _BV(TOIE0); TCCR0B = _BV(CS00); sei(); wait(); done = 1; for (;;) ; }`,
  ],
  [
    "a handler for all interrupts that have none",
    `ISR(BADISR_vect) { volatile uint8_t a[30]; a[done & 7] = 1; done = a[done & 7]; }
     int main(void) { TIMSK0 = _BV(TOIE0); TCCR0B = _BV(CS00); sei(); for (;;) ; }`,
  ],
];

describe("worst-case stack", () => {
  for (const [name, source] of EXACT) {
    it(`is what the emulator measures: ${name}`, async () => {
      const { report, peakBytes } = await measured(source);
      assert.deepEqual(report.stack.unknown, []);
      assert.equal(report.stackBytes, peakBytes);
      const { program, interrupt } = report.stack;
      assert.equal(
        program.bytes,
        program.steps.reduce((sum, { bytes }) => sum + bytes, 0),
      );
      assert.equal(program.bytes + (interrupt?.bytes ?? 0), peakBytes);
    });
  }

  it("names the deepest calls, and the functions inlined on the way", async () => {
    const report = reportOf(
      await buildBare(`${NOINLINE} uint8_t deep(uint8_t i) { volatile uint8_t a[40]; a[i] = 1; return a[3]; }
        static inline __attribute__((always_inline)) uint8_t between(uint8_t i) { return deep((uint8_t)(i + 1)); }
        ${NOINLINE} uint8_t shallow(uint8_t i) { volatile uint8_t a[4]; a[i] = 1; return a[3]; }
        int main(void) { done = (uint8_t)(shallow(done) + between(done)); for (;;) ; }`),
    );
    const names = report.stack.program.steps.map(({ function: step, through }) => [step, ...through]);
    assert.deepEqual(names, [["start-up"], ["test.c:main", "test.c:between"], ["test.c:deep"]]);
    assert.equal(report.stack.interrupt, null);
  });

  const DOUBTFUL: readonly (readonly [name: string, source: string, where: string, reason: RegExp])[] = [
    [
      "a function that calls itself",
      `${NOINLINE} uint8_t again(uint8_t i) { volatile uint8_t a = i; return i == 0 ? 1 : (uint8_t)(again(a - 1) + a); }
       int main(void) { done = again(done); for (;;) ; }`,
      "test.c:again",
      /^calls itself/,
    ],
    [
      "a call through a pointer",
      `uint8_t one(void) { return 1; } uint8_t (*volatile next)(void) = one;
       int main(void) { done = next(); for (;;) ; }`,
      "test.c:main",
      /^calls through a pointer/,
    ],
    [
      "an array of a length that only the run knows",
      `${NOINLINE} uint8_t sum(uint8_t n) { volatile uint8_t a[n]; a[n - 1] = 3; return a[0]; }
       int main(void) { done = sum(done); for (;;) ; }`,
      "test.c:sum",
      /^sets the stack pointer to something that is not known/,
    ],
    [
      "a handler that lets interrupts in",
      `ISR(TIMER0_OVF_vect, ISR_NOBLOCK) { done = 1; } int main(void) { sei(); for (;;) ; }`,
      "test.c:__vector_16",
      /^lets interrupts into a handler/,
    ],
  ];
  for (const [name, source, where, reason] of DOUBTFUL) {
    it(`says that it is not known: ${name}`, async () => {
      const report = reportOf(await buildBare(source.replace("a - 1", "(uint8_t)(a - 1)")));
      assert.equal(report.stackBytes, null);
      assert.ok(report.stack.unknown.length > 0);
      for (const doubt of report.stack.unknown) {
        assert.equal(doubt.where, where);
        assert.match(doubt.reason, reason);
      }
    });
  }
});

describe("the stack of each function", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "joinery-stack-usage-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  it("is what gcc says with -fstack-usage, for all of the firmware", () => {
    const board = loadProcessorBoard("pro-mini-rfm95");
    const { files } = compile({ config: { LORAWAN_1_1: true } });
    for (const [name, text] of files) writeFileSync(join(folder, name), text);
    const flags = [`-mmcu=${board.processor}`, "-std=gnu99", "-Os", "-mrelax", "-ffunction-sections"];
    const sources = [...files.keys()].filter((name) => name.endsWith(".c"));
    const defines = familyOf(board)
      .flags(board, {})
      .filter((flag) => flag.startsWith("-D"));
    const folders = sourceFoldersOf(board).map((path) => `-I${path}`);
    // -w: of functions without prologue gcc warns that it cannot say.
    const usage = ["-fstack-usage", "-w", ...defines, `-I${folder}`, ...folders, "-c"];
    // A file of the firmware and one of the board may have one name.
    const ofBoard = join(folder, "board");
    mkdirSync(ofBoard);
    execFileSync("avr-gcc", [...flags, ...usage, ...sources], { cwd: folder });
    execFileSync("avr-gcc", [...flags, ...usage, ...sourcesOf(board, ".c")], { cwd: ofBoard });
    const objects = [folder, ofBoard].flatMap((cwd) => filesIn(cwd, ".o"));
    execFileSync("avr-gcc", [...flags, "-Wl,--gc-sections", ...objects, "-o", "program.elf"], {
      cwd: folder,
    });

    const file = readFileSync(join(folder, "program.elf"));
    const elf = readElfFile(file);
    const code = avrCode(elf, readAvrElf(file).flash);
    let compared = 0;
    for (const [name, bytes] of [folder, ofBoard].flatMap(stackUsage)) {
      const symbol = elf.symbols.find((candidate) => candidate.name === name);
      if (symbol === undefined) continue; // not linked
      const { ownBytes, calls, doubts } = code.routine(symbol.address);
      assert.deepEqual(doubts, [], name);
      // gcc counts one return address for each function; here it counts where a call pushes it.
      const pushed = calls.some(({ depth }) => depth === ownBytes && depth > 0) ? 0 : 2;
      assert.equal(ownBytes + pushed, bytes, name);
      compared++;
    }
    assert.ok(compared > 80, `${compared} functions`);
  });
});

function filesIn(folder: string, end: string): string[] {
  const names = readdirSync(folder).filter((name) => name.endsWith(end));
  return names.map((name) => join(folder, name));
}

/** Function and octets, of each .su file. */
function stackUsage(folder: string): (readonly [string, number])[] {
  return filesIn(folder, ".su")
    .flatMap((path) => readFileSync(path, "utf8").trim().split("\n"))
    .map((line) => line.split("\t"))
    .map(([place, bytes]) => [place.split(":").at(-1) ?? "", Number(bytes)]);
}
