/** Images for the Cortex-M0+: figures against arm-none-eabi-size, symbols against nm, contents against objcopy. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compile } from "../../../toolchain/compiler/index.ts";
import { sourceFoldersOf, sourcesOf } from "../../../toolchain/image/board.ts";
import { readArmElf } from "../../../toolchain/image/elf.ts";
import { readElfFile } from "../../../toolchain/image/elf-file.ts";
import { SOUND_OPTIMISATION } from "../../../toolchain/image/gcc.ts";
import { BuildError, buildImage, type Image } from "../../../toolchain/image/index.ts";
import { armCode } from "../../../toolchain/image/report/arm-code.ts";
import { labelOf, type SizeReport, sizeReport } from "../../../toolchain/image/report/index.ts";
import { loadProcessorBoard } from "../../support/processor-board.ts";

const board = loadProcessorBoard("nucleo-l073rz-sx1276");
const tool = (name: string, ...args: string[]) =>
  execFileSync(`arm-none-eabi-${name}`, args, { encoding: "utf8" });

describe("an image for a Cortex-M0+", () => {
  let outDir: string;
  let image: Image;
  let report: SizeReport;

  before(async () => {
    outDir = mkdtempSync(join(tmpdir(), "joinery-image-"));
    image = await buildImage({ board, config: { LORAWAN_1_1: true }, outDir });
    report = sizeReport(image);
  });
  after(() => rmSync(outDir, { recursive: true }));

  it("takes the flash and the RAM that size reports", () => {
    const [text, data, bss] = tool("size", image.elfPath).split("\n")[1].trim().split(/\s+/).map(Number);
    assert.equal(image.flashBytes, text + data);
    assert.equal(image.ramBytes, data + bss);
    assert.equal(image.ramEnd, 0x20000000 + data + bss);
  });

  it("has the symbols that nm finds, at its addresses", () => {
    const lines = tool("nm", "-S", "--defined-only", image.elfPath).trim().split("\n");
    const sized = lines.map((line) => line.split(" ")).filter((fields) => fields.length === 4);
    assert.ok(sized.length > 30);
    for (const [address, size, , name] of sized) {
      const expected = { address: Number.parseInt(address, 16), size: Number.parseInt(size, 16) };
      assert.deepEqual(image.symbols.get(name), expected, name);
    }
    assert.equal(image.sourceSymbols.get("lorawan/session.ts:appSKey")?.size, 16);
  });

  it("has the contents that objcopy gives, as Intel HEX and alone", () => {
    const binary = join(outDir, "oracle.bin");
    tool("objcopy", "-O", "binary", image.elfPath, binary);
    const oracle = readFileSync(binary);
    assert.equal(image.flashAddress, 0x08000000);
    assert.deepEqual(Buffer.from(image.flash), oracle);
    assert.deepEqual(readFileSync(image.binPath!), oracle);
    const read = join(outDir, "ours.bin");
    tool("objcopy", "-I", "ihex", "-O", "binary", image.hexPath, read);
    assert.deepEqual(readFileSync(read), oracle);
  });

  it("keeps in RAM what one call writes by a pointer and another reads by one", () => {
    const source = join(outDir, "written.c");
    const object = join(outDir, "written.o");
    writeFileSync(
      source,
      `typedef struct { unsigned count; } Counter;
static Counter first, second;
static unsigned short calls;
static void start(Counter *from, Counter *to) { if (from->count < 1u) { to->count = 1; } calls = 0; }
void restart(void) { start(&second, &first); start(&second, &second); }
`,
    );
    tool("gcc", "-mcpu=cortex-m0plus", "-mthumb", "-Os", ...SOUND_OPTIMISATION, "-c", source, "-o", object);
    assert.match(tool("nm", object), /^\w+ b second$/m);
  });

  it("begins with the top of the stack and the way into the program", () => {
    const vectors = Buffer.from(image.flash.buffer, image.flash.byteOffset, 192);
    assert.equal(vectors.readUInt32LE(0), 0x20000000 + board.ramBytes);
    for (const [index, name] of [
      [1, "start"],
      [3, "HardFault_vect"],
      [16 + 7, "EXTI4_15_vect"],
      [16 + 13, "LPTIM1_vect"],
    ] as const) {
      assert.equal(vectors.readUInt32LE(4 * index), image.symbols.get(name)!.address + 1, name);
    }
    assert.notEqual(image.symbols.get("LPTIM1_vect")!.address, image.symbols.get("TIM2_vect")!.address);
  });

  it("has a report whose parts add up to it, and know whose they are", () => {
    const sum = (of: "flashBytes" | "ramBytes") => report.parts.reduce((total, part) => total + part[of], 0);
    assert.deepEqual([sum("flashBytes"), sum("ramBytes")], [image.flashBytes, image.ramBytes]);
    const labels = new Map(report.parts.map((part) => [labelOf(part), part]));
    assert.equal(labels.get("start-up:vectors")?.flashBytes, 192);
    assert.equal(labels.get("time-base.c:LPTIM1_vect")?.origin, "board");
    assert.equal(labels.get("lorawan/session.ts:appSKey")?.ramBytes, 16);
    const libraries = report.parts.filter(({ origin }) => origin === "library");
    assert.ok(
      libraries.some(({ name }) => /div/.test(name)),
      libraries.map(labelOf).join(", "),
    );
  });

  it("has a stack that is known", () => {
    assert.deepEqual(report.stack.unknown, []);
    assert.ok(report.stackBytes !== null && report.stackBytes > 36 && report.stackBytes < 1024);
    assert.ok(report.stack.interrupt !== null && report.stack.interrupt.bytes >= 36);
  });

  it("is refused where it does not fit: what it needs, what there is, and what takes most", async () => {
    const dir = mkdtempSync(join(tmpdir(), "joinery-image-"));
    try {
      await assert.rejects(
        buildImage({ board: { ...board, flashBytes: 4096, ramBytes: 256 }, outDir: dir }),
        {
          message:
            /^the image does not fit nucleo-l073rz-sx1276:\n {2}flash: \d+ B needed, 4096 B available[\s\S]* by module:\n[\s\S]*\n +\d+ {2}[\w/-]+\.ts\n[\s\S]* to make room: leave out .*--lorawan 1\.0\.4[\s\S]*RAM: \d+ B needed, 256 B available[\s\S]* by module:\n +\d+ {2}[\w/-]+\.ts\n[\s\S]* to make room: make arrays shorter/,
        },
      );
      assert.deepEqual(readdirSync(dir), ["c"]);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  it("leaves no .bin behind that is another board's", async () => {
    const dir = mkdtempSync(join(tmpdir(), "joinery-image-"));
    try {
      await buildImage({ board, outDir: dir });
      assert.ok(existsSync(join(dir, "joinery.bin")));
      const other = await buildImage({ board: loadProcessorBoard("pro-mini-rfm95"), outDir: dir });
      assert.equal(other.binPath, undefined);
      assert.ok(!existsSync(join(dir, "joinery.bin")));
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  it("names the Debian packages where the compiler is missing", async () => {
    const path = process.env.PATH;
    process.env.PATH = outDir;
    try {
      await assert.rejects(buildImage({ board, outDir }), (error: Error) => {
        assert.ok(error instanceof BuildError && error.kind === "missing");
        assert.match(error.message, /apt-get install gcc-arm-none-eabi/);
        return true;
      });
    } finally {
      process.env.PATH = path;
    }
  });
});

describe("readArmElf", () => {
  it("refuses a program of other processors", () => {
    const header = Buffer.alloc(52);
    header.writeUInt32BE(0x7f454c46, 0);
    header[4] = 1;
    header[5] = 1;
    header.writeUInt16LE(83, 18);
    assert.throws(() => readArmElf(header), /machine 83, not of an ARM/);
  });
});

describe("the stack of each function on a Cortex-M0+", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "joinery-stack-usage-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  it("is what gcc says with -fstack-usage, for all of the firmware", () => {
    const { files } = compile({ config: { LORAWAN_1_1: true } });
    for (const [name, text] of files) writeFileSync(join(folder, name), text);
    const sources = [...files.keys()].filter((name) => name.endsWith(".c"));
    const pins = ["RADIO_SELECT=PB6", "RADIO_RESET=PA0", "DIO0=PA10", "DIO1=PB3"];
    const others = ["RADIO_SCK=PA5", "RADIO_MISO=PA6", "RADIO_MOSI=PA7", "CONSOLE_TX=PA2"];
    const defines = [
      ...pins,
      ...others,
      "F_CPU=16000000UL",
      "CONSOLE_BAUD=115200UL",
      "RADIO_RESET_LEVEL=0",
    ].map((define) => `-D${define}`);
    const folders = sourceFoldersOf(board);
    const target = ["-mcpu=cortex-m0plus", "-mthumb", "-Os", "-std=gnu99", "-ffunction-sections"];
    const includes = [...folders, folder].map((path) => `-I${path}`);
    const gcc = (cwd: string, ...args: string[]) =>
      execFileSync("arm-none-eabi-gcc", [...target, ...args], { cwd });
    // A file of the firmware and one of the board may have one name.
    const ofBoard = join(folder, "board");
    mkdirSync(ofBoard);
    for (const [cwd, compiled] of [
      [folder, sources],
      [ofBoard, sourcesOf(board, ".c")],
    ] as const) {
      gcc(cwd, ...defines, ...includes, "-fstack-usage", "-w", "-c", ...compiled);
    }
    const objects = [folder, ofBoard].flatMap((cwd) => filesIn(cwd, ".o"));
    const script = [`-T${join(board.dir, "image.ld")}`, ...folders.map((path) => `-L${path}`)];
    gcc(
      folder,
      "-nostdlib",
      "-Wl,--defsym=ram_bytes=20480",
      ...script,
      ...objects,
      "-lc_nano",
      "-lgcc",
      "-oprogram.elf",
    );

    const elf = readElfFile(readFileSync(join(folder, "program.elf")));
    const code = armCode(elf);
    let compared = 0;
    for (const [name, bytes] of [folder, ofBoard].flatMap(stackUsage)) {
      const symbol = elf.symbols.find(
        (candidate) => candidate.name === name && candidate.kind === "function",
      );
      if (symbol === undefined) continue; // not linked
      const { ownBytes, doubts } = code.routine(symbol.address);
      assert.deepEqual(doubts, [], name);
      assert.equal(ownBytes, bytes, name);
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
