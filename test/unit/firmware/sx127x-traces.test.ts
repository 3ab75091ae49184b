/**
 * What the SX127x driver writes for each data rate, register by register: the sequences of the data sheet (4.1.6), and
 * what the errata note asks for in its items 2.1 (500 kHz) and 2.3 (reception).
 */
import assert from "node:assert/strict";
import { recordedDriver } from "./support/sx127x-recorder.ts";

const [KHZ_125, KHZ_250, KHZ_500] = [7, 8, 9];

const STANDBY = "01 81";
const SLEEP = "01 80";

interface Lora {
  readonly rate: string;
  readonly spreadingFactor: 7 | 8 | 9 | 10 | 11 | 12;
  readonly bandwidth: number;
  /** In units of 100 Hz, and RegFrf. */
  readonly uplink: readonly [number, ...string[]];
  readonly downlink: readonly [number, ...string[]];
  /** RegModemConfig1 (bandwidth, 4/5, explicit header), RegModemConfig3 (LDRO, automatic gain), errata 2.1. */
  readonly modem: readonly string[];
  /** RegModemConfig2: SF, CRC. */
  readonly modemUp: string;
  /** The window's symbols; RegModemConfig2 with their upper bits, RegSymbTimeoutLsb. */
  readonly symbols: number;
  readonly modemDown: readonly string[];
  /** Errata 2.3. */
  readonly reception: readonly string[];
}

const EU = {
  uplink: [8681000, "06 d9", "07 06", "08 66"],
  downlink: [8695250, "06 d9", "07 61", "08 9a"],
  reception: ["31 43", "30 00", "2f 40"],
} as const;

/** US902-928 at 500 kHz. */
const US = {
  bandwidth: KHZ_500,
  uplink: [9046000, "06 e2", "07 26", "08 66"],
  downlink: [9233000, "06 e6", "07 d3", "08 33"],
  modem: ["1d 92", "26 04", "36 02", "3a 64"],
  symbols: 8,
  reception: ["31 c3"],
} as const;

const LORA: readonly Lora[] = [
  {
    rate: "DR0, SF12 at 125 kHz",
    spreadingFactor: 12,
    bandwidth: KHZ_125,
    ...EU,
    modem: ["1d 72", "26 0c", "36 03"],
    modemUp: "1e c4",
    symbols: 8,
    modemDown: ["1e c0", "1f 08"],
  },
  {
    rate: "DR1, SF11 at 125 kHz",
    spreadingFactor: 11,
    bandwidth: KHZ_125,
    ...EU,
    modem: ["1d 72", "26 0c", "36 03"],
    modemUp: "1e b4",
    symbols: 5,
    modemDown: ["1e b0", "1f 05"],
  },
  {
    rate: "DR2, SF10 at 125 kHz",
    spreadingFactor: 10,
    bandwidth: KHZ_125,
    ...EU,
    modem: ["1d 72", "26 04", "36 03"],
    modemUp: "1e a4",
    symbols: 255,
    modemDown: ["1e a0", "1f ff"],
  },
  {
    rate: "DR3, SF9 at 125 kHz",
    spreadingFactor: 9,
    bandwidth: KHZ_125,
    ...EU,
    modem: ["1d 72", "26 04", "36 03"],
    modemUp: "1e 94",
    symbols: 256,
    modemDown: ["1e 91", "1f 00"],
  },
  {
    rate: "DR4, SF8 at 125 kHz",
    spreadingFactor: 8,
    bandwidth: KHZ_125,
    ...EU,
    modem: ["1d 72", "26 04", "36 03"],
    modemUp: "1e 84",
    symbols: 700,
    modemDown: ["1e 82", "1f bc"],
  },
  {
    rate: "DR5, SF7 at 125 kHz",
    spreadingFactor: 7,
    bandwidth: KHZ_125,
    ...EU,
    modem: ["1d 72", "26 04", "36 03"],
    modemUp: "1e 74",
    symbols: 1023,
    modemDown: ["1e 73", "1f ff"],
  },
  {
    rate: "DR6, SF7 at 250 kHz",
    spreadingFactor: 7,
    bandwidth: KHZ_250,
    ...EU,
    uplink: [8683000, "06 d9", "07 13", "08 33"],
    modem: ["1d 82", "26 04", "36 03"],
    modemUp: "1e 74",
    symbols: 12,
    modemDown: ["1e 70", "1f 0c"],
  },
  {
    rate: "SF12 at 500 kHz",
    spreadingFactor: 12,
    ...US,
    modemUp: "1e c4",
    modemDown: ["1e c0", "1f 08"],
  },
  {
    rate: "SF11 at 500 kHz",
    spreadingFactor: 11,
    ...US,
    modemUp: "1e b4",
    modemDown: ["1e b0", "1f 08"],
  },
  {
    rate: "SF10 at 500 kHz",
    spreadingFactor: 10,
    ...US,
    modemUp: "1e a4",
    modemDown: ["1e a0", "1f 08"],
  },
  {
    rate: "SF9 at 500 kHz",
    spreadingFactor: 9,
    ...US,
    modemUp: "1e 94",
    modemDown: ["1e 90", "1f 08"],
  },
  {
    rate: "SF8 at 500 kHz",
    spreadingFactor: 8,
    ...US,
    modemUp: "1e 84",
    modemDown: ["1e 80", "1f 08"],
  },
  {
    rate: "SF7 at 500 kHz",
    spreadingFactor: 7,
    ...US,
    modemUp: "1e 74",
    modemDown: ["1e 70", "1f 08"],
  },
];

