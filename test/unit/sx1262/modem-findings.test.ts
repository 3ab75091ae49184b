/** What the chip notices of settings of the LoRa modem, the carrier and the amplifier that cannot be meant. */
import assert from "node:assert/strict";
import { CONTINUOUS, type Host, Irq, Op, pair, pass, type World } from "./host.ts";
import { findsMisuses, type Misuse } from "./misuses.ts";

const PACKET_TYPE: readonly Misuse[] = [
  ["an unknown packet type", (host) => host.send(Op.SetPacketType, 2), /SetPacketType 2/],
  [
    "modulation before packet type",
    (host) => host.send(Op.SetPacketType, 0).send(Op.SetModulationParams, 7, 4, 1, 0),
    /SetModulationParams with 4 octets, packet type 0 takes 8; for LoRa send SetPacketType 1 first/,
  ],
  [
    "packet parameters before packet type",
    (host) => host.send(Op.SetPacketType, 0).send(Op.SetPacketParams, 0, 8, 0, 1, 1, 0),
    /SetPacketParams with 6 octets, packet type 0 takes 9/,
  ],
  [
    "TX after another packet type was set",
    (host) => host.send(Op.SetPacketType, 0).setTx(),
    /SetTx without SetModulationParams, SetPacketParams since the packet type was set/,
  ],
  ["TX with LR-FHSS", (host) => host.send(Op.SetPacketType, 3).setTx(), /SetTx with packet type LR-FHSS/],
  [
    "RX after the packet type has changed to and fro",
    (host) => host.send(Op.SetPacketType, 0).send(Op.SetPacketType, 1).setRx(0),
    /SetRx without SetModulationParams, SetPacketParams since the packet type was set/,
  ],
];

const SETTINGS: readonly Misuse[] = [
  ["SF4", (host) => host.send(Op.SetModulationParams, 4, 4, 1, 0), /there is no SF4/],
  ["SF13", (host) => host.send(Op.SetModulationParams, 13, 4, 1, 0), /there is no SF13/],
  [
    "a reserved bandwidth",
    (host) => host.send(Op.SetModulationParams, 7, 7, 1, 0),
    /bandwidth 0x07 is reserved/,
  ],
  ["a reserved coding rate", (host) => host.send(Op.SetModulationParams, 7, 4, 0, 0), /coding rate 0/],
  [
    "SF12 without the low data rate optimisation",
    (host) => host.send(Op.SetModulationParams, 12, 4, 1, 0),
    /LowDataRateOptimize is off: mandatory for SF12 at 125 kHz/,
  ],
  [
    "no preamble",
    (host) => host.send(Op.SetPacketParams, 0, 0, 0, 1, 1, 0),
    /a preamble of 0 symbols is not permitted/,
  ],
  [
    "the CRC type of another chip",
    (host) => host.send(Op.SetPacketParams, 0, 8, 0, 1, 0x20, 0),
    /CRC type 32: 0 is off/,
  ],
  [
    "a short preamble with SF6",
    (host) => host.modulate(6).packet({ preamble: 8, length: 1 }).setTx(),
    /SF6 wants a preamble of 12 symbols or more, it has 8/,
  ],
];

const ERRATA: readonly Misuse[] = [
  [
    "500 kHz without erratum 15.1",
    (host) => host.modulate(7).send(Op.SetModulationParams, 7, 6, 1, 0).setTx(),
    /register 0x0889 is 0x05, bit 2 must be 0 for 500 kHz \(section 15.1\)/,
  ],
  [
    "125 kHz without erratum 15.1",
    (host) => host.write(0x0889, 0x01).setTx(),
    /register 0x0889 is 0x01, bit 2 must be 1 for 125 kHz/,
  ],
  [
    "TX without erratum 15.2",
    (host) => host.write(0x08d8, 0xc8).setTx(),
    /register 0x08D8 is 0xC8, bits 4:1 must be 1 \(section 15.2\)/,
  ],
  [
    "inverted IQ without erratum 15.4",
    (host) => host.send(Op.SetPacketParams, 0, 8, 0, 1, 1, 1).setRx(0),
    /SetRx: register 0x0736 is 0x0D, bit 2 must be 0 with inverted IQ/,
  ],
  [
    "standard IQ after inverted without erratum 15.4",
    (host) => host.packet({ inverted: true }).send(Op.SetPacketParams, 0, 8, 0, 1, 1, 0).setTx(),
    /SetTx: register 0x0736 is 0x09, bit 2 must be 1 with standard IQ/,
  ],
];

const CARRIER: readonly Misuse[] = [
  [
    "a frequency that the chip does not have",
    (host) => host.send(Op.SetRfFrequency, 0x06, 0xc8, 0, 0),
    /SetRfFrequency 0x06C80000 is 108.5 MHz: the chip tunes from 150 to 960 MHz/,
  ],
  [
    "reception outside the band of the image calibration",
    (host) => host.send(Op.SetRfFrequency, 0x39, 0x30, 0, 0).setRx(0),
    /SetRx at 915 MHz: the image is calibrated for 860 to 876 MHz/,
  ],
  [
    "an image calibration from top to bottom",
    (host) => host.send(Op.CalibrateImage, 0xdb, 0xd7),
    /CalibrateImage 0xDB 0xD7/,
  ],
];

