import assert from "node:assert/strict";
import { CAD, Host, pair, RX_CONTINUOUS, RX_SINGLE, SLEEP, STANDBY, TX, world } from "./host.ts";

type Misuse = readonly [what: string, how: (host: Host, run: (us: number) => void) => void, finding: RegExp];

/** By a chip that is set up for LoRa and stands by. */
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
    /write of 0x72 to 0x1D: the register is read-only in FSK.OOK mode: set LongRangeMode .* first/,
  ],
  [
    "writing FSK settings in LoRa mode",
    (host) => host.write(0x02, 0x1a),
    /0x02: the register belongs to the FSK modem/,
  ],
  ["writing a reserved address", (host) => host.write(0x3f, 0x00), /0x3F: the address is reserved/],
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
  [
    "the modem changed outside sleep",
    (host) => host.write(0x01, 0x01),
    /write of 0x01 to RegOpMode in STDBY: LongRangeMode changes in SLEEP only, the bit is ignored/,
  ],
  [
    "a frequency without its last octet",
    (host) => {
      host.write(0x06, 0xd9, 0x13);
      host.write(0x01, TX);
    },
    /written without RegFrfLsb: the new frequency has no effect/,
  ],
  [
    "a frequency beyond the synthesizer",
    (host) => {
      host.write(0x06, 0xff, 0xff, 0xff);
      host.write(0x01, TX);
    },
    /RegFrf is 0xFFFFFF, 1024.000 MHz: the SX1276 tunes 137 to 1020 MHz/,
  ],
  [
    "500 kHz in the lowest band",
    (host) => {
      host.write(0x06, 0x2a, 0x40, 0x00);
      host.write(0x1d, 0x92);
      host.write(0x01, TX);
    },
    /500 kHz at 169.000 MHz: the modem has 125 kHz at most below 175 MHz/,
  ],
  [
    "a read-only register",
    (host) => host.write(0x13, 1),
    /write of 0x01 to 0x13: the register is read-only in LoRa mode/,
  ],
  ["the version", (host) => host.write(0x42, 1), /write of 0x01 to 0x42: the register is read-only/],
  [
    "the length of a packet that has not come",
    (host, run) => {
      host.write(0x01, RX_CONTINUOUS);
      run(5000);
      host.read(0x13);
    },
    /RegRxNbBytes read before RxDone/,
  ],
  [
    "the RSSI of a receiver that is off",
    (host) => host.read(0x1b),
    /RegRssiValue read while the receiver is off/,
  ],
  [
    "a preamble of five symbols",
    (host) => {
      host.write(0x21, 5);
      host.write(0x01, TX);
    },
    /a preamble of 5 symbols: 6 is the least/,
  ],
  [
    "implicit header without a length",
    (host) => {
      host.write(0x1d, 0x73);
      host.write(0x22, 0);
      host.write(0x01, RX_SINGLE);
    },
    /implicit header and RegPayloadLength 0/,
  ],
  [
    "125 kHz with what erratum 2.1 has for 500 kHz",
    (host) => {
      host.write(0x36, 0x02);
      host.write(0x3a, 0x64);
      host.write(0x01, RX_SINGLE);
    },
    /RX at 125 kHz with register 0x36 at 0x02: must be 0x03 below 500 kHz \(errata 2.1\)/,
  ],
  [
    "500 kHz in one band with what erratum 2.1 has for the other",
    (host) => {
      host.write(0x1d, 0x92);
      host.write(0x36, 0x02);
      host.write(0x3a, 0x7f);
      host.write(0x01, RX_SINGLE);
    },
    /RX at 500 kHz and 868.100 MHz with register 0x36 at 0x02 and 0x3A at 0x7F: must be 0x64 \(errata 2.1\)/,
  ],
  [
    "+20 dBm under the current limit after reset",
    (host) => {
      host.write(0x09, 0x8f);
      host.write(0x4d, 0x87);
      host.write(0x01, TX);
    },
    /RegOcp 0x2B limits the current to 100 mA, \+20 dBm needs 120 mA/,
  ],
  [
    "+17 dBm under a limit of 60 mA",
    (host) => {
      host.write(0x09, 0x8f);
      host.write(0x0b, 0x23);
      host.write(0x01, TX);
    },
    /RegOcp 0x23 limits the current to 60 mA, \+17 dBm needs 87 mA/,
  ],
  [
    "+20 dBm as 18 in four bits, without RegPaDac",
    (host) => {
      host.write(0x09, 0x80 | 18);
      host.write(0x01, TX);
    },
    /the power ran over the four bits of OutputPower, the chip sends 4 dBm/,
  ],
  [
    "+20 dBm from RFO",
    (host) => {
      host.write(0x09, 0x7f);
      host.write(0x4d, 0x87);
      host.write(0x01, TX);
    },
    /RegPaDac 0x87 \(\+20 dBm\) is for the PA_BOOST pin, but RFO is selected/,
  ],
  [
    "an undefined RegPaDac",
    (host) => {
      host.write(0x4d, 0x85);
      host.write(0x01, TX);
    },
    /RegPaDac is 0x85: only 0x84/,
  ],
  [
    "activity detection in a reserved bandwidth",
    (host) => {
      host.write(0x1d, 0xf2);
      host.write(0x01, CAD);
    },
    /bandwidth 15 is reserved/,
  ],
  [
    "a short reset",
    (host, run) => {
      host.chip.reset(true);
      run(1050);
      host.chip.reset(false);
    },
    /NRESET was low for 50 us only: hold it for 100 us/,
  ],
  [
    "SPI in reset",
    (host) => {
      host.chip.reset(true);
      host.read(0x42);
    },
    /SPI access while NRESET is low/,
  ],
  [
    "SPI right after reset",
    (host, run) => {
      host.chip.reset(true);
      run(1200);
      host.chip.reset(false);
      run(5000);
      host.read(0x42);
    },
    /SPI access within 5 ms after the release of NRESET/,
  ],
  [
    "another mode during the image calibration",
    (host) => {
      host.write(0x01, SLEEP);
      host.write(0x01, 0x00);
      host.write(0x01, 0x01);
      host.write(0x3b, 0x42);
      host.write(0x01, 0x00);
    },
    /RegOpMode written before the image calibration has ended/,
  ],
  [
    "image calibration in sleep",
    (host) => {
      host.write(0x01, SLEEP);
      host.write(0x01, 0x00);
      host.write(0x3b, 0x42);
    },
    /ImageCalStart outside FSK standby: no calibration takes place/,
  ],
];