/**
 * The SX1272 has bandwidth, CRC and LDRO in RegModemConfig1, automatic gain in RegModemConfig2, and no errata by
 * bandwidth.
 */
const SX1272: ReadonlyArray<
  readonly [string, 7 | 8 | 9 | 10 | 11 | 12, number, up: readonly string[], down: readonly string[]]
> = [
  ["SF12 at 125 kHz", 12, KHZ_125, ["1d 0b", "1e c4"], ["1d 09", "1e c4", "1f 08"]],
  ["SF11 at 125 kHz", 11, KHZ_125, ["1d 0b", "1e b4"], ["1d 09", "1e b4", "1f 08"]],
  ["SF10 at 125 kHz", 10, KHZ_125, ["1d 0a", "1e a4"], ["1d 08", "1e a4", "1f 08"]],
  ["SF9 at 125 kHz", 9, KHZ_125, ["1d 0a", "1e 94"], ["1d 08", "1e 94", "1f 08"]],
  ["SF8 at 125 kHz", 8, KHZ_125, ["1d 0a", "1e 84"], ["1d 08", "1e 84", "1f 08"]],
  ["SF7 at 125 kHz", 7, KHZ_125, ["1d 0a", "1e 74"], ["1d 08", "1e 74", "1f 08"]],
  ["SF7 at 250 kHz", 7, KHZ_250, ["1d 4a", "1e 74"], ["1d 48", "1e 74", "1f 08"]],
  ["SF12 at 500 kHz", 12, KHZ_500, ["1d 8a", "1e c4"], ["1d 88", "1e c4", "1f 08"]],
  ["SF11 at 500 kHz", 11, KHZ_500, ["1d 8a", "1e b4"], ["1d 88", "1e b4", "1f 08"]],
  ["SF10 at 500 kHz", 10, KHZ_500, ["1d 8a", "1e a4"], ["1d 88", "1e a4", "1f 08"]],
  ["SF9 at 500 kHz", 9, KHZ_500, ["1d 8a", "1e 94"], ["1d 88", "1e 94", "1f 08"]],
  ["SF8 at 500 kHz", 8, KHZ_500, ["1d 8a", "1e 84"], ["1d 88", "1e 84", "1f 08"]],
  ["SF7 at 500 kHz", 7, KHZ_500, ["1d 8a", "1e 74"], ["1d 88", "1e 74", "1f 08"]],
];

const NORMAL_IQ = ["33 27", "3b 1d"];
const INVERTED_IQ = ["33 67", "3b 19"];

/** Length, pointer, octets; all masked but TxDone, DIO0 for it, nothing pending; TX. */
const SEND_THREE = ["22 03", "0d 00", "00 01 02 03", "11 f7", "40 40", "12 ff", "01 83"];
/** All masked but RxDone, RxTimeout and PayloadCrcError; DIO0 for the first, DIO1 for the second; nothing pending. */
const RX_INTERRUPTS = ["11 1f", "40 00", "12 ff"];

const MESSAGE = Uint8Array.from({ length: 64 }, (_, i) => i + 1);