const AMPLIFIER: readonly Misuse[] = [
  [
    "more power than the part has",
    (host) => host.send(Op.SetTxParams, 23, 4),
    /SetTxParams asks for 23 dBm: the SX1262 has -9 to 22 dBm/,
  ],
  ["less power than the part has", (host) => host.send(Op.SetTxParams, -10 & 0xff, 4), /asks for -10 dBm/],
  ["an unknown ramp", (host) => host.send(Op.SetTxParams, 14, 8), /ramp time 8 is reserved/],
  [
    "the other part's amplifier",
    (host) => host.send(Op.SetPaConfig, 4, 0, 1, 1),
    /deviceSel 1 is the amplifier of the SX1261/,
  ],
  [
    "a reserved table of the amplifier",
    (host) => host.send(Op.SetPaConfig, 4, 7, 0, 0),
    /paLut 0 is reserved/,
  ],
  [
    "too much for the amplifier",
    (host) => host.send(Op.SetPaConfig, 5, 8, 0, 1),
    /hpMax 8.*\n.*paDutyCycle 5/,
  ],
  [
    "an amplifier that is off",
    (host) => host.send(Op.SetPaConfig, 4, 0, 0, 1).setTx(),
    /hpMax 0: the amplifier is off/,
  ],
  [
    "a current limit under what the power needs",
    (host) => host.send(Op.SetTxParams, 22, 4).write(0x08e7, 0x18).setTx(),
    /register 0x08E7 limits the current to 60 mA, 22 dBm need 118 mA/,
  ],
];

const RECEPTION: readonly Misuse[] = [
  [
    "a symbol time-out beyond what the chip counts",
    (host) => host.send(Op.SetSymbNumTimeout, 249),
    /SetLoRaSymbNumTimeout 249: 248 is the most/,
  ],
  [
    "continuous reception with a symbol time-out",
    (host) => host.receive(CONTINUOUS, 8),
    /SetRx, continuous, with a symbol time-out of 8/,
  ],
  ["CAD without its parameters", (host) => host.send(Op.SetCad), /SetCad without SetCadParams/],
  ["too many symbols of CAD", (host) => host.send(Op.SetCadParams, 5, 24, 10, 0, 0, 0, 0), /5 is reserved/],
  [
    "a CAD that takes noise for activity",
    (host) => host.send(Op.SetCadParams, 1, 10, 10, 0, 0, 0, 0),
    /the peak 10 is not above the least 10, noise counts as activity/,
  ],
  [
    "CAD in TX",
    (host) => host.transmit([1]).send(Op.SetCadParams, 1, 22, 10, 0, 0, 0, 0),
    /SetCadParams in TX changes what the modem is working with/,
  ],
  ["an unknown end of CAD", (host) => host.send(Op.SetCadParams, 1, 24, 10, 2, 0, 0, 0), /exit mode 0x02/],
];

describe("SX1262 findings", () => {
  describe("of the packet type", () => findsMisuses("lora", PACKET_TYPE));
  describe("of the LoRa modem", () => findsMisuses("lora", SETTINGS));
  describe("of what section 15 asks for", () => findsMisuses("lora", ERRATA));
  describe("of the carrier", () => findsMisuses("lora", CARRIER));
  describe("of the amplifier", () => findsMisuses("lora", AMPLIFIER));
  describe("of reception and activity detection", () => findsMisuses("lora", RECEPTION));
});

describe("SX1262 erratum 15.3", () => {
  /** A packet with implicit header, received with a time-out of 500 ms. */
  function implicitReception(prepare: (world: World, rx: Host) => void) {
    const { tx, rx, ...shared } = pair();
    tx.packet({ implicit: true, length: 3 }).send(Op.WriteBuffer, 0, 1, 2, 3);
    rx.packet({ implicit: true, length: 3 }).receive(32_000).ready();
    tx.setTx();
    pass(shared, 100_000);
    assert.equal(rx.irq & Irq.RxDone, Irq.RxDone);
    rx.send(Op.ClearIrqStatus, 0xff, 0xff);
    prepare(shared, rx);
    pass(shared, 1_000_000);
    return rx;
  }

  it("the timer of a reception with implicit header, left running: erratum 15.3", () => {
    const rx = implicitReception(() => {});
    assert.match(rx.findings.join("\n"), /ran on and raises Timeout.*\(section 15.3\)/);
    assert.equal(rx.irq, Irq.Timeout);
  });

  it("the same in the next reception", () => {
    const rx = implicitReception((_, host) => host.setRx(0));
    assert.match(rx.findings.join("\n"), /SetRx while the timer of the last reception, with implicit header/);
  });

  it("none where that timer was stopped", () => {
    const rx = implicitReception((_, host) => host.write(0x0902, 0).write(0x0944, host.read(0x0944) | 2));
    assert.deepEqual(rx.findings, []);
    assert.equal(rx.irq, 0);
  });
});