/** By a chip that is set up for the FSK of LoRaWAN and stands by. */
const FSK_MISUSES: readonly Misuse[] = [
  [
    "an octet too many for the FIFO",
    (host) => host.write(0x00, ...new Array(65).fill(1)),
    /write to a full FIFO \(64 octets\): the octet is lost/,
  ],
  ["an empty FIFO read", (host) => host.read(0x00), /read of an empty FIFO/],
  [
    "a FIFO that is not fed in time",
    (host, run) => {
      host.write(0x00, 10, 1, 2);
      host.write(0x01, 0x03);
      run(10_000);
    },
    /the FIFO ran empty 8 octets before the end of the packet/,
  ],
  [
    "an empty packet",
    (host, run) => {
      host.write(0x00, 0);
      host.write(0x01, 0x03);
      run(2000);
    },
    /TX with length octet 0: nothing is sent/,
  ],
  [
    "standby before PacketSent",
    (host, run) => {
      host.write(0x00, 2, 1, 2);
      host.write(0x01, 0x03);
      run(2000);
      host.write(0x01, 0x01);
    },
    /STDBY commanded before PacketSent: the packet on the air is cut off/,
  ],
  [
    "the frequency in TX",
    (host) => {
      host.write(0x01, 0x03);
      host.write(0x08, 0);
    },
    /changes the frequency in TX/,
  ],
  [
    "the bit rate in RX",
    (host) => {
      host.write(0x01, 0x05);
      host.write(0x02, 1);
    },
    /write of 0x01 to 0x02 changes a modem setting in RXCONTINUOUS/,
  ],
  [
    "the sync word in RX",
    (host) => {
      host.write(0x01, 0x05);
      host.write(0x28, 1);
    },
    /write of 0x01 to 0x28 changes a modem setting/,
  ],
  ["RXSINGLE, which LoRa alone has", (host) => host.write(0x01, 0x06), /mode 6 is reserved there/],
  ["CAD, which LoRa alone has", (host) => host.write(0x01, 0x07), /CAD in FSK.OOK mode: mode 7 is reserved/],
  [
    "a filter narrower than the signal",
    (host, run) => {
      host.write(0x12, 0x13);
      host.write(0x01, 0x05);
      run(2000);
    },
    /RegRxBw 0x13 lets 41.7 kHz pass, deviation and half the bit rate are 50.0 kHz/,
  ],
  [
    "a reserved filter",
    (host, run) => {
      host.write(0x12, 0x1a);
      host.write(0x01, 0x05);
      run(2000);
    },
    /RegRxBw is 0x1A: mantissa 3 and exponent 0 are reserved/,
  ],
  [
    "a bit rate beyond the modem's",
    (host, run) => {
      host.write(0x02, 0x00, 0x40);
      host.write(0x00, 1, 1);
      host.write(0x01, 0x03);
      run(2000);
    },
    /a bit rate of 500000 bit\/s: the modem has 1200 to 300000/,
  ],
  [
    "a deviation under the modem's",
    (host, run) => {
      host.write(0x04, 0x00, 0x05);
      host.write(0x00, 1, 1);
      host.write(0x01, 0x03);
      run(2000);
    },
    /a deviation of 305 Hz: the modem has 600 Hz to 200 kHz/,
  ],
  [
    "a modulation index of a quarter",
    (host, run) => {
      host.write(0x04, 0x00, 0x66);
      host.write(0x00, 1, 1);
      host.write(0x01, 0x03);
      run(2000);
    },
    /a modulation index of 0.25: 0.5 to 10 is permitted/,
  ],
  [
    "a sync word with a zero",
    (host, run) => {
      host.write(0x29, 0x00);
      host.write(0x01, 0x05);
      run(2000);
    },
    /the sync word has an octet of 0x00/,
  ],
  [
    "no sync word",
    (host, run) => {
      host.write(0x27, 0x02);
      host.write(0x01, 0x05);
      run(2000);
    },
    /RX with SyncOn 0/,
  ],
  [
    "no preamble",
    (host, run) => {
      host.write(0x26, 0);
      host.write(0x00, 1, 1);
      host.write(0x01, 0x03);
      run(2000);
    },
    /TX without preamble/,
  ],
  [
    "a reserved whitening",
    (host, run) => {
      host.write(0x30, 0xf8);
      host.write(0x01, 0x05);
      run(2000);
    },
    /DcFree 3 is reserved/,
  ],
  [
    "a reserved address filter",
    (host, run) => {
      host.write(0x30, 0xde);
      host.write(0x01, 0x05);
      run(2000);
    },
    /AddressFiltering 3 is reserved/,
  ],
  [
    "Manchester coding",
    (host, run) => {
      host.write(0x30, 0xb8);
      host.write(0x01, 0x05);
      run(2000);
    },
    /RegPacketConfig1 selects Manchester coding, which is not modelled/,
  ],
  [
    "OOK",
    (host, run) => {
      host.write(0x01, 0x25);
      run(2000);
    },
    /RegOpMode selects OOK, which is not modelled/,
  ],
  [
    "continuous mode",
    (host, run) => {
      host.write(0x31, 0x00);
      host.write(0x01, 0x05);
      run(2000);
    },
    /RegPacketConfig2 selects continuous mode, which is not modelled/,
  ],
  [
    "packets without end",
    (host, run) => {
      host.write(0x30, 0x58, 0x40, 0);
      host.write(0x01, 0x05);
      run(2000);
    },
    /a packet of unlimited length \(PayloadLength 0\), which is not modelled/,
  ],
  [
    "the sequencer",
    (host) => {
      host.write(0x36, 0x80);
      host.write(0x01, 0x05);
    },
    /the sequencer is started .* not modelled/,
  ],
  ["a measurement overwritten", (host) => host.write(0x11, 0), /0x11: the register is read-only in FSK/],
  ["a reserved address", (host) => host.write(0x18, 0), /0x18: the address is reserved in FSK/],
  ["a reserved DIO mapping", (host) => host.write(0x40, 0x30), /mapping 3 of DIO1 is reserved/],
];

