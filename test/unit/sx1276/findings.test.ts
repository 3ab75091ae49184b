import assert from "node:assert/strict";
import { type Host, pair, RX_CONTINUOUS, RX_SINGLE, SLEEP, STANDBY, TX } from "./host.ts";

type Misuse = readonly [what: string, how: (host: Host, run: (us: number) => void) => void, finding: RegExp];

const MISUSES: readonly Misuse[] = [
  [
    "writing the buffer in sleep",
    (host) => {
      host.write(0x01, SLEEP);
      host.write(0x00, 1);
    },
    /RegFifo in SLEEP/,
  ],
  [
    "reading the buffer in sleep",
    (host) => {
      host.write(0x01, SLEEP);
      host.read(0x00);
    },
    /RegFifo in SLEEP: the buffer is out of reach and already cleared/,
  ],
  [
    "reading the buffer in TX",
    (host, run) => {
      host.write(0x01, TX);
      run(2000);
      host.read(0x00);
    },
    /RegFifo in TX: the modem owns the buffer/,
  ],
  [
    "writing the buffer in RX",
    (host) => {
      host.write(0x01, RX_CONTINUOUS);
      host.write(0x00, 1);
    },
    /RegFifo in RXCONTINUOUS: the modem owns the buffer/,
  ],
  [
    "changing the frequency in RX",
    (host) => {
      host.write(0x01, RX_CONTINUOUS);
      host.write(0x08, 0x00);
    },
    /write of 0x00 to 0x08 changes the frequency in RXCONTINUOUS/,
  ],
  [
    "changing the frequency in TX",
    (host, run) => {
      host.write(0x01, TX);
      run(2000);
      host.write(0x06, 0xd9);
    },
    /changes the frequency in TX/,
  ],
  [
    "changing the spreading factor in RX",
    (host) => {
      host.write(0x01, RX_SINGLE);
      host.write(0x1e, 0x84);
    },
    /write of 0x84 to 0x1E changes a modem setting in RXSINGLE/,
  ],
  [
    "writing LoRa settings to the FSK page",
    (host) => {
      host.write(0x01, SLEEP);
      host.write(0x01, 0x00);
      host.write(0x1d, 0x72);
    },
    /write of 0x72 to 0x1D went to the FSK page/,
  ],
  [
    "writing FSK settings in LoRa mode",
    (host) => host.write(0x02, 0x1a),
    /0x02: the register belongs to the FSK modem/,
  ],
  ["writing a reserved address", (host) => host.write(0x3f, 0x00), /0x3F: the address is reserved/],
  [
    "the buffer in FSK mode",
    (host) => {
      host.write(0x01, SLEEP);
      host.write(0x01, 0x01);
      host.write(0x00, 1);
    },
    /RegFifo in FSK mode/,
  ],
  [
    "transmitting in FSK mode",
    (host) => {
      host.write(0x01, SLEEP);
      host.write(0x01, 0x00);
      host.write(0x01, 0x03);
    },
    /TX in FSK\/OOK mode: that modem is not modelled/,
  ],
  [
    "an empty payload",
    (host) => {
      host.write(0x22, 0);
      host.write(0x01, TX);
    },
    /RegPayloadLength 0/,
  ],
  [
    "a window of three symbols",
    (host) => {
      host.write(0x1f, 3);
      host.write(0x01, RX_SINGLE);
    },
    /time-out of 3 symbols: 4 is the least/,
  ],
  [
    "inverted IQ with one of its two registers",
    (host) => {
      host.write(0x33, 0x67);
      host.write(0x01, RX_SINGLE);
    },
    /RegInvertIQ2 is 0x1D: must be 0x19 with IQ inverted/,
  ],
  [
    "a reserved spreading factor",
    (host) => {
      host.write(0x1e, 0xd4);
      host.write(0x01, TX);
    },
    /spreading factor 13 is reserved/,
  ],
  [
    "a reserved bandwidth",
    (host) => {
      host.write(0x1d, 0xa2);
      host.write(0x01, TX);
    },
    /bandwidth 10 is reserved/,
  ],
  [
    "a reserved coding rate",
    (host) => {
      host.write(0x1d, 0x70);
      host.write(0x01, TX);
    },
    /coding rate 0 is reserved/,
  ],
  [
    "SF6 set up like the others",
    (host) => {
      host.write(0x1e, 0x64);
      host.write(0x01, TX);
    },
    /SF6 works with implicit header only.*\n.*RegDetectOptimize.*\n.*RegDetectionThreshold is 0x0A: must be 0x0C/,
  ],
  [
    "SF12 without the low data rate optimisation",
    (host) => {
      host.write(0x1e, 0xc4);
      host.write(0x01, TX);
    },
    /LowDataRateOptimize is off/,
  ],
  [
    "frequency hopping",
    (host) => {
      host.write(0x24, 5);
      host.write(0x01, TX);
    },
    /frequency hopping is not modelled/,
  ],
  [
    "continuous transmission",
    (host) => {
      host.write(0x1e, 0x7c);
      host.write(0x01, TX);
    },
    /continuous transmission is not modelled/,
  ],
  ["a reserved DIO mapping", (host) => host.write(0x40, 0xc0), /mapping 3 of DIO0 is reserved/],
  [
    "random numbers from a receiver that is off",
    (host) => host.read(0x2c),
    /RegRssiWideband read while the receiver is off/,
  ],
  [
    "another mode before TxDone",
    (host, run) => {
      host.write(0x01, TX);
      run(5000);
      host.write(0x01, RX_CONTINUOUS);
    },
    /RXCONTINUOUS commanded before TxDone/,
  ],
];

describe("SX1276 findings", () => {
  for (const [what, how, finding] of MISUSES) {
    it(what, () => {
      const { tx, run } = pair();
      how(tx, run);
      assert.match(tx.findings.join("\n"), finding);
    });
  }

  it("name the chip's station and the instant", () => {
    const { tx } = pair();
    tx.read(0x2c);
    assert.match(tx.findings[0], /^SX1276 of tx: /);
  });

  it("are none in a plain exchange", () => {
    const { tx, rx, run } = pair();
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
