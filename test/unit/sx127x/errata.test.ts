/**
 * The errata note of the SX1276/77/78/79: what its workarounds do, what is wrong with them, and what it only advises.
 */
import assert from "node:assert/strict";
import { type Host, pair, RX_SINGLE } from "./host.ts";
import { loraMisuses, type Misuse, writes } from "./misuses.ts";

const MISUSES: readonly Misuse[] = [
  [
    "125 kHz with what the note has for 500 kHz",
    writes([0x36, 0x02], [0x3a, 0x64], [0x01, RX_SINGLE]),
    /RX at 125 kHz with register 0x36 at 0x02: must be 0x03 below 500 kHz \(errata 2.1\)/,
  ],
  [
    "500 kHz in one band with what the note has for the other",
    writes([0x1d, 0x92], [0x36, 0x02], [0x3a, 0x7f], [0x01, RX_SINGLE]),
    /RX at 500 kHz and 868.100 MHz with register 0x36 at 0x02 and 0x3A at 0x7F: must be 0x64 \(errata 2.1\)/,
  ],
];

const NO_MISUSES: ReadonlyArray<readonly [string, (host: Host) => void]> = [
  ["125 kHz and the automatic intermediate frequency", writes([0x31, 0xc3])],
  ["125 kHz and another low octet of it, as of LMIC", writes([0x30, 0x40])],
  ["500 kHz as it is after reset", writes([0x1d, 0x92], [0x31, 0xc3])],
  [
    "500 kHz between the bands of the note",
    writes([0x1d, 0x92], [0x06, 0xc3, 0x00, 0x00], [0x36, 0x02], [0x3a, 0x64]),
  ],
  [
    "500 kHz at 433 MHz with its value",
    writes([0x1d, 0x92], [0x06, 0x6c, 0x40, 0x00], [0x36, 0x02], [0x3a, 0x7f]),
  ],
];

describe("SX1276 errata 2.1", () => {
  loraMisuses("sx1276", MISUSES);

  for (const [what, prepare] of NO_MISUSES) {
    it(`no finding: ${what}`, () => {
      const { tx } = pair();
      prepare(tx);
      tx.write(0x01, RX_SINGLE);
      assert.deepEqual(tx.findings, []);
    });
  }

  it("no finding: the bit of low frequencies at a high one, which LoRaMac-node and LMIC leave on", () => {
    const { tx } = pair();
    tx.write(0x01, RX_SINGLE | 0x08);
    assert.deepEqual(tx.findings, []);
  });
});

describe("SX1276 errata 2.3", () => {
  const CARRIER = 0xd90666;
  const STEP_HZ = 32e6 / 2 ** 19;

  /** Code and width of a bandwidth, and RegIfFreq2 as the note has it. */
  const NARROW: ReadonlyArray<readonly [code: number, bandwidthHz: number, ifFreq2: number]> = [
    [0, 7812.5, 0x48],
    [1, 125_000 / 12, 0x44],
    [2, 15_625, 0x44],
    [3, 125_000 / 6, 0x44],
    [4, 31_250, 0x44],
    [5, 125_000 / 3, 0x44],
  ];

  /** Whether a packet on the carrier is received, or seen by CAD, with the receiver tuned `steps` above it. */
  function hears(mode: "rx" | "cad", code: number, prepare: (rx: Host) => void, steps: number): boolean {
    const { tx, rx, clock } = pair();
    for (const host of [tx, rx]) {
      host.write(0x1d, (code << 4) | 2);
      host.write(0x26, code === 0 ? 0x08 : 0x00);
    }
    prepare(rx);
    const frf = CARRIER + steps;
    rx.write(0x06, frf >> 16, (frf >> 8) & 0xff, frf & 0xff);
    if (mode === "rx") rx.receive(20);
    tx.transmit([1, 2, 3]);
    if (mode === "cad") clock.at(clock.nowNs() + 10_000_000, () => rx.write(0x01, 0x87));
    clock.advanceTo(clock.nowNs() + 20e9);
    assert.deepEqual([...tx.findings, ...rx.findings], []);
    return (rx.read(0x12) & (mode === "rx" ? 0x40 : 0x01)) !== 0;
  }

  const automatic = (rx: Host) => rx.write(0x31, 0xc3);

  for (const [code, bandwidthHz, ifFreq2] of NARROW) {
    const steps = Math.round(bandwidthHz / STEP_HZ);
    const ofTheNote = (rx: Host) => rx.write(0x2f, ifFreq2, 0x00, 0x43);

    it(`${(bandwidthHz / 1000).toFixed(1)} kHz is received tuned a bandwidth above the carrier`, () => {
      assert.equal(hears("rx", code, ofTheNote, steps), true);
      assert.equal(hears("rx", code, ofTheNote, 0), false);
    });

    it(`${(bandwidthHz / 1000).toFixed(1)} kHz is received at the carrier with the automatic frequency`, () => {
      assert.equal(hears("rx", code, automatic, 0), true);
      assert.equal(hears("rx", code, automatic, steps), false);
    });
  }

  it("moves the activity detection too", () => {
    const [code, bandwidthHz, ifFreq2] = NARROW[4];
    const ofTheNote = (rx: Host) => rx.write(0x2f, ifFreq2, 0x00, 0x43);
    assert.equal(hears("cad", code, ofTheNote, Math.round(bandwidthHz / STEP_HZ)), true);
    assert.equal(hears("cad", code, ofTheNote, 0), false);
  });

  it("62.5 kHz is received at the carrier, with the note's frequency and without", () => {
    assert.equal(
      hears("rx", 6, (rx) => rx.write(0x2f, 0x40, 0x00, 0x43), 0),
      true,
    );
    assert.equal(hears("rx", 6, automatic, 0), true);
  });
});
