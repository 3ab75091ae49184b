/** Linking: figures against avr-size, symbols against avr-nm, contents and hex against avr-objcopy. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ProcessorBoard } from "../../../toolchain/image/board.ts";
import { readAvrElf } from "../../../toolchain/image/elf.ts";
import { BuildError } from "../../../toolchain/image/errors.ts";
import { intelHex } from "../../../toolchain/image/intel-hex.ts";
import { type GeneratedC, type Image, linkImage } from "../../../toolchain/image/link.ts";
import { sizeReport } from "../../../toolchain/image/report/index.ts";
import { loadProcessorBoard } from "../../support/processor-board.ts";

const HAL_HEADER = `#include <stdbool.h>
#include <stdint.h>
void hal_sleep_until(uint32_t deadline);
uint32_t hal_now(void);
void hal_console_write(uint8_t character);
`;

const HEADER = `#include <stdint.h>
extern uint8_t counter[12];
uint16_t next(uint16_t step);
`;

const COUNTER = `#include "counter.h"
uint8_t counter[12];
uint16_t initialised = 0x1234;
uint8_t unused[300];
uint16_t next(uint16_t step) { initialised = (uint16_t)(initialised + step); counter[0]++; return initialised; }
uint16_t never(void) { return unused[0]; }
`;

const MAIN = `#include "counter.h"
#include "hal.h"
void joinery_main(void);
void joinery_main(void)
{
    for (;;) {
        hal_console_write((uint8_t)next(3));
        hal_sleep_until(hal_now() + 1000);
    }
}
`;

function generated(changes: Record<string, string> = {}): GeneratedC {
  const files = {
    "hal.h": HAL_HEADER,
    "counter.h": HEADER,
    "counter.c": COUNTER,
    "main.c": MAIN,
    ...changes,
  };
  return {
    files: new Map(Object.entries(files)),
    symbols: new Map([
      ["lorawan/counter.ts:counter", { symbol: "counter" }],
      ["lorawan/counter.ts:initialised", { symbol: "initialised" }],
      ["lorawan/counter.ts:dropped", { symbol: "dropped" }],
    ]),
    functions: new Map([["lorawan/counter.ts:next", { symbol: "next" }]]),
    dispatches: new Map(),
  };
}

const tool = (name: string, ...args: string[]) => execFileSync(name, args, { encoding: "utf8" });

describe("linkImage", () => {
  let outDir: string;
  let image: Image;
  let board: ProcessorBoard;

  before(async () => {
    board = loadProcessorBoard("pro-mini-rfm95");
    outDir = mkdtempSync(join(tmpdir(), "joinery-image-"));
    image = await linkImage(board, generated(), outDir);
  });
  after(() => rmSync(outDir, { recursive: true }));

  it("reports the flash and the RAM that avr-size reports", () => {
    const [text, data, bss] = tool("avr-size", image.elfPath).split("\n")[1].trim().split(/\s+/).map(Number);
    assert.equal(image.flashBytes, text + data);
    assert.equal(image.ramBytes, data + bss);
    assert.equal(image.ramEnd, 0x100 + data + bss);
    assert.ok(data > 0 && bss > 0);
  });

  it("finds the symbols that avr-nm finds, at its addresses", () => {
    const lines = tool("avr-nm", "-S", "--defined-only", image.elfPath).trim().split("\n");
    const sized = lines.map((line) => line.split(" ")).filter((fields) => fields.length === 4);
    assert.ok(sized.length > 10);
    for (const [address, size, , name] of sized) {
      const expected = Number.parseInt(address, 16);
      assert.deepEqual(
        image.symbols.get(name),
        { address: expected < 0x800000 ? expected : expected - 0x800000, size: Number.parseInt(size, 16) },
        name,
      );
    }
  });

  it("gives the contents of the flash that avr-objcopy gives, and the same as Intel HEX", () => {
    const binary = join(outDir, "oracle.bin");
    tool("avr-objcopy", "-O", "binary", image.elfPath, binary);
    assert.deepEqual(Buffer.from(image.flash), readFileSync(binary));
    const read = join(outDir, "ours.bin");
    tool("avr-objcopy", "-I", "ihex", "-O", "binary", image.hexPath, read);
    assert.deepEqual(readFileSync(read), readFileSync(binary));
  });

  it("maps the variables of the sources, and leaves out those that the linker dropped", () => {
    assert.deepEqual(
      [...image.sourceSymbols].map(([name, { size }]) => [name, size]),
      [
        ["lorawan/counter.ts:counter", 12],
        ["lorawan/counter.ts:initialised", 2],
      ],
    );
  });

  it("leaves the C beside the image, and nothing of its work", () => {
    assert.deepEqual(readdirSync(join(outDir, "c")).sort(), ["counter.c", "counter.h", "hal.h", "main.c"]);
    assert.deepEqual(
      readdirSync(outDir).filter((name) => name.startsWith(".")),
      [],
    );
  });

  it("writes further files with the image, for a build that is kept too, and where they are refused leaves the folder as it is", async () => {
    const folder = mkdtempSync(join(tmpdir(), "joinery-beside-"));
    const held = () =>
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => [name, readFileSync(join(parentPath, name), "latin1")])
        .sort();
    const other = { "main.c": MAIN.replace("1000", "3000") };
    try {
      for (const text of ["first", "again"]) {
        const beside = async ({ flashBytes }: Image) => new Map([["note.txt", `${text} ${flashBytes}`]]);
        const { flashBytes } = await linkImage(board, generated(), folder, { beside });
        assert.equal(readFileSync(join(folder, "note.txt"), "utf8"), `${text} ${flashBytes}`);
      }
      const before = held();
      for (const changes of [{}, other]) {
        const beside = async () => assert.fail("refused");
        await assert.rejects(linkImage(board, generated(changes), folder, { beside }), /refused/);
        assert.deepEqual(held(), before);
      }
      await linkImage(board, generated(other), folder, {
        beside: async () => new Map([["note.txt", "other"]]),
      });
      assert.equal(readFileSync(join(folder, "note.txt"), "utf8"), "other");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("does not run gcc again for the same C, and does for other C", async () => {
    const builtMs = statSync(image.elfPath).mtimeMs;
    const again = await linkImage(board, generated(), outDir);
    assert.equal(statSync(again.elfPath).mtimeMs, builtMs);
    assert.deepEqual(again.flash, image.flash);
    const other = await linkImage(board, generated({ "main.c": MAIN.replace("1000", "2000") }), outDir);
    assert.notDeepEqual(other.flash, image.flash);
    const back = await linkImage(board, generated(), outDir);
    assert.deepEqual(back.flash, image.flash);
  });

  describe("with C of the application", () => {
    let folder: string;
    before(() => {
      folder = mkdtempSync(join(tmpdir(), "joinery own $#-"));
      writeFileSync(
        join(folder, "button.c"),
        '#include "button.h"\nstatic volatile uint8_t presses;\nuint8_t pressed(void) { presses++; return (uint8_t)(PRESSED + presses); }\n',
      );
      writeFileSync(
        join(folder, "button.h"),
        "#include <stdint.h>\n#define PRESSED 1\nuint8_t pressed(void);\n",
      );
    });
    after(() => rmSync(folder, { recursive: true }));

    const withButton = () =>
      generated({
        "counter.h": `${HEADER}uint8_t pressed(void);\n`,
        "main.c": MAIN.replace("next(3)", "next(pressed())"),
      });
    const build = () => linkImage(board, withButton(), outDir, { ownC: [join(folder, "button.c")] });

    it("links it, and tells its octets from those of the board", async () => {
      const { parts } = sizeReport(await build());
      const found = parts.filter(({ origin }) => origin === "application");
      assert.deepEqual(
        found.map(({ module, name }) => `${module}:${name}`),
        ["./button.c:pressed", "./button.c:presses"],
      );
    });

    it("does not run gcc again, and does after a change of the file or of what it includes", async () => {
      const builtMs = statSync((await build()).elfPath).mtimeMs;
      assert.equal(statSync((await build()).elfPath).mtimeMs, builtMs);
      for (const [name, text, changed] of [
        ["button.h", "PRESSED 1", "PRESSED 2"],
        ["button.c", " + ", " - "],
      ]) {
        const before = await build();
        const path = join(folder, name);
        writeFileSync(path, readFileSync(path, "utf8").replace(text, changed));
        assert.notDeepEqual((await build()).flash, before.flash, name);
      }
    });

    it("passes on what gcc says of it, with file and line", async () => {
      const path = join(folder, "wrong.c");
      writeFileSync(path, "int wrong(void);\nint wrong(void) { return missing; }\n");
      await assert.rejects(linkImage(board, withButton(), outDir, { ownC: [path] }), (error: Error) => {
        assert.ok(error instanceof BuildError);
        assert.ok(error.message.includes(`${path}:2:`), error.message);
        assert.match(error.message, /'missing' undeclared/);
        return true;
      });
    });
  });

  describe("in a folder that several builds share", () => {
    const other = () => generated({ "main.c": MAIN.replace("1000", "2000"), "more.h": "" });
    const stampPath = () => join(outDir, "joinery.key");
    const hexOf = ({ hexPath }: Image) => readFileSync(hexPath, "utf8");
    let otherFlash: Uint8Array;

    before(async () => {
      otherFlash = (await linkImage(board, other(), outDir)).flash;
      assert.notDeepEqual(otherFlash, image.flash);
    });

    it("gives each of two builds at the same time its own contents", async () => {
      const builds = [generated(), other(), generated(), other()];
      const images = await Promise.all(builds.map((each) => linkImage(board, each, outDir)));
      images.forEach(({ flash }, index) => {
        assert.deepEqual(flash, index % 2 === 0 ? image.flash : otherFlash, `build ${index}`);
      });
      const last = await linkImage(board, generated(), outDir);
      assert.equal(hexOf(last), intelHex(image.flash));
    });

    it("does not take the files of one build for those of another, whose stamp was left last", async () => {
      await linkImage(board, generated(), outDir);
      const stamp = readFileSync(stampPath());
      await linkImage(board, other(), outDir);
      writeFileSync(stampPath(), stamp);
      const back = await linkImage(board, generated(), outDir);
      assert.deepEqual(back.flash, image.flash);
      assert.equal(hexOf(back), intelHex(image.flash));
    });

    for (const name of ["joinery.hex", "joinery.elf", "c/main.c"]) {
      it(`builds again where ${name} is not the build's, or is missing`, async () => {
        const path = join(outDir, name);
        await linkImage(board, generated(), outDir);
        const built = readFileSync(path);
        writeFileSync(path, "something else");
        await linkImage(board, generated(), outDir);
        assert.deepEqual(readFileSync(path), built);
        rmSync(path);
        await linkImage(board, generated(), outDir);
        assert.deepEqual(readFileSync(path), built);
      });
    }

    it("leaves no C of an earlier build", async () => {
      await linkImage(board, other(), outDir);
      assert.ok(existsSync(join(outDir, "c", "more.h")));
      await linkImage(board, generated(), outDir);
      assert.ok(!existsSync(join(outDir, "c", "more.h")));
    });
  });

  it("takes a warning for an error, in gcc's words", async () => {
    const spoilt = generated({ "main.c": MAIN.replace("(uint8_t)next(3)", "next(3)") });
    await assert.rejects(linkImage(board, spoilt, outDir), (error: Error) => {
      assert.ok(error instanceof BuildError && error.kind === "failed");
      assert.match(error.message, /main\.c:7:.* may alter its value/);
      return true;
    });
  });

  it("does not take a build for done that failed", async () => {
    const spoilt = generated({ "main.c": "#error no\n" });
    await assert.rejects(linkImage(board, spoilt, outDir), BuildError);
    await assert.rejects(linkImage(board, spoilt, outDir), BuildError);
  });

  it("refuses what does not fit the board: what it needs, what there is, and what takes most", async () => {
    await assert.rejects(linkImage({ ...board, ramBytes: 16 }, generated(), outDir), {
      message:
        /^the image does not fit pro-mini-rfm95:\n {2}RAM: (\d+) B needed, 16 B available, \d+ too many\n {4}the largest:\n +\d+ {2}.*\n[\s\S]* by module:\n[\s\S]* to make room: make arrays shorter/,
    });
    await assert.rejects(linkImage({ ...board, flashBytes: 256 }, generated(), outDir), {
      message: /flash: \d+ B needed, 256 B available, \d+ too many\n {4}the largest:\n +\d+ {2}/,
    });
  });

  it("does not advise a version of LoRaWAN that the image is of already", async () => {
    const tooSmall = { ...board, flashBytes: 256 };
    await assert.rejects(linkImage(tooSmall, generated(), outDir, { lorawan: "1.1" }), {
      message: /to make room: .*, build for LoRaWAN 1\.0\.4/,
    });
    await assert.rejects(linkImage(tooSmall, generated(), outDir, { lorawan: "1.0.4" }), {
      message: /to make room: leave out what the application does not use, or choose a board/,
    });
  });

  /** Three arrays of some octets each, all of them used. */
  const withArrays = (octets: number) =>
    generated({
      "counter.c": COUNTER.replace(
        "uint8_t unused[300];",
        `uint8_t unused[${octets}], more[${octets}], most[${octets}];`,
      ).replace("counter[0]++", "unused[step & 255]++, more[step & 255]++, most[step & 255]++"),
    });

  it("says the same of what does not fit the processor, and leaves nothing there to be flashed", async () => {
    const dir = mkdtempSync(join(tmpdir(), "joinery-image-"));
    try {
      await assert.rejects(linkImage(board, withArrays(700), dir), {
        message: /RAM: 21\d\d B needed, 2048 B available, \d+ too many\n {4}the largest:\n +700 {2}/,
      });
      assert.deepEqual(readdirSync(dir), ["c"]);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  it("says in one line what passes all addresses", async () => {
    for (const octets of [30_000, 40_000]) {
      await assert.rejects(linkImage(board, withArrays(octets), outDir), {
        message: /^the program takes more than the processor can address, .*: make arrays shorter\n {2}.*$/,
      });
    }
  });

  it("names the Debian packages where the compiler is missing", async () => {
    const path = process.env.PATH;
    process.env.PATH = outDir;
    try {
      await assert.rejects(linkImage(board, generated(), outDir), (error: Error) => {
        assert.ok(error instanceof BuildError && error.kind === "missing");
        assert.match(error.message, /apt-get install gcc-avr avr-libc binutils-avr/);
        return true;
      });
    } finally {
      process.env.PATH = path;
    }
  });
});

describe("readAvrElf", () => {
  it("refuses what is not an AVR program", () => {
    assert.throws(() => readAvrElf(Buffer.from("not an ELF file")), /not a 32-bit little-endian ELF file/);
    assert.throws(() => readAvrElf(readFileSync(process.execPath).subarray(0, 4096)), /not a 32-bit/);
    const header = Buffer.alloc(52);
    header.writeUInt32BE(0x7f454c46, 0);
    header[4] = 1;
    header[5] = 1;
    header.writeUInt16LE(40, 18);
    assert.throws(() => readAvrElf(header), /machine 40, not of an AVR/);
  });
});
