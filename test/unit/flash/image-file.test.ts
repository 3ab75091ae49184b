/** An image is for one board, and its file says for which. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readImageFile } from "../../../toolchain/flash/index.ts";
import { markBoard } from "../../../toolchain/image/board-mark.ts";
import { boardNameIn, intelHex, readImage } from "../../../toolchain/image/index.ts";
import { loadProcessorBoard } from "../../support/processor-board.ts";

const proMini = loadProcessorBoard("pro-mini-rfm95");
const nucleo = loadProcessorBoard("nucleo-l073rz-sx1276");

describe("an image from a file", () => {
  let folder: string;
  let unmarked: string;
  let marked: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "joinery-image-"));
    unmarked = join(folder, "unmarked.elf");
    marked = join(folder, "marked.elf");
    const source = join(folder, "main.c");
    writeFileSync(source, "int value = 7; int main(void) { return value; }\n");
    execFileSync("avr-gcc", ["-mmcu=atmega328p", source, "-o", unmarked]);
    copyFileSync(unmarked, marked);
    await markBoard("avr-objcopy", marked, proMini, folder);
  });
  after(() => rmSync(folder, { recursive: true }));

  const refused = (path: string, board: typeof proMini, force: boolean, message: RegExp) =>
    assert.throws(() => readImageFile(path, board, force), { name: "FlashError", kind: "usage", message });

  it("says in its ELF file which board it is for, at no octet of the flash", () => {
    const [before, after] = [unmarked, marked].map((path) => readFileSync(path));
    assert.equal(boardNameIn(before), undefined);
    assert.equal(boardNameIn(after), "pro-mini-rfm95");
    assert.deepEqual(readImage(proMini, after), readImage(proMini, before));
  });

  it("is taken for its board, with the HEX file that is written beside it", () => {
    const { contents, hexPath } = readImageFile(marked, proMini, false);
    assert.equal(hexPath, join(folder, "marked.hex"));
    assert.equal(readFileSync(hexPath, "latin1"), intelHex(contents.octets));
    assert.deepEqual(readImageFile(marked, proMini, false).contents, contents);
    writeFileSync(hexPath, intelHex(Uint8Array.of(1)));
    refused(marked, proMini, false, /marked\.hex holds something else than the image/);
  });

  it("is refused where its ELF file is cut short, wherever that is", () => {
    const whole = readFileSync(marked);
    const cut = join(folder, "cut.elf");
    for (let length = 0; length < whole.length; length += 97) {
      writeFileSync(cut, whole.subarray(0, length));
      refused(cut, proMini, true, /cut\.elf is no image for pro-mini-rfm95: /);
    }
  });

  it("is refused where the header of its ELF file is spoilt, or changes nothing of the image", () => {
    const whole = readFileSync(marked);
    const spoilt = join(folder, "spoilt.elf");
    for (let at = 0; at < 52; at++) {
      const octets = Buffer.from(whole);
      octets[at] ^= 0xff;
      writeFileSync(spoilt, octets);
      rmSync(join(folder, "spoilt.hex"), { force: true });
      try {
        assert.deepEqual(
          readImageFile(spoilt, proMini, true).contents.octets,
          readImage(proMini, whole).flash,
          `octet ${at}`,
        );
      } catch (error) {
        assert.equal((error as Error).name, "FlashError", `octet ${at}: ${error}`);
      }
    }
  });

  it("is refused for another board of its processor, and for another processor, whatever is forced", () => {
    const other = { ...proMini, name: "other-rfm95" };
    for (const force of [false, true]) {
      refused(
        marked,
        other,
        force,
        /is an image for pro-mini-rfm95, not for other-rfm95: choose it by --board/,
      );
      refused(
        marked,
        nucleo,
        force,
        /no image for nucleo-l073rz-sx1276: an ELF file of machine 83, not of an ARM/,
      );
    }
  });

  it("is refused where it does not say its board, unless it is forced", () => {
    refused(unmarked, proMini, false, /does not say which board it is for; --force flashes it/);
    const hex = join(folder, "raw.hex");
    writeFileSync(hex, intelHex(Uint8Array.of(1, 2, 3)));
    refused(hex, proMini, false, /raw\.hex does not say which board/);
    assert.deepEqual(readImageFile(hex, proMini, true), {
      contents: { address: 0, octets: Uint8Array.of(1, 2, 3) },
      hexPath: hex,
    });
    assert.equal(readImageFile(unmarked, proMini, true).hexPath, join(folder, "unmarked.hex"));
    assert.ok(existsSync(join(folder, "unmarked.hex")));
    refused(join(folder, "unmarked.hex"), proMini, false, /give .*unmarked\.elf, which does, or --force/);
  });

  it("is refused where it lies outside the flash, is cut off, or is something else", () => {
    const hex = join(folder, "wrong.hex");
    writeFileSync(hex, intelHex(new Uint8Array(16), 0x08000000));
    refused(hex, proMini, true, /takes 0x8000000 to 0x800000f, and the flash has 0x0 to 0x7fff for one/);
    writeFileSync(hex, intelHex(new Uint8Array(16), 0));
    refused(hex, nucleo, true, /the flash has 0x8000000 to 0x802ffff for one/);
    const feather = loadProcessorBoard("feather-rp2040-rfm95");
    writeFileSync(hex, intelHex(new Uint8Array(16), 0x107fe000));
    refused(hex, feather, true, /the flash has 0x10000000 to 0x107fdfff for one/);
    writeFileSync(hex, intelHex(new Uint8Array(16)).slice(0, -13));
    refused(hex, proMini, true, /wrong\.hex is no image: the end record is missing/);
    refused(join(folder, "main.c"), proMini, true, /neither an \.elf nor a \.hex file/);
    refused(join(folder, "gone.elf"), proMini, true, /gone\.elf is not there/);
    const text = join(folder, "text.elf");
    writeFileSync(text, "no");
    refused(text, proMini, true, /text\.elf is no image for pro-mini-rfm95: not a 32-bit/);
  });
});
