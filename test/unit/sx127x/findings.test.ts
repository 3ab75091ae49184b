/** What the chip notices of a driver's ways with its modes, buffer, registers and reset line. */
import assert from "node:assert/strict";
import { PARTS, pair, RX_CONTINUOUS, RX_SINGLE, SLEEP, STANDBY, TX } from "./host.ts";
import { loraMisuses, type Misuse, writes } from "./misuses.ts";

const BUFFER: readonly Misuse[] = [
  ["written in sleep", writes([0x01, SLEEP], [0x00, 1]), /RegFifo in SLEEP/],
  [
    "read in sleep",
    (host) => {
      host.write(0x01, SLEEP);
      host.read(0x00);
    },
    /RegFifo in SLEEP: the buffer is out of reach and already cleared/,
  ],
  [
    "read in TX",
    (host, pass) => {
      host.write(0x01, TX);
      pass(1000);
      host.read(0x00);
    },
    /RegFifo in TX: the modem owns the buffer/,
  ],
  [
    "written in RX",
    writes([0x01, RX_CONTINUOUS], [0x00, 1]),
    /RegFifo in RXCONTINUOUS: the modem owns the buffer/,
  ],
];

const MODES: readonly Misuse[] = [
  [
    "changing the frequency in RX",
    writes([0x01, RX_CONTINUOUS], [0x08, 0x00]),
    /write of 0x00 to 0x08 changes the frequency in RXCONTINUOUS/,
  ],
  [
    "changing the frequency in TX",
    (host, pass) => {
      host.write(0x01, TX);
      pass(1000);
      host.write(0x06, 0xd9);
    },
    /changes the frequency in TX/,
  ],
  [
    "changing the spreading factor in RX",
    writes([0x01, RX_SINGLE], [0x1e, 0x84]),
    /write of 0x84 to 0x1E changes a modem setting in RXSINGLE/,
  ],
  [
    "another mode before TxDone",
    (host, pass) => {
      host.write(0x01, TX);
      pass(4000);
      host.write(0x01, RX_CONTINUOUS);
    },
    /RXCONTINUOUS commanded before TxDone/,
  ],
  [
    "the modem changed outside sleep",
    writes([0x01, 0x01]),
    /write of 0x01 to RegOpMode in STDBY: LongRangeMode changes in SLEEP only, the bit is ignored/,
  ],
  [
    "another mode during the image calibration",
    writes([0x01, SLEEP], [0x01, 0x00], [0x01, 0x01], [0x3b, 0x42], [0x01, 0x00]),
    /RegOpMode written before the image calibration has ended/,
  ],
  [
    "image calibration in sleep",
    writes([0x01, SLEEP], [0x01, 0x00], [0x3b, 0x42]),
    /ImageCalStart outside FSK standby: no calibration takes place/,
  ],
];

const REGISTERS: readonly Misuse[] = [
  [
    "LoRa settings on the FSK page",
    writes([0x01, SLEEP], [0x01, 0x00], [0x1d, 0x72]),
    /write of 0x72 to 0x1D: the register is read-only in FSK.OOK mode: set LongRangeMode .* first/,
  ],
  ["FSK settings in LoRa mode", writes([0x02, 0x1a]), /0x02: the register belongs to the FSK modem/],
  ["a reserved address", writes([0x3f, 0x00]), /0x3F: the address is reserved/],
  ["a reserved DIO mapping", writes([0x40, 0xc0]), /mapping 3 of DIO0 is reserved/],
  ["a read-only one", writes([0x13, 1]), /write of 0x01 to 0x13: the register is read-only in LoRa mode/],
  ["the version", writes([0x42, 1]), /write of 0x01 to 0x42: the register is read-only/],
  [
    "random numbers of a receiver that is off",
    (host) => host.read(0x2c),
    /RegRssiWideband read while the receiver is off/,
  ],
  [
    "the RSSI of a receiver that is off",
    (host) => host.read(0x1b),
    /RegRssiValue read while the receiver is off/,
  ],
  [
    "the length of a packet that has not come",
    (host, pass) => {
      host.write(0x01, RX_CONTINUOUS);
      pass(4000);
      host.read(0x13);
    },
    /RegRxNbBytes read before RxDone/,
  ],
];

/** Those of the SX1276's LoRa page that the SX1272 does not have. */
const OF_THE_SX1276: readonly Misuse[] = [0x26, 0x2f, 0x30, 0x36, 0x3a].map((address) => {
  const name = `0x${address.toString(16).toUpperCase()}`;
  return [name, writes([address, 0]), new RegExp(`to ${name}: the address is reserved in LoRa mode`)];
});

for (const part of PARTS) {
  const name = part.toUpperCase();

  describe(`${name} findings`, () => {
    describe("of the buffer", () => loraMisuses(part, BUFFER));
    describe("of modes", () => loraMisuses(part, MODES));
    describe("of registers", () => loraMisuses(part, REGISTERS));

    it("name the chip's station", () => {
      const { tx } = pair(part);
      tx.read(0x2c);
      assert.ok(tx.findings[0].startsWith(`${name} of tx: `), tx.findings[0]);
    });

    it("are none in a plain exchange", () => {
      const { tx, rx, run } = pair(part);
      rx.receive(20);
      tx.transmit([1, 2, 3]);
      run(200_000);
      rx.packet();
      rx.write(0x12, 0xff);
      rx.write(0x01, SLEEP);
      tx.write(0x12, 0xff);
      tx.write(0x01, SLEEP);
      rx.write(0x01, STANDBY);
      assert.deepEqual([...tx.findings, ...rx.findings], []);
    });
  });
}

describe("SX1272 findings of registers that only the SX1276 has", () => loraMisuses("sx1272", OF_THE_SX1276));
