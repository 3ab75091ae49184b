/** From a program in TypeScript to its report: dispatch tables, handlers of interrupts, names. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  buildImage,
  type Image,
  labelOf,
  type SizeReport,
  sizeReport,
} from "../../../../toolchain/image/index.ts";
import { packageRoot } from "../../../../toolchain/package-root.ts";
import { loadProcessorBoard } from "../../../support/processor-board.ts";
import { Bench } from "../../emulator/support/programs.ts";

const firmware = (path: string) => JSON.stringify(join(packageRoot, "firmware", path));

const SOURCE = `import { dispatch, Volatile8, type u8 } from ${firmware("lang/index.ts")};
import { consoleWrite } from ${firmware("hal/index.ts")};
export const pending = new Volatile8();
const scratch = new Uint8Array(24);
function small(value: u8): u8 {
  return value;
}
function large(value: u8): u8 {
  for (let i = 0; i < 24; i++) scratch[i] = value;
  consoleWrite(scratch[value & 7]);
  consoleWrite(scratch[value & 3]);
  return scratch[3];
}
const HANDLERS = dispatch([small, large]);
/** @isr PCINT0_vect */
export function onPin(): void {
  pending.write(1);
}
export function main(): void {
  while (true) consoleWrite(HANDLERS[(pending.read() & 1) ^ 1](65));
}
`;

describe("the report of a program in TypeScript", () => {
  let folder: string;
  let image: Image;
  let report: SizeReport;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "joinery-report-typescript-"));
    const entry = join(folder, "main.ts");
    writeFileSync(entry, SOURCE);
    image = await buildImage({
      board: loadProcessorBoard("pro-mini-rfm95"),
      entry,
      outDir: join(folder, "build"),
    });
    report = sizeReport(image);
  });
  after(() => rmSync(folder, { recursive: true }));

  it("follows the calls through a dispatch table to the deepest function that it lists", () => {
    assert.deepEqual(report.stack.unknown, []);
    const steps = report.stack.program.steps.map(({ function: name }) => name);
    assert.deepEqual(steps.slice(0, 3), ["start-up", "start.c:main", "main.ts:large"]);
  });

  it("has the stack that the emulator measures, the interrupt apart", () => {
    const bench = new Bench(image);
    bench.runTo(10e6);
    assert.match(bench.console, /^A+$/);
    assert.equal(bench.machine.stackPeakBytes, report.stack.program.bytes);
  });

  it("names the handler of an interrupt as the source does", () => {
    const part = report.parts.find((candidate) => labelOf(candidate) === "main.ts:onPin");
    assert.equal(part?.code?.callable, true);
    assert.ok(part.code.stack !== null && part.code.stack.own > 0);
  });
});
