/**
 * The commands of the SX126x driver for each data rate, octet by octet: the order of the data sheet's chapter 14, and
 * what its known limitations 15.1 (modulation) and 15.4 (inverted IQ) ask for. The frequency may be a step off (0.954
 * Hz): drivers round or cut.
 */
import assert from "node:assert/strict";
import { recordedDriver, SLEEP, WAKE } from "./support/sx126x-recorder.ts";

const SET_FREQUENCY = "86 ";

function steps(command: string): number {
  return Number.parseInt(command.slice(SET_FREQUENCY.length).replaceAll(" ", ""), 16);
}

/** Equal commands in equal order, frequencies within a step. */
function assertTrace(actual: readonly string[], expected: readonly string[]): void {
  const near = actual.map((command, index) => {
    const wanted = expected[index] ?? "";
    const areFrequencies = command.startsWith(SET_FREQUENCY) && wanted.startsWith(SET_FREQUENCY);
    return areFrequencies && Math.abs(steps(command) - steps(wanted)) <= 1 ? wanted : command;
  });
  assert.deepEqual(near, expected);
}

const [KHZ_125, KHZ_250, KHZ_500] = [4, 5, 6];

/**
 * A LoRa data rate: what SetModulationParams says of it, and what register 0x0889 must hold in a transmission (15.1).
 */
interface Lora {
  readonly rate: string;
  readonly spreadingFactor: 7 | 8 | 9 | 10 | 11 | 12;
  readonly bandwidth: number;
  readonly modulation: string;
  readonly txModulation: string;
  /** In units of 100 Hz, and SetRfFrequency. */
  readonly uplink: readonly [number, string];
  readonly downlink: readonly [number, string];
  /** Symbols of the window; SetLoRaSymbNumTimeout, register 0x0706, and SetRx with the header's 24 symbols more. */
  readonly symbols: number;
  readonly symbolTimeout: readonly [command: string, register: string];
  readonly timeout: string;
}

const EU = { uplink: [8681000, "86 36 41 99 9a"], downlink: [8695250, "86 36 58 66 66"] } as const;
const US = { uplink: [9046000, "86 38 89 99 9a"], downlink: [9233000, "86 39 b4 cc cd"] } as const;

const LORA: readonly Lora[] = [
  {
    rate: "DR0, SF12 at 125 kHz",
    spreadingFactor: 12,
    bandwidth: KHZ_125,
    modulation: "8b 0c 04 01 01",
    txModulation: "0d 08 89 05",
    ...EU,
    symbols: 8,
    symbolTimeout: ["a0 08", "0d 07 06 20"], // 4 * 2
    timeout: "82 01 06 24",
  },
  {
    rate: "DR1, SF11 at 125 kHz",
    spreadingFactor: 11,
    bandwidth: KHZ_125,
    modulation: "8b 0b 04 01 01",
    txModulation: "0d 08 89 05",
    ...EU,
    symbols: 5,
    symbolTimeout: ["a0 06", "0d 07 06 18"], // 3 * 2
    timeout: "82 00 76 c8",
  },
  {
    rate: "DR2, SF10 at 125 kHz",
    spreadingFactor: 10,
    bandwidth: KHZ_125,
    modulation: "8b 0a 04 01 00",
    txModulation: "0d 08 89 05",
    ...EU,
    symbols: 63,
    symbolTimeout: ["a0 40", "0d 07 06 41"], // 8 * 8
    timeout: "82 00 b2 2d",
  },
  {
    rate: "DR3, SF9 at 125 kHz",
    spreadingFactor: 9,
    bandwidth: KHZ_125,
    modulation: "8b 09 04 01 00",
    txModulation: "0d 08 89 05",
    ...EU,
    symbols: 100,
    symbolTimeout: ["a0 68", "0d 07 06 69"], // 13 * 8
    timeout: "82 00 7e f9",
  },
  {
    rate: "DR4, SF8 at 125 kHz",
    spreadingFactor: 8,
    bandwidth: KHZ_125,
    modulation: "8b 08 04 01 00",
    txModulation: "0d 08 89 05",
    ...EU,
    symbols: 248,
    symbolTimeout: ["a0 f8", "0d 07 06 f9"], // 31 * 8
    timeout: "82 00 8b 43",
  },
  {
    rate: "DR5, SF7 at 125 kHz",
    spreadingFactor: 7,
    bandwidth: KHZ_125,
    modulation: "8b 07 04 01 00",
    txModulation: "0d 08 89 05",
    ...EU,
    symbols: 249,
    symbolTimeout: ["a0 00", "0d 07 06 00"], // more than it counts: the timer of SetRx alone
    timeout: "82 00 45 e3",
  },
  {
    rate: "DR6, SF7 at 250 kHz",
    spreadingFactor: 7,
    bandwidth: KHZ_250,
    modulation: "8b 07 05 01 00",
    txModulation: "0d 08 89 05",
    ...EU,
    symbols: 12,
    symbolTimeout: ["a0 0c", "0d 07 06 30"], // 6 * 2
    timeout: "82 00 04 9b",
  },
  {
    rate: "SF12 at 500 kHz",
    spreadingFactor: 12,
    bandwidth: KHZ_500,
    modulation: "8b 0c 06 01 00",
    txModulation: "0d 08 89 01",
    ...US,
    symbols: 8,
    symbolTimeout: ["a0 08", "0d 07 06 20"],
    timeout: "82 00 41 89",
  },
  {
    rate: "SF11 at 500 kHz",
    spreadingFactor: 11,
    bandwidth: KHZ_500,
    modulation: "8b 0b 06 01 00",
    txModulation: "0d 08 89 01",
    ...US,
    symbols: 8,
    symbolTimeout: ["a0 08", "0d 07 06 20"],
    timeout: "82 00 20 c4",
  },
  {
    rate: "SF10 at 500 kHz",
    spreadingFactor: 10,
    bandwidth: KHZ_500,
    modulation: "8b 0a 06 01 00",
    txModulation: "0d 08 89 01",
    ...US,
    symbols: 8,
    symbolTimeout: ["a0 08", "0d 07 06 20"],
    timeout: "82 00 10 62",
  },
  {
    rate: "SF9 at 500 kHz",
    spreadingFactor: 9,
    bandwidth: KHZ_500,
    modulation: "8b 09 06 01 00",
    txModulation: "0d 08 89 01",
    ...US,
    symbols: 8,
    symbolTimeout: ["a0 08", "0d 07 06 20"],
    timeout: "82 00 08 31",
  },
  {
    rate: "SF8 at 500 kHz",
    spreadingFactor: 8,
    bandwidth: KHZ_500,
    modulation: "8b 08 06 01 00",
    txModulation: "0d 08 89 01",
    ...US,
    symbols: 8,
    symbolTimeout: ["a0 08", "0d 07 06 20"],
    timeout: "82 00 04 18",
  },
  {
    rate: "SF7 at 500 kHz",
    spreadingFactor: 7,
    bandwidth: KHZ_500,
    modulation: "8b 07 06 01 00",
    txModulation: "0d 08 89 01",
    ...US,
    symbols: 8,
    symbolTimeout: ["a0 08", "0d 07 06 20"],
    timeout: "82 00 02 0c",
  },
];

