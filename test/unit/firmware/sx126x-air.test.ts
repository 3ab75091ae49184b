/** The SX126x driver with the model of its chip: what is on the air, what is received, and that nothing is misused. */
import assert from "node:assert/strict";
import type * as HalModule from "../../../firmware/hal/index.ts";
import type * as DriverModule from "../../../firmware/radio/sx126x/index.ts";
import { fskAirtimeUs, fskBandwidthHz, LORAWAN_FSK, type Transmission } from "../../../hil/air/index.ts";
import type { createRadio } from "../../../hil/emulator/chips/index.ts";
import { Bench } from "./support/bench.ts";
import { NodeBoard } from "./support/node-board.ts";

type Radio = Parameters<typeof createRadio>[0];

const [KHZ_125, KHZ_250] = [4, 5];
const MESSAGE = Uint8Array.from({ length: 64 }, (_, i) => i + 1);
const SECOND_NS = 1e9;
const FSK_HZ = 868_800_000;

/** Boards, what they make of the driver's constants, and what their amplifier makes of a power. */
const BOARDS: ReadonlyArray<
  readonly [
    string,
    Radio,
    Readonly<Record<string, boolean | number>>,
    ReadonlyArray<readonly [asked: number, sent: number]>,
  ]
> = [
  [
    "an SX1262 with a TCXO",
    { chip: "sx1262", rfSwitch: "DIO2", regulator: "DCDC", tcxo: { millivolts: 1700, startUpUs: 5000 } },
    { TCXO_VOLTAGE: 1, TCXO_START_UP_US: 5000 },
    [
      [22, 22],
      [14, 14],
      [0, 0],
      [-9, -9],
      [-17, -9],
    ],
  ],
  [
    "an SX1261 with a crystal",
    { chip: "sx1261", rfSwitch: "none", regulator: "LDO" },
    { HIGH_POWER: false, RF_SWITCH_ON_DIO2: false, DC_DC: false },
    [
      [22, 15],
      [15, 15],
      [14, 14],
      [-17, -17],
    ],
  ],
];

/** A board that has started its radio, and that calls the driver. */
function started(radio: Radio, config: Readonly<Record<string, boolean | number>>) {
  const bench = new Bench(radio);
  const chip = bench.addRadio();
  const board = new NodeBoard({
    clock: bench.clock,
    radio: chip,
    driver: "sx126x",
    eeprom: bench.eeprom,
    config,
  });
  board.switchOn(100 * SECOND_NS);
  const driver = board.module<typeof DriverModule>("radio/sx126x/index.ts");
  const hal = board.module<typeof HalModule>("hal/index.ts");
  assert.equal(driver.startRadio(8681000, 14), true);
  /** Sleeps until the chip tells of the end of what it does, a second at most. */
  const event = () => {
    hal.sleepUntil((hal.now() + 1_000_000) >>> 0);
    return hal.radioEvents();
  };
  return { bench, driver, hal, event };
}

/** A downlink in FSK from `startNs` on. */
function sendFsk(bench: Bench, payload: Uint8Array, startNs: number): void {
  bench.air.transmit({
    ...LORAWAN_FSK,
    modulation: "fsk",
    from: "network",
    frequencyHz: FSK_HZ,
    bandwidthHz: fskBandwidthHz(LORAWAN_FSK),
    powerDbm: 14,
    payload,
    startNs,
    endNs: startNs + fskAirtimeUs({ ...LORAWAN_FSK, payloadBytes: payload.length }) * 1000,
  });
}

