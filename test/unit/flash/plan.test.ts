/** The commands by which an image gets into each board, and what is refused before any runs. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FlashImage, type FlashWish, planFlash } from "../../../toolchain/flash/index.ts";
import { type ProcessorBoard, readIntelHex, uf2 } from "../../../toolchain/image/index.ts";
import { shellLine } from "../../../toolchain/shell-words.ts";
import { loadProcessorBoard } from "../../support/processor-board.ts";

const image: FlashImage = {
  contents: { address: 0, octets: new Uint8Array(100) },
  hexPath: "build/joinery.hex",
};

/** The lines that a dry run prints. */
function lines(board: string | ProcessorBoard, wish: FlashWish, of: FlashImage = image): string[] {
  const known = typeof board === "string" ? loadProcessorBoard(board) : board;
  return planFlash(known, of, wish).steps.map(({ words }) => shellLine(words));
}

describe("the way into a board", () => {
  const NUCLEOS = ["nucleo-l073rz-sx1262", "nucleo-l073rz-sx1276"];
  const WAYS: readonly [string, string, FlashWish, readonly string[]][] = [
    [
      "through the boot loader, which erases no EEPROM and must not be asked to",
      "pro-mini-rfm95",
      { port: "/dev/ttyUSB0" },
      ["avrdude -c arduino -p m328p -P /dev/ttyUSB0 -b 57600 -D -U flash:w:build/joinery.hex:i"],
    ],
    [
      "through an ISP programmer, once the fuse that keeps the EEPROM is seen",
      "pro-mini-rfm95",
      { programmer: "usbasp" },
      [
        "avrdude -c usbasp -p m328p -U hfuse:v:0xD1:m",
        "avrdude -c usbasp -p m328p -U flash:w:build/joinery.hex:i",
      ],
    ],
    [
      "through the boot loader of its USB port",
      "feather-32u4-rfm95",
      { port: "/dev/ttyACM0" },
      ["avrdude -c avr109 -p m32u4 -P /dev/ttyACM0 -b 57600 -D -U flash:w:build/joinery.hex:i"],
    ],
    [
      "through an ISP programmer, with another fuse than it is sold with",
      "feather-32u4-rfm95",
      { programmer: "usbasp" },
      [
        "avrdude -c usbasp -p m32u4 -U hfuse:v:0xD1:m",
        "avrdude -c usbasp -p m32u4 -U flash:w:build/joinery.hex:i",
      ],
    ],
    [
      "through an ISP programmer at a serial port",
      "pro-mini-rfm95",
      { programmer: "stk500v1", port: "/dev/ttyACM0", baud: 19200 },
      [
        "avrdude -c stk500v1 -p m328p -P /dev/ttyACM0 -b 19200 -U hfuse:v:0xD1:m",
        "avrdude -c stk500v1 -p m328p -P /dev/ttyACM0 -b 19200 -U flash:w:build/joinery.hex:i",
      ],
    ],
    ...NUCLEOS.map((board): [string, string, FlashWish, readonly string[]] => [
      "by OpenOCD",
      board,
      {},
      ["openocd -f board/st_nucleo_l073rz.cfg -c 'program build/joinery.hex verify reset exit'"],
    ]),
    [
      "by OpenOCD with a probe of its own",
      "feather-rp2040-rfm95",
      { method: "openocd" },
      [
        "openocd -f interface/cmsis-dap.cfg -f target/rp2040.cfg -c 'adapter speed 5000' -c 'program build/joinery.hex verify reset exit'",
      ],
    ],
    [
      "by OpenOCD, and the sectors of the store erased",
      "feather-rp2040-rfm95",
      { method: "openocd", eraseStore: true },
      [
        "openocd -f interface/cmsis-dap.cfg -f target/rp2040.cfg -c 'adapter speed 5000' -c 'program build/joinery.hex verify' -c 'flash erase_address 0x107fe000 0x2000' -c 'reset run' -c shutdown",
      ],
    ],
    [
      "by st-flash",
      "nucleo-l073rz-sx1276",
      { method: "st-flash" },
      ["st-flash --reset --format ihex write build/joinery.hex"],
    ],
  ];
  for (const [what, board, wish, expected] of WAYS) {
    it(`${board}: ${what}`, () => assert.deepEqual(lines(board, wish), expected));
  }

  const REFUSALS: readonly [string, string, FlashWish, RegExp][] = [
    ["no way to the processor", "pro-mini-rfm95", {}, /--port \/dev\/ttyUSB0 .*, or --programmer usbasp/],
    [
      "a method of other boards",
      "pro-mini-rfm95",
      { method: "openocd" },
      /not flashed by openocd; its methods are avrdude/,
    ],
    [
      "an erased store from a boot loader",
      "pro-mini-rfm95",
      { port: "x", eraseStore: true },
      /needs an ISP programmer/,
    ],
    [
      "an erased store from a drive",
      "feather-rp2040-rfm95",
      { eraseStore: true },
      /--erase-store needs --method openocd/,
    ],
    ["an erased store from OpenOCD", "nucleo-l073rz-sx1276", { eraseStore: true }, /take --method st-flash/],
    [
      "a programmer where there is none",
      "nucleo-l073rz-sx1276",
      { programmer: "usbasp" },
      /--programmer does not belong to openocd or st-flash/,
    ],
    [
      "a drive where there is none",
      "pro-mini-rfm95",
      { volume: "/media/x", port: "y" },
      /--port and --volume do not belong to avrdude/,
    ],
  ];
  for (const [what, board, wish, message] of REFUSALS) {
    it(`refuses ${what}`, () => {
      assert.throws(() => lines(board, wish), { name: "FlashError", kind: "usage", message });
    });
  }

  it("refuses an image that would lie where the boot loader is, but not with a programmer", () => {
    const large = { ...image, contents: { address: 0, octets: new Uint8Array(30 * 1024 + 1) } };
    assert.throws(
      () => lines("pro-mini-rfm95", { port: "x" }, large),
      /takes 30721 B, and the boot loader leaves 30720 B/,
    );
    assert.equal(lines("pro-mini-rfm95", { programmer: "usbasp" }, large).length, 2);
  });

  it("refuses a chip erase under fuses that do not keep the EEPROM", () => {
    const board = loadProcessorBoard("feather-32u4-rfm95");
    const { ispHighFuse: _, ...avrdude } = board.flashing!.avrdude!;
    const message = /with the high fuse D8 that board\.json .* has, the EEPROM is erased with the flash/;
    assert.throws(() => lines({ ...board, flashing: { avrdude } }, { programmer: "usbasp" }), { message });
  });

  it("leaves a boot loader its room once, where board.json counts it already", () => {
    const full = (bytes: number) => ({ ...image, contents: { address: 0, octets: new Uint8Array(bytes) } });
    assert.equal(lines("feather-32u4-rfm95", { port: "x" }, full(28 * 1024)).length, 1);
    assert.throws(() => lines("feather-32u4-rfm95", { port: "x" }, full(28 * 1024 + 1)), /leaves 28672 B/);
  });

  it("refuses a board that does not say how it is flashed", () => {
    const { flashing: _, ...board } = loadProcessorBoard("pro-mini-rfm95");
    assert.throws(() => lines(board, {}), /board\.json of pro-mini-rfm95 has no "flashing"/);
  });

  describe("with files beside the image", () => {
    let folder: string;
    let own: FlashImage;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), "joinery-flash-"));
      own = { ...image, hexPath: join(folder, "joinery.hex") };
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    it("erases the EEPROM of an AVR by writing it, whatever the fuse says, and only when asked to", () => {
      const store = join(folder, "erased-store.hex");
      assert.deepEqual(lines("pro-mini-rfm95", { programmer: "usbasp", eraseStore: true }, own), [
        `avrdude -c usbasp -p m328p -U flash:w:${own.hexPath}:i -U eeprom:w:${store}:i`,
      ]);
      const { address, octets } = readIntelHex(readFileSync(store, "latin1"));
      assert.deepEqual([address, octets], [0, new Uint8Array(1024).fill(0xff)]);
    });

    it("erases the data EEPROM of an STM32L0 to what the firmware takes for empty", () => {
      const store = join(folder, "erased-store.bin");
      assert.equal(
        lines("nucleo-l073rz-sx1276", { method: "st-flash", eraseStore: true }, own)[1],
        `st-flash --reset write ${store} 0x08080000`,
      );
      assert.deepEqual(new Uint8Array(readFileSync(store)), new Uint8Array(1024).fill(0xff));
    });

    describe("by the drive of a boot loader", () => {
      const feather = loadProcessorBoard("feather-rp2040-rfm95");
      const board = { ...feather, flashing: { uf2: { volume: "NO-SUCH-DRIVE" } } };
      const wish = { volume: "/media/my drive/" };
      const octets = Uint8Array.from({ length: 300 }, (_, index) => index & 0xff);
      let uf2Path: string;
      beforeEach(() => {
        own = { ...own, contents: { address: 0x10000000, octets } };
        uf2Path = join(folder, "joinery.uf2");
      });

      it("copies the image as a UF2 file, which it writes where it is not there", () => {
        assert.deepEqual(lines(board, wish, own), [
          "test -f '/media/my drive/INFO_UF2.TXT'",
          `cp ${uf2Path} '/media/my drive/'`,
        ]);
        assert.deepEqual(readFileSync(uf2Path), uf2(octets, 0x10000000, 0xe48bff56));
        assert.equal(lines(board, wish, own).length, 2);
      });

      it("copies no UF2 file that holds something else", () => {
        const other = uf2(
          octets.map((octet) => octet ^ 1),
          0x10000000,
          0xe48bff56,
        );
        for (const there of [Buffer.from("this is no image at all\n"), other]) {
          writeFileSync(uf2Path, there);
          assert.throws(() => lines(board, wish, own), {
            name: "FlashError",
            message: `${uf2Path} holds something else than the image beside it: remove it, or build again`,
          });
          assert.deepEqual(readFileSync(uf2Path), there);
        }
      });

      it("says what to do where the file cannot be written", () => {
        const nowhere = { ...own, hexPath: join(folder, "nowhere", "joinery.hex") };
        assert.throws(() => lines(board, wish, nowhere), /cannot keep the image: .*nowhere/);
      });

      it("needs the drive", () => {
        assert.throws(() => lines(board, {}, own), /the drive NO-SUCH-DRIVE is not mounted: hold BOOTSEL/);
        assert.equal(existsSync(uf2Path), false);
      });

      it("takes no image that begins within a page", () => {
        const shifted = { ...own, contents: { address: 0x10000010, octets } };
        assert.throws(
          () => lines(board, wish, shifted),
          /joinery\.hex begins at 0x10000010, and UF2 has pages of 256 octets: --method openocd takes it/,
        );
      });
    });

    it("writes paths with blanks, quotes and braces as the shell and Tcl take them", () => {
      const at = (hexPath: string) => lines("nucleo-l073rz-sx1276", {}, { ...image, hexPath })[0];
      assert.match(at("my build/it's.hex"), /-c 'program \{my build\/it'\\''s\.hex\} verify reset exit'$/);
      assert.match(at("a{b c.hex"), /'program a\\\{b\\ c\.hex verify/);
    });
  });
});
