/** Board data: what is in the repository is right, and what is wrong is named. */
import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { diagnosticsJson } from "../../../toolchain/compiler/index.ts";
import {
  boardNames,
  isLuaBoard,
  loadBoard,
  readBoard,
  storeLayoutOf,
  vectorsOf,
} from "../../../toolchain/image/board.ts";
import { type BoardError, BuildError, UsageError } from "../../../toolchain/image/errors.ts";
import { loadProcessorBoard } from "../../support/processor-board.ts";

describe("boards", () => {
  it("handle the interrupts of their hal.c", () => {
    assert.deepEqual(vectorsOf(loadProcessorBoard("pro-mini-rfm95")).sort(), [
      "INT0_vect",
      "INT1_vect",
      "TIMER1_COMPA_vect",
      "TIMER1_OVF_vect",
      "WDT_vect",
    ]);
  });

  it("handle those of what they share with other boards of their family", () => {
    assert.deepEqual(vectorsOf(loadProcessorBoard("feather-32u4-rfm95")).sort(), [
      "INT6_vect",
      "PCINT0_vect",
      "TIMER1_COMPA_vect",
      "TIMER1_OVF_vect",
      "WDT_vect",
    ]);
  });

  it("handle those of what they share with other boards of their processor", () => {
    assert.deepEqual(vectorsOf(loadProcessorBoard("nucleo-l073rz-sx1276")).sort(), [
      "EXTI0_1_vect",
      "EXTI2_3_vect",
      "EXTI4_15_vect",
      "LPTIM1_vect",
    ]);
  });

  it("lists the boards of the project by name", () => {
    assert.ok(boardNames().includes("pro-mini-rfm95"));
    for (const name of boardNames()) assert.equal(loadBoard(name).name, name);
  });

  it("knows what an ATmega328P at 8 MHz has", () => {
    const board = loadProcessorBoard("pro-mini-rfm95");
    assert.equal(board.processor, "atmega328p");
    assert.equal(board.clockHz, 8_000_000);
    assert.deepEqual([board.flashBytes, board.ramBytes, board.eepromBytes], [32768, 2048, 1024]);
    assert.deepEqual(board.pins, { radioSelect: "PB2", radioReset: "PB1", dio0: "PD2", dio1: "PD3" });
  });

  it("knows what a Feather 32u4 has: the flash before its boot loader", () => {
    const board = loadProcessorBoard("feather-32u4-rfm95");
    assert.equal(board.processor, "atmega32u4");
    assert.equal(board.clockHz, 8_000_000);
    assert.deepEqual([board.flashBytes, board.ramBytes, board.eepromBytes], [28672, 2560, 1024]);
    assert.deepEqual(board.pins, { radioSelect: "PB4", radioReset: "PD4", dio0: "PE6", dio1: "PB6" });
  });

  it("knows what an STM32L073RZ at 16 MHz has", () => {
    const board = loadProcessorBoard("nucleo-l073rz-sx1276");
    assert.equal(board.clockHz, 16_000_000);
    assert.deepEqual([board.flashBytes, board.ramBytes, board.eepromBytes], [196608, 20480, 1024]);
    assert.deepEqual(board.pins, { radioSelect: "PB6", radioReset: "PA0", dio0: "PA10", dio1: "PB3" });
  });

  it("knows how an SX1262 is wired", () => {
    const { radio, pins } = loadProcessorBoard("nucleo-l073rz-sx1262");
    assert.deepEqual(radio, { chip: "sx1262", rfSwitch: "DIO2", regulator: "DCDC" });
    assert.deepEqual(pins, { radioSelect: "PA8", radioReset: "PA0", busy: "PB3", dio1: "PB4" });
  });

  it("knows what a Feather RP2040 has: of the flash that of its board", () => {
    const board = loadProcessorBoard("feather-rp2040-rfm95");
    assert.equal(board.clockHz, 12_000_000);
    assert.deepEqual([board.flashBytes, board.ramBytes, board.eepromBytes], [8 << 20, 264 << 10, 1024]);
    assert.deepEqual(board.pins, {
      radioSelect: "GPIO16",
      radioReset: "GPIO17",
      dio0: "GPIO21",
      dio1: "GPIO22",
    });
    assert.equal(storeLayoutOf(board), "flash-sectors");
    assert.equal(storeLayoutOf(loadBoard("nodemcu-rfm95")), "octets");
  });

  it("knows what a NodeMCU has, and that it runs Lua", () => {
    const board = loadBoard("nodemcu-rfm95");
    assert.ok(isLuaBoard(board));
    assert.deepEqual([board.language, board.heapBytes, board.eepromBytes], ["lua", 96 * 1024, 1024]);
    assert.deepEqual(board.pins, { radioSelect: "D8", radioReset: "D0", dio0: "D1", dio1: "D2" });
    assert.equal(isLuaBoard(loadBoard("pro-mini-rfm95")), false);
  });

  it("names the known boards when asked for another, and does not take a path for a name", () => {
    for (const name of ["uno", "", "../boards/pro-mini-rfm95", "toString"]) {
      assert.throws(
        () => loadBoard(name),
        (error: Error) =>
          error instanceof UsageError &&
          error.message.includes(
            `"${name}"; known boards: feather-32u4-rfm95, feather-rp2040-rfm95, nodemcu-rfm95, nucleo-l073rz-sx1262, nucleo-l073rz-sx1276, pro-mini-rfm95`,
          ),
      );
    }
  });
});

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

  const CASES: readonly [string, (board: ReturnType<typeof good>) => void, RegExp][] = [
    ["a missing field", (b) => delete b.title, /:1:1: title is missing: it must be a text$/],
    [
      "no processor",
      (b) => delete b.processor,
      /:1:1: processor is missing: it must be "atmega328p" or "atmega32u4" or "stm32l073rz" or "rp2040"$/,
    ],
    [
      "a processor that is not known",
      (b) => (b.processor = "z80"),
      /:4:16: processor must be "atmega328p" or .*, not "z80"$/,
    ],
    [
      "a misspelt processor",
      (b) => (b.processor = "atmega328"),
      /:4:16: processor must be .*, not "atmega328": did you mean "atmega328p"\?$/,
    ],
    [
      "another radio's chip, and this one's lines",
      (b) => (b.radio = { chip: "sx1262", rfSwitch: "DIO2", regulator: "DCDC" }),
      /:22:5: there is no field pins\.dio0: the fields here are radioSelect, radioReset, busy, dio1$/,
    ],
    [
      "more RAM than the part has",
      (b) => (b.ramBytes = 4096),
      /:9:\d+: ramBytes must be at most 2048, the RAM of the atmega328p, not 4096$/,
    ],
    [
      "more flash than the part has",
      (b) => (b.flashBytes = 65536),
      /:8:\d+: flashBytes must be at most 32768, the flash of the atmega328p, not 65536$/,
    ],
    [
      "more store than the part has",
      (b) => (b.eepromBytes = 1025),
      /:10:\d+: eepromBytes must be at most 1024, the store of the atmega328p, not 1025$/,
    ],
    [
      "less store than the journal of the nonces takes",
      (b) => (b.eepromBytes = 1023),
      /:10:\d+: eepromBytes must be at least 1024, the octets that the firmware keeps its nonces in, not 1023$/,
    ],
    [
      "a rate of the console that the clock does not divide to",
      (b) => (b.console.baud = 115_200),
      /:12:13: console\.baud is 115200, and the nearest that 8000000 Hz divide to is 125000 Bd, 8\.5 % off: write 38400 or 250000$/,
    ],
    [
      "a rate of the console above the clock",
      (b) => (b.console.baud = 100_000_000),
      /:12:13: console\.baud is 100000000, and the nearest that 8000000 Hz divide to is 500000 Bd, 99\.5 % off: write 500000$/,
    ],
    [
      "a title of two lines",
      (b) => (b.title = "a\n[env:x]"),
      /:3:12: title has the character U\+000A, and must be one line of what can be seen: remove it$/,
    ],
    [
      "a platform of PlatformIO's that would be two lines of its file",
      (b) => (b.platformio.platform = "atmelavr\nboard = uno"),
      /:40:17: platformio\.platform has the character U\+000A, /,
    ],
    [
      "a line of the radio where the SPI has one",
      (b) => (b.pins.dio0 = "PB4"),
      /:21:13: pins\.dio0 is PB4, MISO of the SPI: take another pin$/,
    ],
    [
      "the radio's reset at that of the processor",
      (b) => (b.pins.radioReset = "PC6"),
      /:20:19: pins\.radioReset is PC6, RESET of the processor: take another pin$/,
    ],
    [
      "an input where the SPI needs an output",
      (b) => (b.pins = { ...b.pins, radioSelect: "PB0", dio0: "PB2" }),
      /:21:13: pins\.dio0 is PB2, SS of the SPI, which must be an output, as radioSelect is: take another pin$/,
    ],
    [
      "a line of the radio where the crystal is",
      (b) => (b.pins.radioReset = "PB7"),
      /:20:19: pins\.radioReset is PB7, where the crystal is that fuses\.low, FF, chooses: take another pin$/,
    ],
    [
      "a pin of its own where a line of the radio is",
      (b) => (b.otherPins = { led: "PD2" }),
      /: otherPins\.led is PD2, which pins\.dio0 is too: give each line a pin of its own$/,
    ],
    [
      "a pin of its own that the package has not",
      (b) => (b.otherPins = { led: "PC7" }),
      /: otherPins\.led must be a port pin such as "PB2" of the atmega328p, not "PC7"$/,
    ],
    [
      "a pin of its own with a name that is none in C",
      (b) => (b.otherPins = { "my led": "PC0" }),
      /: otherPins\.my led has a name that is no macro in C: write it as "antennaSwitch"$/,
    ],
    [
      "a pin of its own with the name of something else in C",
      (b) => (b.otherPins = { fCpu: "PC0" }),
      /: otherPins\.fCpu would be F_CPU in C, which is something else: give it another name$/,
    ],
    [
      "a line of the radio among the other pins",
      (b) => (b.otherPins = { busy: "PC0" }),
      /: otherPins\.busy is a line of the radio: those stand in pins$/,
    ],
    ["other pins in a list", (b) => (b.otherPins = ["PC0"]), /: otherPins must be an object, not \["PC0"\]$/],
    [
      "two lines on one pin",
      (b) => (b.pins.dio1 = "PB2"),
      /:22:\d+: pins\.dio1 is PB2, which pins\.radioSelect is too: give each line a pin of its own$/,
    ],
    [
      "a way of flashing that its processor has not",
      (b) => (b.flashing.openocd = { config: ["x.cfg"] }),
      /:38:\d+: there is no field flashing\.openocd: the fields here are avrdude$/,
    ],
    [
      "a boot loader's drive where none is",
      (b) => (b.flashing = { uf2: { volume: "RPI-RP2" } }),
      /:30:5: there is no field flashing\.uf2: the fields here are avrdude$/,
    ],
    [
      "a boot loader without its size",
      (b) => delete b.flashing.avrdude.bootLoader.bytes,
      /:32:\d+: flashing\.avrdude\.bootLoader\.bytes is missing: it must be a whole number of at least 1$/,
    ],
    [
      "a clock that nothing counts the time at",
      (b) => (b.clockHz = 16_000_000),
      /:5:14: clockHz must be 8000000, the clock that the C of the atmega328p is made for, not 16000000$/,
    ],
    ["a clock in words", (b) => (b.clockHz = "8 MHz"), /: clockHz must be .*, not "8 MHz"$/],
    [
      "a missing pin",
      (b) => delete b.pins.dio1,
      /:18:3: pins\.dio1 is missing: it must be a port pin such as "PB2" of the atmega328p$/,
    ],
    ["an Arduino pin", (b) => (b.pins.radioSelect = "D10"), /: pins\.radioSelect must be .*, not "D10"$/],
    [
      "a pin that the package has not",
      (b) => (b.pins.dio0 = "PC7"),
      /:21:\d+: pins\.dio0 must be .*, not "PC7"$/,
    ],
    [
      "an unknown radio",
      (b) => (b.radio.chip = "sx1280"),
      /:15:\d+: radio\.chip must be "sx1276" or "sx1272" or "sx1262" or "sx1261", not "sx1280"$/,
    ],
    [
      "a TCXO of which nobody knows how long it starts",
      (b) => (b.radio.tcxo = {}),
      /: radio\.tcxo\.startUpUs is missing: it must be a whole number of at least 0$/,
    ],
    [
      "a TCXO that starts for longer than is waited for",
      (b) => (b.radio.tcxo = { startUpUs: 100_001 }),
      /:\d+:\d+: radio\.tcxo\.startUpUs must be at most 100000, not 100001$/,
    ],
    [
      "a front end that the driver cannot turn",
      (b) => (b.radio.frontEnd = "DIO2"),
      /:\d+:\d+: radio\.frontEnd must be "HAL", not "DIO2"$/,
    ],
    ["no console", (b) => (b.console = null), /: console must be an object, not null$/],
    [
      "a fuse of one digit",
      (b) => (b.fuses.low = "F"),
      /: fuses\.low must be two upper-case hex.*, not "F"$/,
    ],
    [
      "a negative current",
      (b) => (b.currentsMicroampere.radioSleep = -1),
      /: currentsMicroampere\.radioSleep /,
    ],
    [
      "a misspelt current",
      (b) => {
        b.currentsMicroampere = { ...b.currentsMicroampere, radioSlep: 1 };
        delete b.currentsMicroampere.radioSleep;
      },
      /:\d+:5: there is no field currentsMicroampere\.radioSlep: did you mean radioSleep\?$/,
    ],
    [
      "the current of a state that the processor has not",
      (b) => (b.currentsMicroampere.processorStop = 1),
      /:\d+:5: there is no field currentsMicroampere\.processorStop: the fields here are processorActive, processorIdle, processorPowerDown, radioSleep, radioStandby, radioReceive, radioTransmit14Dbm, antennaSwitch$/,
    ],
    [
      "currents in a list",
      (b) => (b.currentsMicroampere = [1]),
      /: currentsMicroampere must be an object, not \[1\]$/,
    ],
    [
      "a clock that errs more than the firmware can allow for",
      (b) => (b.clockErrorPpm = 10_001),
      /:\d+:\d+: clockErrorPpm must be a whole number from 0 to 10000, not 10001$/,
    ],
    [
      "commands that reach the radio later than the firmware can allow for",
      (b) => (b.commandLatencyUs = 5001),
      /:\d+:\d+: commandLatencyUs must be a whole number from 0 to 5000, not 5001$/,
    ],
    [
      "a misspelt field",
      (b) => {
        b.clockHertz = b.clockHz;
        delete b.clockHz;
      },
      /:\d+:3: there is no field clockHertz: did you mean clockHz\?$/,
    ],
  ];
  for (const [name, spoil, message] of CASES) {
    it(`is refused for ${name}`, () => {
      const board = good();
      spoil(board);
      refused(JSON.stringify(board, null, 2), message);
    });
  }

  const SX1262_CASES: readonly [string, (board: ReturnType<typeof good>) => void, RegExp][] = [
    [
      "what only an SX127x has",
      (b) => (b.radio.powerPin = "RFO"),
      /:18:\d+: there is no field radio\.powerPin: /,
    ],
    [
      "a line that the radio has not",
      (b) => (b.pins.dio0 = "PA10"),
      /:24:\d+: there is no field pins\.dio0: /,
    ],
    ["no BUSY", (b) => delete b.pins.busy, /:19:\d+: pins\.busy is missing: it must be a port pin .*$/],
    [
      "BUSY on the pin of another line",
      (b) => (b.pins.busy = "PA0"),
      /:22:\d+: pins\.busy is PA0, which pins\.radioReset is too: give each line a pin of its own$/,
    ],
    [
      "BUSY where the SPI has a line",
      (b) => (b.pins.busy = "PA5"),
      /:22:\d+: pins\.busy is PA5, which otherPins\.radioSck is too: give each line a pin of its own$/,
    ],
    [
      "BUSY where the console is",
      (b) => (b.pins.busy = "PA2"),
      /:22:\d+: pins\.busy is PA2, which otherPins\.consoleTx is too: give each line a pin of its own$/,
    ],
    [
      "a line of the radio where the antenna switch is",
      (b) => (b.pins.dio1 = "PA9"),
      /:30:\d+: otherPins\.antennaSwitchSupply is PA9, which pins\.dio1 is too: /,
    ],
    [
      "a line of the radio where the debugger is",
      (b) => (b.pins.radioSelect = "PA13"),
      /:20:20: pins\.radioSelect is PA13, SWDIO of the debugger: take another pin$/,
    ],
    [
      "a line of the SPI where SPI1 cannot be",
      (b) => (b.otherPins.radioMiso = "PA8"),
      /:27:18: otherPins\.radioMiso must be "PA6" or "PA11" or "PB4", not "PA8"$/,
    ],
    [
      "no pin of the console",
      (b) => delete b.otherPins.consoleTx,
      /:25:3: otherPins\.consoleTx is missing: it must be "PA2"$/,
    ],
    [
      "no pins of SPI and console",
      (b) => delete b.otherPins,
      /:1:1: otherPins is missing: it must be an object$/,
    ],
    [
      "a configuration of OpenOCD's that has no name",
      (b) => (b.flashing.openocd.config = ["a.cfg", ""]),
      /:36:9: flashing\.openocd\.config\.1 must be a text, not ""$/,
    ],
    [
      "a switch that is not known",
      (b) => (b.radio.rfSwitch = "DIO3"),
      /:16:\d+: radio\.rfSwitch must be "DIO2" or "none", not "DIO3"$/,
    ],
    ["no regulator", (b) => delete b.radio.regulator, /: radio\.regulator is missing: it must be .*$/],
    [
      "a TCXO that DIO3 cannot supply",
      (b) => (b.radio.tcxo = { millivolts: 2500, startUpUs: 5000 }),
      /:19:\d+: radio\.tcxo\.millivolts must be what DIO3 can supply, one of 1600, 1700, .*, not 2500$/,
    ],
    [
      "a TCXO that never starts",
      (b) => (b.radio.tcxo = { millivolts: 1700, startUpUs: 200_000 }),
      /:20:\d+: radio\.tcxo\.startUpUs must be at most 100000, not 200000$/,
    ],
  ];
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
