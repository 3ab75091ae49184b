/** A board.json that something is wrong with: what is said of it, and where. */
import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { diagnosticsJson } from "../../../toolchain/compiler/index.ts";
import { loadBoard, readBoard } from "../../../toolchain/image/board.ts";
import { type BoardError, BuildError } from "../../../toolchain/image/errors.ts";
import { CASES, SX1262_CASES } from "./faulty-boards.ts";

describe("a faulty board.json", () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "joinery-board-"));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  const good = () => JSON.parse(readFileSync(join(loadBoard("pro-mini-rfm95").dir, "board.json"), "utf8"));
  const refused = (text: string, message: RegExp) => {
    writeFileSync(join(dir, "board.json"), text);
    assert.throws(
      () => readBoard(dir),
      (error: Error) => {
        assert.ok(error instanceof BuildError, `${error}`);
        assert.ok(error.message.includes(dir), "the message names the file");
        assert.match(error.message, message);
        return true;
      },
    );
  };

  for (const [name, spoil, message] of CASES) {
    it(`is refused for ${name}`, () => {
      const board = good();
      spoil(board);
      refused(JSON.stringify(board, null, 2), message);
    });
  }

  for (const [name, spoil, message] of SX1262_CASES) {
    it(`with an SX1262 is refused for ${name}`, () => {
      const dirOfBoard = loadBoard("nucleo-l073rz-sx1262").dir;
      const board = JSON.parse(readFileSync(join(dirOfBoard, "board.json"), "utf8"));
      spoil(board);
      refused(JSON.stringify(board, null, 2), message);
    });
  }

  it("is refused for an SX1262 on a board that runs Lua, whose HAL has no BUSY", () => {
    const board = JSON.parse(readFileSync(join(loadBoard("nodemcu-rfm95").dir, "board.json"), "utf8"));
    board.radio = loadBoard("nucleo-l073rz-sx1262").radio;
    refused(
      JSON.stringify(board),
      /: there is no field radio\.rfSwitch: the fields here are chip, powerPin, tcxo, frontEnd$/,
    );
  });

  it("is refused for a pin that cannot be a line of the radio on a board that runs Lua", () => {
    const board = JSON.parse(readFileSync(join(loadBoard("nodemcu-rfm95").dir, "board.json"), "utf8"));
    board.pins.dio0 = "PD2";
    refused(JSON.stringify(board), /: pins\.dio0 must be a pin of the module such as "D8", not "PD2"$/);
    board.pins.dio0 = "D6";
    refused(JSON.stringify(board), /: pins\.dio0 is D6, MISO of the SPI: take another pin$/);
    board.pins = { ...board.pins, radioReset: "D3", dio0: "D0" };
    refused(JSON.stringify(board), /: pins\.dio0 is D0, which has no interrupt: take another pin$/);
  });

  it("is refused for lines of the radio that share an interrupt of the processor", () => {
    const board = JSON.parse(readFileSync(join(loadBoard("nucleo-l073rz-sx1276").dir, "board.json"), "utf8"));
    const withPins = (dio0: string, dio1: string) =>
      JSON.stringify({ ...board, pins: { ...board.pins, dio0, dio1 } });
    refused(
      withPins("PA10", "PB10"),
      /:1:\d+: pins\.dio1 is PB10, which shares the interrupt EXTI10 with pins\.dio0, PA10: take pins of two numbers$/,
    );
    refused(
      withPins("PA10", "PB6"),
      /: pins\.dio1 is PB6, which pins\.radioSelect is too: give each line a pin of its own$/,
    );
    writeFileSync(join(dir, "board.json"), withPins("PC10", "PA11"));
    assert.ok("processor" in readBoard(dir));
  });

  it("has fuses if its processor has", () => {
    const { fuses, ...without } = good();
    refused(JSON.stringify(without), /: fuses is missing: it must be an object$/);
    const nucleo = JSON.parse(
      readFileSync(join(loadBoard("nucleo-l073rz-sx1276").dir, "board.json"), "utf8"),
    );
    refused(JSON.stringify({ ...nucleo, fuses }), /: there is no field fuses: /);
  });

  it("is refused where it is not JSON", () =>
    refused("{\n", /:2:1: this is not JSON: the file ends where a name in double quotes is expected$/));
  it("is refused where a comma is missing, or one is too many", () => {
    refused(
      '{\n  "name": "mine"\n  "title": "Mine"\n}',
      /:3:3: this is not JSON: "," or "}" is expected before /,
    );
    refused('{\n  "name": "mine",\n}', /:2:17: this is not JSON: there is a comma before "}": remove it$/);
  });
  it("may say what the firmware's constants hold, and no more", () => {
    const most = (file: string, name: string) => {
      const text = readFileSync(join(import.meta.dirname, "../../../firmware", file), "utf8");
      return Number(new RegExp(`${name}: Int<0, (\\d+)>`).exec(text)?.[1]);
    };
    const clockErrorPpm = most("lorawan/windows.ts", "CLOCK_ERROR_PPM");
    const commandLatencyUs = most("hal/index.ts", "COMMAND_LATENCY_US");
    writeFileSync(join(dir, "board.json"), JSON.stringify({ ...good(), clockErrorPpm, commandLatencyUs }));
    const board = readBoard(dir);
    assert.deepEqual([board.clockErrorPpm, board.commandLatencyUs], [clockErrorPpm, commandLatencyUs]);
    refused(JSON.stringify({ ...good(), clockErrorPpm: clockErrorPpm + 1 }), /clockErrorPpm/);
    refused(JSON.stringify({ ...good(), commandLatencyUs: commandLatencyUs + 1 }), /commandLatencyUs/);
  });

  it("is refused where it has a field twice, of which neither can be meant", () => {
    const text = JSON.stringify(good(), null, 2);
    refused(
      text.replace('"dio1":', '"dio0": "PD4",\n    "dio1":'),
      /:22:5: pins\.dio0 is here twice, the first time on line 21: remove one of the two$/,
    );
  });

  it("is refused at its name where that is not the name of its folder", () => {
    writeFileSync(join(dir, "board.json"), JSON.stringify(good(), null, 2));
    assert.throws(
      () => readBoard(dir, "my-board"),
      /board\.json:2:11: name must be that of its folder, "my-board", not "pro-mini-rfm95"$/,
    );
  });

  it("has its place as a diagnostic too", () => {
    const text = JSON.stringify({ ...good(), ramBytes: 4096 }, null, 2);
    writeFileSync(join(dir, "board.json"), text);
    assert.throws(
      () => readBoard(dir),
      (error: BoardError) => {
        const [{ file, line, column, code, message }] = diagnosticsJson(error.diagnostics);
        assert.deepEqual(
          [file, line, column, code, error.kind],
          [join(dir, "board.json"), 9, 15, "DEV7001", "usage"],
        );
        assert.match(message, /^ramBytes must be at most 2048/);
        return true;
      },
    );
  });

  it("is refused at a line of the radio that lies on the bus, not at the bus", () => {
    const board = JSON.parse(readFileSync(join(loadBoard("nucleo-l073rz-sx1276").dir, "board.json"), "utf8"));
    board.pins.radioReset = board.otherPins.radioSck;
    refused(JSON.stringify(board), /: pins\.radioReset is PA5, which otherPins\.radioSck is too: give each/);
  });

  it("is refused where the hal.c beside it serves another pin", () => {
    copyFileSync(join(loadBoard("pro-mini-rfm95").dir, "hal.c"), join(dir, "hal.c"));
    const withPins = (pins: object) => JSON.stringify({ ...good(), pins: { ...good().pins, ...pins } });
    refused(
      withPins({ dio0: "PD5" }),
      /:1:\d+: pins\.dio0 is PD5, and hal\.c serves PD2 there: take that, or serve PD5 in hal\.c$/,
    );
    refused(
      withPins({ radioReset: "PD5" }),
      /: pins\.radioReset is PD5, and hal\.c serves PB0 or PB1 there: /,
    );
    writeFileSync(join(dir, "board.json"), withPins({ radioReset: "PB0" }));
    readBoard(dir);
  });

  it("is refused where it is a list", () => refused("[]", /:1:1: the file must be an object, not \[\]$/));
  it("is refused where it is not there", () => {
    assert.throws(() => readBoard(join(dir, "nowhere")), /the board: cannot read .*nowhere.*ENOENT/);
  });
});
