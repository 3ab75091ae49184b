/** The drivers receive beacons: on the models of their chips, as a gateway sends them. */
import assert from "node:assert/strict";
import { Air, airtimeUs } from "../../../hil/air/index.ts";
import { VirtualClock } from "../../../hil/clock/index.ts";
import { createRadio } from "../../../hil/emulator/chips/index.ts";
import { seeded } from "./support/bench.ts";
import { DriverBoard } from "./support/driver-board.ts";

const FREQUENCY = 8695250;

const CHIPS = [
  ["sx127x", { chip: "sx1276" }, {}],
  ["sx127x", { chip: "sx1272" }, { IS_SX1272: true }],
  ["sx126x", { chip: "sx1262", rfSwitch: "DIO2", regulator: "DCDC" }, {}],
] as const;

/** Of EU868, of IN865, and of US915. */
const BEACONS = [
  { spreadingFactor: 9, bandwidthHz: 125_000, octets: 17 },
  { spreadingFactor: 8, bandwidthHz: 125_000, octets: 19 },
  { spreadingFactor: 12, bandwidthHz: 500_000, octets: 23 },
] as const;

for (const [driver, radio, config] of CHIPS) {
  describe(`firmware: a beacon at the ${radio.chip.toUpperCase()}`, () => {
    const start = () => {
      const clock = new VirtualClock();
      const air = new Air({ clock, random: seeded(1) });
      const findings: string[] = [];
      const chip = createRadio(radio, {
        clock,
        air,
        name: "device",
        random: seeded(2),
        onFinding: ({ message }) => findings.push(message),
      });
      const board = new DriverBoard({ clock, chip, driver, config });
      assert.equal(board.radio.startRadio(FREQUENCY, 14), true);
      return { clock, air, findings, board };
    };

    /**
     * Listens for a beacon that begins `aheadUs` behind the opening of the window; what `change` makes of it is on the
     * air.
     */
    const listen = (
      { clock, air, board }: ReturnType<typeof start>,
      { spreadingFactor, bandwidthHz, octets }: (typeof BEACONS)[number],
      symbols: number,
      aheadUs: number,
      change: { iqInverted?: boolean; octets?: number } = {},
    ) => {
      const { prepareBeaconReceiver, openReceiver, readBeacon, Bandwidth, OPENING_US } = board.radio;
      const bandwidth = bandwidthHz === 500_000 ? Bandwidth.Khz500 : Bandwidth.Khz125;
      prepareBeaconReceiver(FREQUENCY, spreadingFactor, bandwidth, symbols, octets);
      const openingUs = board.now() + OPENING_US + 1000;
      const startNs = (openingUs + aheadUs) * 1000;
      const payload = Uint8Array.from({ length: change.octets ?? octets }, (_, i) => i + 1);
      const modulation = {
        spreadingFactor,
        bandwidthHz,
        codingRate: 1,
        preambleSymbols: 10,
        implicitHeader: true,
        crc: false,
        lowDataRateOptimize: false,
      };
      const airtimeNs = airtimeUs({ ...modulation, payloadBytes: payload.length }) * 1000;
      const endNs = startNs + airtimeNs;
      air.transmit({
        modulation: "lora",
        ...modulation,
        from: "gateway",
        frequencyHz: FREQUENCY * 100,
        iqInverted: change.iqInverted ?? false,
        syncWord: 0x34,
        powerDbm: 14,
        payload,
        startNs,
        endNs,
      });
      openReceiver(openingUs);
      board.await(10_000_000);
      const lateUs = board.eventTimeUs - endNs / 1000;
      const frame = new Uint8Array(64);
      const isReceived = readBeacon(frame, octets);
      // Long enough for a time-out that was left running.
      clock.advanceTo(clock.nowNs() + 10e9);
      return { isReceived, frame: frame.subarray(0, octets), payload, lateUs };
    };

    for (const beacon of BEACONS) {
      const { spreadingFactor, bandwidthHz, octets } = beacon;
      const symbolUs = (2 ** spreadingFactor * 1e6) / bandwidthHz;
      it(`of ${octets} octets is received at SF${spreadingFactor}, wherever it begins in the window`, () => {
        const device = start();
        for (const symbols of [8, 60, 400]) {
          for (const aheadUs of [0, (symbols - 6) * symbolUs]) {
            const { isReceived, frame, payload, lateUs } = listen(device, beacon, symbols, aheadUs);
            assert.equal(isReceived, true, `${symbols} symbols, ${aheadUs} us`);
            assert.deepEqual(frame, payload);
            assert.ok(lateUs >= 0 && lateUs < 100, `${lateUs} us`);
          }
        }
        assert.deepEqual(device.findings, []);
      });
    }

    it("is none where nothing comes, or what comes is sent as downlinks are", () => {
      const device = start();
      assert.equal(listen(device, BEACONS[0], 20, 9e6).isReceived, false);
      assert.equal(listen(device, BEACONS[0], 20, 1000, { iqInverted: true }).isReceived, false);
      assert.deepEqual(device.findings, []);
    });

    it("leaves nothing behind: uplinks are sent, and windows opened, as before", () => {
      const device = start();
      const { board, air, clock } = device;
      const sent: unknown[] = [];
      air.onTransmission((transmission) => {
        if (transmission.from === "device" && transmission.modulation === "lora") {
          const { preambleSymbols, implicitHeader, crc, iqInverted } = transmission;
          sent.push({ preambleSymbols, implicitHeader, crc, iqInverted });
        }
      });
      assert.equal(listen(device, BEACONS[0], 20, 1000).isReceived, true);
      board.radio.transmit(FREQUENCY, 7, board.radio.Bandwidth.Khz125, new Uint8Array(64), 20);
      clock.advanceTo(clock.nowNs() + 1e9);
      assert.deepEqual(sent, [{ preambleSymbols: 8, implicitHeader: false, crc: true, iqInverted: false }]);
      assert.deepEqual(device.findings, []);
    });
  });
}