describe("firmware: SX127x driver, by data rate", () => {
  for (const lora of LORA) {
    const { rate, spreadingFactor, bandwidth } = lora;

    it(`transmits at ${rate}`, () => {
      const { transmit, chip } = recordedDriver();
      const [frequency, ...frf] = lora.uplink;
      transmit(frequency, spreadingFactor, bandwidth, MESSAGE, 3);
      assert.deepEqual(chip.writes, [
        STANDBY,
        ...frf,
        ...lora.modem,
        lora.modemUp,
        ...NORMAL_IQ,
        ...SEND_THREE,
      ]);
      assert.ok(chip.timeUs >= 250, "after the start of the crystal");
    });

    it(`receives at ${rate}`, () => {
      const { prepareReceiver, openReceiver, OPENING_US, chip } = recordedDriver();
      const [frequency, ...frf] = lora.downlink;
      prepareReceiver(frequency, spreadingFactor, bandwidth, lora.symbols);
      chip.timeUs = 5_000_000 - OPENING_US;
      openReceiver(5_000_000);
      assert.deepEqual(chip.writes, [
        STANDBY,
        ...frf,
        ...lora.modem,
        ...lora.modemDown,
        ...INVERTED_IQ,
        ...lora.reception,
        ...RX_INTERRUPTS,
        SLEEP,
        STANDBY,
        "01 86", // RXSINGLE
      ]);
      assert.equal(chip.timeUs, 5_000_000);
    });
  }

  for (const [rate, spreadingFactor, bandwidth, up, down] of SX1272) {
    it(`transmits and receives at ${rate} with an SX1272`, () => {
      const { transmit, prepareReceiver, chip } = recordedDriver({ IS_SX1272: true });
      const frf = ["06 d9", "07 06", "08 66"];
      transmit(8681000, spreadingFactor, bandwidth, MESSAGE, 3);
      assert.deepEqual(chip.writes, [STANDBY, ...frf, ...up, ...NORMAL_IQ, ...SEND_THREE]);
      chip.writes.length = 0;
      prepareReceiver(8681000, spreadingFactor, bandwidth, 8);
      assert.deepEqual(chip.writes, [STANDBY, ...frf, ...down, ...INVERTED_IQ, ...RX_INTERRUPTS, SLEEP]);
    });
  }

  for (const [spreadingFactor, modem] of [
    [7, ["1d 72", "26 04", "36 03", "1e 74"]],
    [8, ["1d 72", "26 04", "36 03", "1e 84"]],
    [9, ["1d 72", "26 04", "36 03", "1e 94"]],
    [10, ["1d 72", "26 04", "36 03", "1e a4"]],
    [11, ["1d 72", "26 0c", "36 03", "1e b4"]],
    [12, ["1d 72", "26 0c", "36 03", "1e c4"]],
  ] as const) {
    it(`detects activity at SF${spreadingFactor}`, () => {
      const { detectActivity, readActivity, chip } = recordedDriver();
      detectActivity(8681000, spreadingFactor, KHZ_125);
      assert.deepEqual(chip.writes, [
        STANDBY,
        "06 d9",
        "07 06",
        "08 66",
        ...modem,
        ...NORMAL_IQ,
        "11 fa", // CadDone and CadDetected pass
        "40 80", // DIO0 for CadDone
        "12 ff",
        "01 87", // CAD
      ]);
      for (const [flags, isActive] of [
        [0x04, false],
        [0x05, true],
      ] as const) {
        chip.registers[0x12] = flags;
        assert.equal(readActivity(), isActive);
        assert.equal(chip.writes.at(-1), SLEEP);
      }
    });
  }

  /** What both directions set up for DR7, by chip: RegOpMode, and RegPaRamp of the SX1276, have the Gaussian filter. */
  const FSK = (standby: string, ramp: readonly string[]) => [
    SLEEP, // LongRangeMode changes in sleep
    "01 00",
    standby,
    "02 02", // 50 kbit/s
    "03 80",
    "04 01", // 25 kHz
    "05 9a",
    "0d 1e", // AFC and AGC by the preamble
    "12 0b", // 50 kHz
    "13 12", // 83.3 kHz
    "1f aa", // two octets of preamble
    "25 00", // of five
    "26 05",
    "27 12", // three octets of sync word
    "28 c1",
    "29 94",
    "2a c1",
    "30 d8", // variable length, whitening, CRC-CCITT, kept when it is wrong
    "32 ff",
    "35 bf", // start with the first octet; FifoLevel over 63
    "40 00", // DIO0 for PacketSent and PayloadReady
    ...ramp,
    "06 d9", // 868.8 MHz
    "07 33",
    "08 33",
  ];

  const CHIPS: ReadonlyArray<readonly [string, boolean, string, readonly string[], string, string]> = [
    ["SX1276", false, "01 01", ["0a 29"], "01 03", "01 05"],
    ["SX1272", true, "01 09", [], "01 0b", "01 0d"],
  ];
  for (const [name, isSx1272, standby, ramp, tx, rx] of CHIPS) {
    it(`transmits at DR7, FSK at 50 kbit/s, with an ${name}`, () => {
      const { transmitFsk, chip } = recordedDriver({ IS_SX1272: isSx1272 });
      chip.onRead = () => (chip.fsk[0x3f] = 0x08); // PacketSent
      transmitFsk(8688000, MESSAGE, 3);
      assert.deepEqual(chip.writes, [...FSK(standby, ramp), "00 03 01 02 03", tx, "01 00", SLEEP]);
    });

    it(`receives at DR7, FSK at 50 kbit/s, with an ${name}`, () => {
      const { prepareFskReceiver, openReceiver, readFrame, OPENING_US, chip } = recordedDriver({
        IS_SX1272: isSx1272,
      });
      prepareFskReceiver(8688000, 10_000);
      chip.timeUs = 5_000_000 - OPENING_US;
      chip.fifo = [3, 1, 2, 3];
      openReceiver(5_000_000);
      assert.equal(chip.timeUs, 5_000_000);
      assert.deepEqual(chip.writes, [
        ...FSK(standby, ramp),
        "22 20", // 32 * 16 bits for a sync word: 10.24 ms
        "01 00",
        standby,
        rx,
      ]);
      chip.writes.length = 0;
      chip.fsk[0x3f] = 0x06; // PayloadReady, CrcOk
      const frame = new Uint8Array(64);
      assert.equal(readFrame(frame), 3);
      assert.deepEqual([...frame.slice(0, 4)], [1, 2, 3, 0]);
      assert.deepEqual(chip.writes, ["01 00", SLEEP]);
    });
  }

  it("fills the FIFO of 64 octets up while a frame of 64 is sent", () => {
    const { transmitFsk, chip } = recordedDriver();
    chip.onRead = () => (chip.fsk[0x3f] = 0x08);
    transmitFsk(8688000, MESSAGE, 64);
    const start = chip.writes.indexOf("01 03");
    const octets = (entry: string) => entry.split(" ").slice(1);
    const hex = Array.from(MESSAGE, (octet) => octet.toString(16).padStart(2, "0"));
    assert.deepEqual(octets(chip.writes[start - 1]), ["40", ...hex.slice(0, 62)]);
    assert.deepEqual(octets(chip.writes[start + 1]), hex.slice(62));
  });

  it("gives an FSK window up where no sync word comes, and says so by DIO1", () => {
    const { prepareFskReceiver, openReceiver, chip } = recordedDriver();
    prepareFskReceiver(8688000, 10_000);
    chip.writes.length = 0;
    let looks = 0;
    chip.onRead = () => {
      chip.fsk[0x3f] = 0x40; // FifoEmpty
      chip.fsk[0x3e] = looks++ > 20 ? 0x04 : 0; // Timeout
    };
    openReceiver(1000);
    assert.deepEqual(chip.writes, ["01 01", "01 05", "01 01", "3f 10", "40 10"]);
  });

  for (const length of [0, 65, 255]) {
    it(`gives an FSK window up at a length octet of ${length}`, () => {
      const { prepareFskReceiver, openReceiver, chip } = recordedDriver();
      prepareFskReceiver(8688000, 10_000);
      chip.writes.length = 0;
      chip.fifo = [length, 1, 2, 3];
      openReceiver(1000);
      assert.deepEqual(chip.writes, ["01 01", "01 05", "01 01", "3f 10", "40 10"]);
    });
  }

  for (const [what, flags] of [
    ["whose CRC is wrong", 0x04],
    ["that is not complete", 0x00],
  ] as const) {
    it(`takes no FSK frame ${what}`, () => {
      const { prepareFskReceiver, openReceiver, readFrame, chip } = recordedDriver();
      prepareFskReceiver(8688000, 10_000);
      chip.fifo = [3, 1, 2, 3];
      openReceiver(1000);
      chip.fsk[0x3f] = flags;
      assert.equal(readFrame(new Uint8Array(64)), 0);
      assert.equal(chip.writes.at(-1), SLEEP);
    });
  }

  it("goes on with LoRa after an FSK window that was not opened", () => {
    const { prepareFskReceiver, transmit, chip } = recordedDriver();
    prepareFskReceiver(8688000, 10_000);
    chip.writes.length = 0;
    transmit(8681000, 7, KHZ_125, MESSAGE, 3);
    assert.equal(chip.writes[0], STANDBY);
  });
});

