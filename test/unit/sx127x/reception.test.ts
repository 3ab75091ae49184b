import assert from "node:assert/strict";
import {
  type Host,
  PARTS,
  pair,
  RSSI_OFFSET_DBM,
  RX_CONTINUOUS,
  RX_SINGLE,
  SLEEP,
  STANDBY,
  usBetween,
  type World,
} from "./host.ts";

const PAYLOAD = Array.from({ length: 23 }, (_, index) => index + 1);
const SYMBOL_US = 1024;
/** From the command to the begin of the preamble, and to the open receiver. */
const TX_START_US = 100;
const RX_START_US = 60;
const RX_DONE = 0x40;
const CRC_ERROR = 0x20;
const VALID_HEADER = 0x10;
const RX_TIMEOUT = 0x80;

for (const part of PARTS) {
  describe(part.toUpperCase(), () => {
    /** The receiver opens `openSymbols` symbols after the begin of the preamble (before it if negative). */
    function window(
      openSymbols: number,
      timeoutSymbols: number,
      prepare: (stations: World & { tx: Host; rx: Host }) => void = () => {},
    ) {
      const stations = pair(part);
      prepare(stations);
      const preambleUs = 20_000;
      const openUs = preambleUs + openSymbols * SYMBOL_US;
      const steps: Array<readonly [number, () => void]> = [
        [preambleUs - TX_START_US, () => stations.tx.transmit(PAYLOAD)],
        [openUs - RX_START_US, () => stations.rx.receive(timeoutSymbols)],
      ];
      for (const [us, step] of steps.sort((a, b) => a[0] - b[0])) {
        stations.run(us);
        step();
      }
      stations.run(5_000_000);
      return stations;
    }

    describe("single reception", () => {
      it("hands the packet over: flags, length, address, contents, then standby", () => {
        const { rx } = window(-1, 20);
        assert.equal(rx.read(0x12), RX_DONE | VALID_HEADER);
        assert.equal(rx.read(0x01), STANDBY);
        assert.equal(rx.read(0x13), 23);
        assert.equal(rx.read(0x10), 0);
        assert.equal(rx.read(0x25), 22);
        assert.deepEqual(rx.packet(), PAYLOAD);
        assert.deepEqual(rx.dio, ["DIO0 1"]);
        assert.deepEqual(rx.findings, []);
      });

      it("tells the rig when it opened, closed and was done", () => {
        const { tx, rx } = window(-1, 20);
        assert.deepEqual(
          rx.events.map(({ type }) => type),
          ["rx-open", "rx-done", "rx-close"],
        );
        assert.equal(usBetween(rx.event("rx-open"), tx.event("tx-start")), SYMBOL_US);
        assert.equal(rx.event("rx-done").atNs, tx.event("tx-done").atNs);
        const { payload, crcError, rssiDbm, frequencyHz } = rx.event("rx-done");
        assert.deepEqual([[...payload], crcError, rssiDbm, frequencyHz], [PAYLOAD, false, -86, 868_099_976]);
      });

      it("raises ValidHeader at the end of the header", () => {
        const { tx, rx, run } = pair(part);
        rx.write(0x40, 0x01); // DIO3 = ValidHeader
        rx.write(0x1f, 20);
        rx.write(0x01, RX_SINGLE);
        tx.transmit(PAYLOAD);
        const headerUs = 1000 + TX_START_US + (8 + 4.25 + 8) * SYMBOL_US;
        run(headerUs - 1);
        assert.deepEqual(rx.dio, []);
        assert.equal(rx.read(0x18), 0x07); // detected, synchronized, on-going
        run(headerUs);
        assert.deepEqual(rx.dio, ["DIO3 1"]);
        assert.equal(rx.read(0x18), 0x2f); // 4/5, header valid
        assert.equal(rx.read(0x1c), 0x40); // the header announces a CRC
        run(500_000);
        assert.deepEqual(rx.burst(0x14, 4), [0, 1, 0, 1]);
        assert.equal(rx.read(0x18), 0x30); // clear again; the coding rate stays
      });

      it("times out after the symbols that it was told, with nothing on the air", () => {
        const { rx, run } = pair(part);
        rx.receive(8);
        const timeoutUs = 1000 + RX_START_US + 8 * SYMBOL_US;
        run(timeoutUs - 1);
        assert.equal(rx.read(0x12), 0);
        run(timeoutUs);
        assert.equal(rx.read(0x12), RX_TIMEOUT);
        assert.equal(rx.read(0x01), STANDBY);
        assert.deepEqual(rx.dio, ["DIO1 1"]);
        assert.deepEqual(
          rx.events.map(({ type }) => type),
          ["rx-open", "rx-timeout", "rx-close"],
        );
      });

      it("counts 1023 symbols with the two upper bits in RegModemConfig2", () => {
        const { rx, run } = pair(part);
        rx.modem({ symbolTimeoutMsb: 3 });
        rx.receive(0xff);
        run(10_000_000);
        assert.equal(usBetween(rx.event("rx-open"), rx.event("rx-timeout")), 1023 * SYMBOL_US);
      });

      it("opens 250 us later out of sleep", () => {
        const { rx, run } = pair(part);
        rx.write(0x01, SLEEP);
        rx.write(0x01, RX_SINGLE);
        run(50_000);
        assert.equal(rx.event("rx-open").atNs, 1_000_000 + (250 + 60) * 1000);
      });

      // Five symbols of the preamble's eight must lie inside the window.
      for (const [openSymbols, timeoutSymbols, received] of [
        [0, 5, true], // the whole window is preamble, and just enough
        [0, 4, false],
        [3, 5, true], // the last five symbols
        [3.01, 5, false],
        [3.01, 100, false], // what is left of the preamble is too little
        [-1, 6, true],
        [-1.01, 6, false], // the fifth symbol ends after the time-out
        [-10, 15, true],
        [-10, 14, false],
        [-10, 255, true],
        [1, 7, true], // as LoRaMac-node places its window
      ] as const) {
        it(`opening ${openSymbols} symbols into the preamble for ${timeoutSymbols}: ${received ? "receives" : "times out"}`, () => {
          const { rx } = window(openSymbols, timeoutSymbols);
          assert.equal(rx.read(0x12), received ? RX_DONE | VALID_HEADER : RX_TIMEOUT);
        });
      }

      it("does not time out any more once the preamble is detected", () => {
        const { rx } = window(0, 5);
        assert.deepEqual(
          rx.events.map(({ type }) => type),
          ["rx-open", "rx-done", "rx-close"],
        );
      });

      const frequency = (msb: number, mid: number, lsb: number) => (stations: { rx: Host }) =>
        stations.rx.write(0x06, msb, mid, lsb);
      for (const [what, prepare, received] of [
        ["another spreading factor", ({ rx }) => rx.spreadingFactor(8), false],
        ["another bandwidth", ({ rx }) => rx.modem({ bandwidthKhz: 250 }), false],
        ["another channel", frequency(0xd9, 0x13, 0x33), false],
        ["a quarter of the bandwidth beside", frequency(0xd9, 0x08, 0x66), true],
        ["more than that", frequency(0xd9, 0x08, 0x67), false],
        ["inverted IQ", ({ rx }) => rx.invertIq("rx"), false],
        [
          "inverted IQ on both sides",
          ({ tx, rx }) => {
            tx.invertIq("tx");
            rx.invertIq("rx");
          },
          true,
        ],
        ["another sync word", ({ rx }) => rx.write(0x39, 0x12), false],
        ["an implicit header", ({ rx }) => rx.modem({ implicitHeader: true }), false],
        ["another coding rate, which the header tells", ({ rx }) => rx.modem({ codingRate: 4 }), true],
        ["no CRC of its own, which the header tells", ({ rx }) => rx.modem({ crc: false }), true],
        ["a limit of 23 octets", ({ rx }) => rx.write(0x23, 23), true],
        ["a limit of 22 octets", ({ rx }) => rx.write(0x23, 22), false],
      ] as ReadonlyArray<readonly [string, (stations: { tx: Host; rx: Host }) => void, boolean]>) {
        it(`with ${what}: ${received ? "receives" : "times out"}`, () => {
          const { rx } = window(-1, 20, prepare);
          assert.equal(rx.read(0x12) & RX_TIMEOUT ? "timeout" : "done", received ? "done" : "timeout");
          assert.equal(rx.read(0x01), STANDBY);
          if (received) assert.deepEqual(rx.packet(), PAYLOAD);
        });
      }

      it("gives a packet up at the sync word, not at the symbol time-out, when it is for others", () => {
        const { tx, rx } = window(-1, 10, ({ rx }) => rx.write(0x39, 0x12));
        const syncEndUs = (8 + 4.25) * SYMBOL_US;
        assert.equal(usBetween(tx.event("tx-start"), rx.event("rx-timeout")), syncEndUs);
      });

      it("receives a long SF12 packet whose transmitter optimises for the low rate too", () => {
        const { rx } = window(-1, 100, ({ tx, rx }) => {
          tx.spreadingFactor(12);
          rx.spreadingFactor(12);
        });
        assert.deepEqual(rx.packet(), PAYLOAD);
        assert.deepEqual(rx.findings, []);
      });

      it("breaks a packet whose low data rate setting differs, and says what is missing", () => {
        const { rx } = window(-1, 100, ({ tx, rx }) => {
          tx.spreadingFactor(12);
          rx.spreadingFactor(12);
          rx.modem({ lowDataRateOptimize: false });
        });
        assert.equal(rx.read(0x12), RX_DONE | VALID_HEADER | CRC_ERROR);
        assert.match(rx.findings[0], /LowDataRateOptimize is off: mandatory for SF12 at 125 kHz/);
      });
    });

    describe("reception of broken packets", () => {
      const tooWeak = ({ air }: World) => air.setPathLossDb("tx", "rx", 14 + 117 + 8);

      it("flags both RxDone and PayloadCrcError", () => {
        const { rx } = window(-1, 20, tooWeak);
        assert.equal(rx.read(0x12), RX_DONE | VALID_HEADER | CRC_ERROR);
        assert.equal(rx.read(0x01), STANDBY);
        assert.equal(rx.event("rx-done").crcError, true);
        assert.deepEqual(rx.burst(0x14, 4), [0, 1, 0, 0]); // a header, but no valid packet
        assert.notDeepEqual(rx.packet(), PAYLOAD);
      });

      it("does not notice without a CRC on the payload, as of LoRaWAN downlinks", () => {
        const { rx } = window(-1, 20, (stations) => {
          tooWeak(stations);
          stations.tx.modem({ crc: false });
        });
        assert.equal(rx.read(0x12), RX_DONE | VALID_HEADER);
        assert.equal(rx.read(0x1c), 0x00);
        assert.notDeepEqual(rx.packet(), PAYLOAD);
      });

      it("does not see at all what is too weak", () => {
        const { rx } = window(-1, 20, ({ air }) => air.setPathLossDb("tx", "rx", 14 + 117 + 12));
        assert.equal(rx.read(0x12), RX_TIMEOUT);
      });

      it("happens when another station sends at the same time, unless it is 6 dB weaker", () => {
        for (const [lossDb, flags] of [
          [100, RX_DONE | VALID_HEADER | CRC_ERROR],
          [106, RX_DONE | VALID_HEADER],
        ]) {
          const { rx } = window(-1, 20, ({ air, clock }) => {
            air.setPathLossDb("jammer", "rx", lossDb);
            air.transmit({
              modulation: "lora",
              from: "jammer",
              frequencyHz: 868_100_000,
              bandwidthHz: 125_000,
              spreadingFactor: 7,
              codingRate: 1,
              preambleSymbols: 8,
              implicitHeader: false,
              crc: true,
              lowDataRateOptimize: false,
              iqInverted: false,
              syncWord: 0x34,
              powerDbm: 14,
              payload: Uint8Array.of(1),
              startNs: clock.nowNs() + 50_000_000,
              endNs: clock.nowNs() + 70_000_000,
            });
          });
          assert.equal(rx.read(0x12), flags);
        }
      });

      it("is what a chip in standby does not do: the air is lost on it", () => {
        const { tx, rx, run } = pair(part);
        tx.transmit(PAYLOAD);
        run(500_000);
        assert.equal(rx.read(0x12), 0);
      });

      it("ends when the host takes the mode away", () => {
        const { tx, rx, run } = pair(part);
        rx.receive(20);
        tx.transmit(PAYLOAD);
        run(30_000);
        rx.write(0x01, STANDBY);
        run(500_000);
        assert.equal(rx.read(0x12), VALID_HEADER);
        assert.deepEqual(
          rx.events.map(({ type }) => type),
          ["rx-open", "rx-close"],
        );
      });
    });

    describe("measurements", () => {
      for (const [lossDb, rssiDbm, snrDb] of [
        [80, -66, 12],
        [100, -86, 12],
        [125, -111, 6],
        [131, -117, 0],
        [136, -122, -5],
      ] as const) {
        it(`read ${rssiDbm} dBm and ${snrDb} dB at a loss of ${lossDb} dB`, () => {
          const { rx } = window(-1, 20, ({ air }) => air.setPathLossDb("tx", "rx", lossDb));
          const snr = (rx.read(0x19) << 24) >> 24;
          const value = rx.read(0x1a);
          // The host's formula: datasheet section 5.5.5.
          const rssi = RSSI_OFFSET_DBM[part] + value + (value >> 4) + (snr < 0 ? snr / 4 : 0);
          assert.ok(Math.abs(snr / 4 - snrDb) < 0.5, `SNR ${snr / 4}`);
          assert.ok(Math.abs(rssi - rssiDbm) <= 1, `RSSI ${rssi}`);
        });
      }

      it("read the power on the channel while the receiver is on", () => {
        const { tx, rx, run } = pair(part);
        const rssi = () => RSSI_OFFSET_DBM[part] + rx.read(0x1b);
        rx.write(0x01, RX_CONTINUOUS);
        run(2000);
        assert.ok(Math.abs(rssi() + 117) <= 1, `idle ${rssi()}`);
        tx.transmit(PAYLOAD);
        run(20_000);
        assert.ok(Math.abs(rssi() + 86) <= 1, `busy ${rssi()}`);
      });

      it("read the frequency error", () => {
        const { rx } = window(-1, 20, ({ rx }) => rx.write(0x06, 0xd9, 0x08, 0x66));
        const [msb, mid, lsb] = rx.burst(0x28, 3);
        const value = (((msb << 16) | (mid << 8) | lsb) << 12) >> 12;
        const errorHz = (value * 2 ** 24 * 125) / (32e6 * 500);
        assert.ok(Math.abs(errorHz + 31_250) < 100, `${errorHz} Hz`);
      });

      it("draw noise from RegRssiWideband while the receiver is on, the same for the same seed", () => {
        const draw = () => {
          const { rx, run } = pair(part);
          rx.write(0x01, RX_CONTINUOUS);
          run(2000);
          return Array.from({ length: 8 }, () => rx.read(0x2c));
        };
        assert.deepEqual(draw(), draw());
        assert.ok(new Set(draw()).size > 4, "looks random");
      });
    });

    describe("implicit header", () => {
      const implicit = (length: number) => (stations: { tx: Host; rx: Host }) => {
        stations.tx.modem({ implicitHeader: true });
        stations.rx.modem({ implicitHeader: true });
        stations.rx.write(0x22, length);
      };

      it("takes length and CRC from the registers", () => {
        const { rx } = window(-1, 20, implicit(23));
        assert.equal(rx.read(0x12), RX_DONE);
        assert.deepEqual(rx.packet(), PAYLOAD);
      });

      it("breaks a packet of another length", () => {
        const { rx } = window(-1, 20, implicit(20));
        assert.equal(rx.read(0x12), RX_DONE | CRC_ERROR);
        assert.equal(rx.read(0x13), 20);
      });
    });
  });
}
