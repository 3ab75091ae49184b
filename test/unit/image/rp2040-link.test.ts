/** Images for the RP2040: the second stage and its CRC, the program behind it, and where both come to lie. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildImage, type Image } from "../../../toolchain/image/index.ts";
import { labelOf, type SizeReport, sizeReport } from "../../../toolchain/image/report/index.ts";
import { crc32 } from "../../../toolchain/image/second-stage.ts";
import { uf2 } from "../../../toolchain/image/uf2.ts";
import { loadProcessorBoard } from "../../support/processor-board.ts";

const board = loadProcessorBoard("feather-rp2040-rfm95");

describe("the CRC of a second stage", () => {
  it("is CRC-32/MPEG-2 of the catalogue of CRC algorithms, by its check value", () => {
    assert.equal(crc32(Buffer.from("123456789")), 0x0376e6e7);
    assert.equal(crc32(new Uint8Array(0)), 0xffffffff);
  });
});

describe("an image for an RP2040", () => {
  let outDir: string;
  let image: Image;
  let report: SizeReport;

  before(async () => {
    outDir = mkdtempSync(join(tmpdir(), "joinery-image-"));
    image = await buildImage({ board, config: { LORAWAN_1_1: true }, outDir });
    report = sizeReport(image);
  });
  after(() => rmSync(outDir, { recursive: true }));

  it("begins with 256 octets that end with their CRC, in every file", () => {
    const flash = Buffer.from(image.flash);
    assert.equal(image.flashAddress, 0x10000000);
    assert.equal(flash.readUInt32LE(252), crc32(flash.subarray(0, 252)));
    const oracle = join(outDir, "oracle.bin");
    execFileSync("arm-none-eabi-objcopy", ["-O", "binary", image.elfPath, oracle]);
    assert.deepEqual(flash, readFileSync(oracle));
    assert.deepEqual(flash, readFileSync(image.binPath!));
    assert.deepEqual(readFileSync(image.uf2Path!), uf2(flash, 0x10000000, 0xe48bff56));
  });

  it("has its vectors behind them, which lead into the SRAM", () => {
    const flash = Buffer.from(image.flash);
    assert.equal(flash.readUInt32LE(256), 0x20000000 + board.ramBytes);
    assert.equal(image.symbols.get("vectors")?.address, 0x20000000);
    for (const [index, name] of [
      [1, "start"],
      [3, "HardFault_vect"],
      [16 + 0, "TIMER_IRQ_0_vect"],
      [16 + 13, "IO_IRQ_BANK0_vect"],
    ] as const) {
      const { address } = image.symbols.get(name)!;
      assert.ok(address > 0x20000000 && address < image.ramEnd);
      assert.equal(flash.readUInt32LE(256 + 4 * index), address + 1, name);
    }
  });

  it("counts its program for the flash and for the RAM that it is copied to", () => {
    const sum = (of: "flashBytes" | "ramBytes") => report.parts.reduce((total, part) => total + part[of], 0);
    assert.deepEqual([sum("flashBytes"), sum("ramBytes")], [image.flashBytes, image.ramBytes]);
    const labels = new Map(report.parts.map((part) => [labelOf(part), part]));
    const stage = labels.get("second-stage.c:second_stage");
    assert.deepEqual([stage?.kind, stage?.flashBytes, stage?.ramBytes], ["function", 256, 0]);
    const store = labels.get("flash-store.c:hal_store_write");
    assert.equal(store?.kind, "function");
    assert.ok(store.flashBytes > 0 && store.flashBytes === store.ramBytes);
    assert.equal(labels.get("flash-store.c:contents")?.kind, "variable");
  });

  it("has a stack that is known, with what the boot ROM takes", () => {
    assert.deepEqual(report.stack.unknown, []);
    const last = report.stack.program.steps.at(-1);
    assert.match(last?.function ?? "", /^rom\.c:rom_/);
    assert.ok((last?.bytes ?? 0) >= 144);
  });
});
