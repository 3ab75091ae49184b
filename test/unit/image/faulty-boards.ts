/** What may be wrong with a board.json, and what is said of it then. */

// biome-ignore lint/suspicious/noExplicitAny: what a user may have written
type Case = readonly [what: string, spoil: (board: any) => void, message: RegExp];

/** Of the board.json of the Pro Mini. */
export const CASES: readonly Case[] = [
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
  ["a fuse of one digit", (b) => (b.fuses.low = "F"), /: fuses\.low must be two upper-case hex.*, not "F"$/],
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

/** Of the board.json of a Nucleo with an SX1262. */
export const SX1262_CASES: readonly Case[] = [
  [
    "what only an SX127x has",
    (b) => (b.radio.powerPin = "RFO"),
    /:18:\d+: there is no field radio\.powerPin: /,
  ],
  ["a line that the radio has not", (b) => (b.pins.dio0 = "PA10"), /:24:\d+: there is no field pins\.dio0: /],
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
    /:31:\d+: otherPins\.antennaSwitchSupply is PA9, which pins\.dio1 is too: /,
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
    /:37:9: flashing\.openocd\.config\.1 must be a text, not ""$/,
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
