/** The SX127x driver on a board with a TCXO and an antenna switch on lines of its own. */
import assert from "node:assert/strict";
import { recordedDriver } from "./support/sx127x-recorder.ts";

const FRONT_END = { FRONT_END: true } as const;
const START_UP_US = 5000;
const SWITCHED_TCXO = { ...FRONT_END, TCXO: true, TCXO_START_UP_US: START_UP_US } as const;
const KHZ_125 = 7;

type Recorded = ReturnType<typeof recordedDriver>;

/** What the front end is told, and the mode that the chip is put into next or was put into last: "receive 81". */
function frontEnd({ chip }: Recorded): string[] {
  return chip.writes.flatMap((write, index) => {
    if (!write.startsWith("front end ")) return [];
    const use = write.slice("front end ".length);
    const others = use === "off" ? chip.writes.slice(0, index).reverse() : chip.writes.slice(index);
    const mode = others.find((other) => other.startsWith("01 "));
    return [`${use} ${mode?.slice(3)}`];
  });
}

describe("firmware: SX127x driver, front end", () => {
  const USES: ReadonlyArray<readonly [string, (driver: Recorded) => void, readonly string[]]> = [
    ["starts", (driver) => driver.startRadio(8681000, 14), ["receive 01", "off 80"]],
    [
      "transmits and sleeps",
      (driver) => {
        driver.transmit(8681000, 7, KHZ_125, new Uint8Array(64), 3);
        driver.sleepRadio();
      },
      ["receive 81", "transmit 83", "off 80"],
    ],
    [
      "receives",
      (driver) => {
        driver.prepareReceiver(8681000, 7, KHZ_125, 8);
        driver.openReceiver(5_000_000);
        driver.readFrame(new Uint8Array(64));
      },
      ["receive 81", "off 80", "receive 81", "off 80"],
    ],
    [
      "detects activity",
      (driver) => {
        driver.detectActivity(8681000, 7, KHZ_125);
        driver.readActivity();
      },
      ["receive 81", "off 80"],
    ],
    ["reads noise", (driver) => driver.readNoise(), ["receive 81", "off 80"]],
    [
      "transmits in FSK",
      (driver) => driver.transmitFsk(8688000, new Uint8Array(64), 3),
      ["off 80", "receive 01", "transmit 03", "off 80"],
    ],
    [
      "prepares to receive in FSK",
      (driver) => driver.prepareFskReceiver(8688000, 1000),
      ["off 80", "receive 01", "off 00"],
    ],
  ];
  for (const [what, use, expected] of USES) {
    it(`is turned when the chip ${what}, before it leaves sleep and after it is back`, () => {
      const driver = recordedDriver(FRONT_END);
      use(driver);
      assert.deepEqual(frontEnd(driver), expected);
    });
  }

  it("is off where no chip answers", () => {
    const driver = recordedDriver({ ...FRONT_END, IS_SX1272: true });
    const { radioReset } = driver.chip.hal;
    driver.chip.hal.radioReset = (asserted) => {
      radioReset(asserted);
      driver.chip.registers[0x42] = 0x12;
    };
    assert.equal(driver.startRadio(8681000, 14), false);
    assert.equal(driver.chip.writes.at(-1), "front end off");
  });

  it("is left alone on other boards", () => {
    const driver = recordedDriver();
    driver.startRadio(8681000, 14);
    driver.transmit(8681000, 7, KHZ_125, new Uint8Array(64), 3);
    assert.deepEqual(frontEnd(driver), []);
  });
});

describe("firmware: SX127x driver, TCXO", () => {
  for (const [part, isSx1272, address] of [
    ["SX1276", false, 0x4b],
    ["SX1272", true, 0x58],
  ] as const) {
    it(`is the clock of an ${part} from before its oscillator is used, and the rest of RegTcxo stays`, () => {
      const { startRadio, chip } = recordedDriver({ ...SWITCHED_TCXO, IS_SX1272: isSx1272 });
      chip.onRead = (read) => {
        if (read === address) chip.registers[address] = 0x09;
      };
      assert.equal(startRadio(8681000, 14), true);
      const written = `${address.toString(16)} 19`;
      assert.deepEqual(chip.writes.slice(0, 6), [
        "front end receive",
        "reset at 0",
        "release at 200",
        "01 00",
        written,
        "01 01",
      ]);
    });
  }

  it("has the time that it takes to start, before each use", () => {
    const { transmit, chip } = recordedDriver(SWITCHED_TCXO);
    transmit(8681000, 7, KHZ_125, new Uint8Array(64), 3);
    assert.equal(chip.timeUs, START_UP_US);
  });

  it("has windows opened earlier by it", () => {
    const openingUs = (config: Readonly<Record<string, boolean | number>>) =>
      recordedDriver(config).OPENING_US;
    assert.equal(
      openingUs(SWITCHED_TCXO) - openingUs({ TCXO: true, TCXO_START_UP_US: 500 }),
      START_UP_US - 500,
    );
    assert.equal(openingUs({ TCXO: true }), openingUs({}), "no shorter than a crystal");
  });
});