describe("SX1276 findings", () => {
  for (const [what, how, finding] of MISUSES) {
    it(what, () => {
      const { tx, run } = pair();
      how(tx, run);
      assert.match(tx.findings.join("\n"), finding);
    });
  }

  for (const [what, how, finding] of FSK_MISUSES) {
    it(`in FSK: ${what}`, () => {
      const shared = world();
      const host = new Host("tx", shared).configureFsk();
      shared.clock.advanceTo(1_000_000);
      assert.deepEqual(host.findings, []);
      how(host, (us) => shared.clock.advanceTo(us * 1000));
      assert.match(host.findings.join("\n"), finding);
    });
  }

  it("name the chip's station and the instant", () => {
    const { tx } = pair();
    tx.read(0x2c);
    assert.match(tx.findings[0], /^SX1276 of tx: /);
  });

  /** The registers are those after reset, where the driver does not write them. */
  const WITHOUT_WORKAROUNDS: ReadonlyArray<readonly [string, (host: Host) => void]> = [
    ["125 kHz and the automatic intermediate frequency", (host) => host.write(0x31, 0xc3)],
    ["125 kHz and another low octet of it", (host) => host.write(0x30, 0x40)],
    ["500 kHz as it is after reset", (host) => host.write(0x1d, 0x92)],
    [
      "500 kHz between the bands of the note",
      (host) => {
        host.write(0x1d, 0x92);
        host.write(0x06, 0xc3, 0x00, 0x00); // 780 MHz
        host.write(0x36, 0x02);
        host.write(0x3a, 0x64);
      },
    ],
    [
      "500 kHz at 433 MHz with its value",
      (host) => {
        host.write(0x1d, 0x92);
        host.write(0x06, 0x6c, 0x40, 0x00);
        host.write(0x36, 0x02);
        host.write(0x3a, 0x7f);
      },
    ],
  ];
  for (const [what, prepare] of WITHOUT_WORKAROUNDS) {
    it(`are not what the errata note only advises: ${what}`, () => {
      const { tx } = pair();
      prepare(tx);
      tx.write(0x01, RX_SINGLE);
      assert.deepEqual(tx.findings, []);
    });
  }

  it("are not the registers of low frequencies at a high one, which LoRaMac-node and LMIC leave on", () => {
    const { tx } = pair();
    tx.write(0x01, RX_SINGLE | 0x08);
    assert.deepEqual(tx.findings, []);
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