describe("firmware: SX126x driver on the air", () => {
  for (const [title, radio, config, powers] of BOARDS) {
    describe(title, () => {
      it("transmits FSK as LoRaWAN has it, then LoRa again", () => {
        const { bench, driver, event } = started(radio, config);
        const sent: Transmission[] = [];
        bench.air.onTransmission((transmission) => sent.push(transmission));
        driver.transmitFsk(8688000, MESSAGE, 17);
        assert.equal(event(), driver.EVENT_TRANSMITTED);
        driver.transmit(8681000, 7, KHZ_250, MESSAGE, 17);
        assert.equal(event(), driver.EVENT_TRANSMITTED);
        const [fsk, lora] = sent;
        const { startNs, endNs, payload, from: _from, ...rest } = fsk;
        assert.deepEqual(payload, MESSAGE.subarray(0, 17));
        assert.deepEqual(rest, {
          modulation: "fsk",
          frequencyHz: FSK_HZ,
          bandwidthHz: 100_000,
          powerDbm: 14,
          ...LORAWAN_FSK,
        });
        assert.equal(endNs - startNs, 4_480_000);
        assert.equal(lora.modulation, "lora");
        assert.deepEqual(bench.findings, []);
      });

      it("receives FSK, a frame of one octet and of 64, and listens no longer than it shall", () => {
        const { bench, driver, hal, event } = started(radio, config);
        for (const length of [1, 64, 0]) {
          driver.prepareFskReceiver(8688000, 10_000);
          const openUs = hal.now() + driver.OPENING_US;
          // It comes three milliseconds after the opening.
          const startNs = (openUs + 3000) * 1000;
          if (length > 0) sendFsk(bench, MESSAGE.subarray(0, length), startNs);
          driver.openReceiver(openUs);
          assert.equal(event(), driver.EVENT_RECEIVED, "DIO1 says both");
          const frame = new Uint8Array(64);
          if (length === 0) {
            const onAirUs = openUs + driver.RECEIVER_START_UP_US + 10_000;
            assert.ok(Math.abs(hal.radioEventTime() - onAirUs) < 100, "after 10 ms");
          }
          assert.equal(driver.readFrame(frame), length);
          assert.deepEqual(frame.subarray(0, length), MESSAGE.subarray(0, length));
        }
        assert.deepEqual(bench.findings, []);
      });

      it("opens a LoRa window after FSK, and takes noise", () => {
        const { bench, driver, hal, event } = started(radio, config);
        driver.transmitFsk(8688000, MESSAGE, 17);
        assert.equal(event(), driver.EVENT_TRANSMITTED);
        driver.prepareReceiver(8681000, 7, KHZ_125, 8);
        driver.openReceiver(hal.now() + driver.OPENING_US);
        event();
        assert.equal(driver.readFrame(new Uint8Array(64)), 0);
        assert.notEqual(driver.readNoise(), driver.readNoise());
        const opened = bench.events.filter(({ type }) => type === "rx-open");
        assert.deepEqual(
          opened.map(({ spreadingFactor }) => spreadingFactor),
          [7, 7, 7],
        );
        assert.deepEqual(bench.findings, []);
      });

      for (const spreadingFactor of [7, 8, 9, 10, 11, 12] as const) {
        it(`tells uplinks at SF${spreadingFactor} from silence`, () => {
          const { bench, driver, event } = started(radio, config);
          const detect = () => {
            driver.detectActivity(8681000, spreadingFactor, KHZ_125);
            assert.equal(event(), driver.EVENT_DETECTION_DONE);
            return driver.readActivity();
          };
          assert.equal(detect(), false);
          const startNs = bench.clock.nowNs();
          bench.air.transmit({
            modulation: "lora",
            from: "another device",
            frequencyHz: 868_100_000,
            bandwidthHz: 125_000,
            spreadingFactor,
            codingRate: 1,
            preambleSymbols: 8,
            implicitHeader: false,
            crc: true,
            lowDataRateOptimize: spreadingFactor >= 11,
            iqInverted: false,
            syncWord: 0x34,
            powerDbm: 14,
            payload: MESSAGE,
            startNs,
            endNs: startNs + SECOND_NS,
          });
          assert.equal(detect(), true);
          bench.clock.advanceTo(startNs + 2 * SECOND_NS);
          assert.equal(detect(), false);
          assert.deepEqual(bench.findings, []);
        });
      }

      for (const [asked, sent] of powers) {
        it(`sends with ${sent} dBm where ${asked} dBm are set, in LoRa and in FSK`, () => {
          const { bench, driver, event } = started(radio, config);
          driver.setPower(asked);
          driver.transmit(8681000, 7, KHZ_125, MESSAGE, 1);
          event();
          driver.transmitFsk(8688000, MESSAGE, 1);
          event();
          const powersDbm = bench.events.flatMap((e) => (e.type === "tx-start" ? [e.powerDbm] : []));
          assert.deepEqual(powersDbm, [sent, sent]);
          assert.deepEqual(bench.findings, []);
        });
      }
    });
  }
});