const MESSAGE = Uint8Array.from({ length: 64 }, (_, i) => i + 1);

describe("firmware: SX126x driver, by data rate", () => {
  for (const lora of LORA) {
    const { rate, spreadingFactor, bandwidth, modulation, txModulation, uplink, downlink } = lora;

    it(`transmits at ${rate}`, () => {
      const { transmit, chip } = recordedDriver();
      transmit(uplink[0], spreadingFactor, bandwidth, MESSAGE, 3);
      assertTrace(chip.commands, [
        WAKE,
        modulation, // SetModulationParams
        "8c 00 08 00 03 01 00", // SetPacketParams: preamble 8, explicit header, 3 octets, CRC, standard IQ
        "0d 07 36 0d", // 15.4: bit 2 with standard IQ
        txModulation, // 15.1
        "0e 00 01 02 03", // WriteBuffer
        "08 00 01 00 01 00 00 00 00", // SetDioIrqParams: TxDone on DIO1
        "02 ff ff", // ClearIrqStatus
        uplink[1], // SetRfFrequency
        "83 00 00 00", // SetTx
      ]);
    });

    it(`receives at ${rate}`, () => {
      const { prepareReceiver, openReceiver, OPENING_US, chip } = recordedDriver();
      prepareReceiver(downlink[0], spreadingFactor, bandwidth, lora.symbols);
      chip.timeUs = 5_000_000 - OPENING_US;
      openReceiver(5_000_000);
      assertTrace(chip.commands, [
        WAKE,
        modulation, // SetModulationParams
        "8c 00 08 00 40 00 01", // SetPacketParams: preamble 8, explicit header, 64 octets at most, no CRC, inverted IQ
        "0d 07 36 09", // 15.4: not bit 2 with inverted IQ
        "08 02 62 02 62 00 00 00 00", // SetDioIrqParams: RxDone, HeaderErr, CrcErr, Timeout on DIO1
        "02 ff ff", // ClearIrqStatus
        downlink[1], // SetRfFrequency
        ...lora.symbolTimeout,
        ...SLEEP,
        WAKE,
        "80 01", // SetStandby: XOSC
        lora.timeout, // SetRx
      ]);
      assert.equal(chip.timeUs, 5_000_000);
    });
  }

  /** What both directions set up for DR7. */
  const FSK = (length: string) => [
    WAKE,
    "8a 00", // SetPacketType: GFSK
    "8b 00 50 00 0b 0b 00 66 66", // SetModulationParams: 50 kbit/s, BT 1.0, 117.3 kHz, 25 kHz
    "0d 06 c0 c1 94 c1", // sync word
    "0d 06 bc 1d 0f 10 21", // CRC: start value, polynomial
    // SetPacketParams: preamble of 40 bits, detected by 8, sync word of 24, no address, length octet, CRC, whitening
    `8c 00 28 04 18 00 01 ${length} 06 01`,
    "0d 06 b8 01", // whitening from 0x1ff
    "0d 06 b9 ff",
  ];

  it("transmits at DR7, FSK at 50 kbit/s", () => {
    const { transmitFsk, chip } = recordedDriver();
    transmitFsk(8688000, MESSAGE, 3);
    assertTrace(chip.commands, [
      ...FSK("03"),
      "0d 08 89 05", // 15.1, as with LoRa below 500 kHz
      "0e 00 01 02 03", // WriteBuffer
      "08 00 01 00 01 00 00 00 00", // SetDioIrqParams: TxDone on DIO1
      "02 ff ff", // ClearIrqStatus
      "86 36 4c cc cd", // SetRfFrequency
      "83 00 00 00", // SetTx
    ]);
  });

  it("receives at DR7, FSK at 50 kbit/s", () => {
    const { prepareFskReceiver, openReceiver, OPENING_US, chip } = recordedDriver();
    prepareFskReceiver(8688000, 10_000);
    chip.timeUs = 5_000_000 - OPENING_US;
    openReceiver(5_000_000);
    assertTrace(chip.commands, [
      ...FSK("40"),
      "08 02 62 02 62 00 00 00 00", // SetDioIrqParams: RxDone, CrcErr, Timeout on DIO1
      "02 ff ff", // ClearIrqStatus
      "86 36 4c cc cd", // SetRfFrequency
      ...SLEEP,
      WAKE,
      "80 01", // SetStandby: XOSC
      "82 00 02 80", // SetRx: 10 ms
    ]);
    assert.equal(chip.timeUs, 5_000_000);
  });

  it("keeps the bits of the whitening register that are not the seed's", () => {
    const { transmitFsk, chip } = recordedDriver();
    chip.registers.set(0x06b8, 0xa4);
    transmitFsk(8688000, MESSAGE, 3);
    assert.equal(chip.register(0x06b8), 0xa5);
  });

  it("goes back to LoRa after FSK, and chooses the modem from then on", () => {
    const { transmitFsk, prepareReceiver, transmit, readNoise, chip } = recordedDriver();
    transmitFsk(8688000, MESSAGE, 3);
    for (const use of [
      () => prepareReceiver(8688000, 12, KHZ_125, 8),
      () => transmit(8688000, 7, KHZ_125, MESSAGE, 3),
      () => readNoise(),
    ]) {
      chip.commands.length = 0;
      use();
      assert.deepEqual(chip.commands.slice(0, 4), [WAKE, "8a 01", "8b 07 04 01 00", "8c 00 08 00 40 01 00"]);
    }
  });

  it("leaves the modem alone where FSK is not used", () => {
    const { transmit, prepareReceiver, chip } = recordedDriver();
    transmit(8681000, 7, KHZ_125, MESSAGE, 3);
    prepareReceiver(8681000, 7, KHZ_125, 8);
    assert.ok(!chip.commands.some((command) => command.startsWith("8a")), chip.commands.join("\n"));
  });

  // AN1200.48: symbols (codes 1 and 2 are 2 and 4), peak, least.
  for (const [spreadingFactor, parameters] of [
    [7, "01 16 0a"],
    [8, "01 16 0a"],
    [9, "02 17 0a"],
    [10, "02 18 0a"],
    [11, "02 19 0a"],
    [12, "02 1c 0a"],
  ] as const) {
    it(`detects activity at SF${spreadingFactor}`, () => {
      const { detectActivity, readActivity, chip } = recordedDriver();
      detectActivity(8681000, spreadingFactor, KHZ_125);
      const optimize = spreadingFactor >= 11 ? "01" : "00";
      assertTrace(chip.commands, [
        WAKE,
        `8b 0${spreadingFactor.toString(16)} 04 01 ${optimize}`,
        "8c 00 08 00 40 01 00", // SetPacketParams: standard IQ
        "0d 07 36 0d", // 15.4
        "08 01 80 01 80 00 00 00 00", // SetDioIrqParams: CadDone, CadDetected on DIO1
        "02 ff ff",
        "86 36 41 99 9a",
        `88 ${parameters} 00 00 00 00`, // SetCadParams: then standby
        "c5", // SetCad
      ]);
      chip.commands.length = 0;
      for (const [irq, isActive] of [
        [0x0080, false],
        [0x0180, true],
      ] as const) {
        chip.irq = irq;
        assert.equal(readActivity(), isActive);
      }
      assert.deepEqual(chip.commands, [...SLEEP, ...SLEEP]);
    });
  }
});