describe("firmware: SX127x driver, start and power", () => {
  it("resets, calibrates and sets up in the order of the data sheet", () => {
    const { startRadio, chip } = recordedDriver();
    assert.equal(startRadio(8681000, 14), true);
    assert.deepEqual(chip.writes.slice(2), [
      "01 01", // FSK standby
      "06 d9",
      "07 06",
      "08 66",
      "3b 40", // ImageCalStart
      "01 00", // LongRangeMode changes in sleep
      SLEEP,
      "0c 23", // highest gain, boost
      "0e 00",
      "23 40", // 64 octets at most
      "39 34", // LoRaWAN
      "09 8c",
    ]);
  });

  it("has the SX1272 choose its intermediate frequency, as item 2.2 of its errata note asks, and leaves other bits alone", () => {
    const { startRadio, chip } = recordedDriver({ IS_SX1272: true });
    chip.onRead = (address) => {
      if (address === 0x31) chip.registers[0x31] = 0x43;
    };
    startRadio(8681000, 14);
    assert.deepEqual(chip.writes.slice(-3), ["39 34", "31 c3", "09 8c"]);
  });

  it("knows the chip by its version", () => {
    const { startRadio, chip } = recordedDriver();
    assert.equal(recordedDriver({ IS_SX1272: true }).startRadio(8681000, 14), true);
    const { radioReset } = chip.hal;
    chip.hal.radioReset = (asserted) => {
      radioReset(asserted);
      chip.registers[0x42] = 0x22;
    };
    assert.equal(startRadio(8681000, 14), false);
  });

  const HIGH = ["4d 87", "0b 3b"];
  const NORMAL = ["4d 84", "0b 2b"];
  type Output = Readonly<Record<string, boolean>>;
  const BOOST: Output = {};
  const RFO: Output = { RFO: true };
  const BOOST_1272: Output = { IS_SX1272: true };
  const RFO_1272: Output = { IS_SX1272: true, RFO: true };
  /** RegPaDac, RegOcp and RegPaConfig by output and power. */
  const POWERS: ReadonlyArray<readonly [string, Output, number, readonly string[]]> = [
    ["PA_BOOST", BOOST, 2, [...NORMAL, "09 80"]],
    ["PA_BOOST", BOOST, 14, [...NORMAL, "09 8c"]],
    ["PA_BOOST", BOOST, 17, [...NORMAL, "09 8f"]],
    ["PA_BOOST", BOOST, 18, [...HIGH, "09 8d"]],
    ["PA_BOOST", BOOST, 20, [...HIGH, "09 8f"]],
    ["PA_BOOST, which begins at 2 dBm,", BOOST, -4, [...NORMAL, "09 80"]],
    ["PA_BOOST, which ends at 20 dBm,", BOOST, 22, [...HIGH, "09 8f"]],
    ["RFO", RFO, -4, ["09 00"]],
    ["RFO", RFO, 0, ["09 04"]],
    ["RFO", RFO, 1, ["09 71"]],
    ["RFO", RFO, 14, ["09 7e"]],
    ["RFO, which ends at 14 dBm,", RFO, 20, ["09 7e"]],
    ["RFO, which begins at -4 dBm,", RFO, -17, ["09 00"]],
    ["PA_BOOST of the SX1272", BOOST_1272, 14, ["5a 84", "0b 2b", "09 8c"]],
    ["PA_BOOST of the SX1272", BOOST_1272, 20, ["5a 87", "0b 3b", "09 8f"]],
    ["RFO of the SX1272", RFO_1272, -1, ["09 00"]],
    ["RFO of the SX1272", RFO_1272, 14, ["09 0f"]],
    ["RFO of the SX1272, which begins at -1 dBm,", RFO_1272, -4, ["09 00"]],
  ];
  for (const [output, config, powerDbm, writes] of POWERS) {
    it(`sets ${output} to ${powerDbm} dBm`, () => {
      const { setPower, chip } = recordedDriver(config);
      setPower(powerDbm);
      assert.deepEqual(chip.writes, writes);
    });
  }

  it("lifts the limits at once where it starts with 20 dBm", () => {
    const { startRadio, chip } = recordedDriver();
    startRadio(8681000, 20);
    assert.deepEqual(chip.writes.slice(-3), [...HIGH, "09 8f"]);
  });
});
