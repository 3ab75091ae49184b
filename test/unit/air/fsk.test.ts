/** FSK packets: their octets against the chips' documents, their time on air, and who disturbs whom. */
import assert from "node:assert/strict";
import {
  Air,
  type Arrival,
  CRC_CCITT,
  CRC_IBM,
  crcOctets,
  type FskTransmission,
  frameOctets,
  fskAirtimeUs,
  fskBandwidthHz,
  LORAWAN_FSK,
  type LoraTransmission,
  type Transmission,
  whiten,
} from "../../../hil/air/index.ts";
import { VirtualClock } from "../../../hil/clock/index.ts";

const CHECK = [..."123456789"].map((digit) => digit.charCodeAt(0));

describe("FSK on the air", () => {
  // The figures of LoRaMac-node and The Things Stack for 17 octets; the others by the formula.
  for (const [octets, us] of [
    [1, 1920],
    [17, 4480],
    [64, 12_000],
  ]) {
    it(`takes ${us} us for ${octets} octets at 50 kbit/s`, () => {
      assert.equal(fskAirtimeUs({ ...LORAWAN_FSK, payloadBytes: octets }), us);
    });
  }

  it("has the CRCs of the catalogue: SPI-FUJITSU, inverted, and CMS", () => {
    assert.deepEqual(crcOctets(CHECK, { ...CRC_CCITT, inverted: false }), [0xe5, 0xcc]);
    assert.deepEqual(crcOctets(CHECK, CRC_CCITT), [0x1a, 0x33]);
    assert.deepEqual(crcOctets(CHECK, CRC_IBM), [0xae, 0xe7]);
  });

  it("whitens with x^9 + x^5 + 1 from all ones", () => {
    // The sequence of TI's PN9, which starts alike (TI DN509): FF E1 1D 9A ED 85 33 24 EA.
    assert.deepEqual(
      [...whiten(new Uint8Array(9), 0x1ff)],
      [0xff, 0xe1, 0x1d, 0x9a, 0xed, 0x85, 0x33, 0x24, 0xea],
    );
    assert.deepEqual([...whiten([1, 2, 3], undefined)], [1, 2, 3]);
  });

  it("sends length, payload and CRC after the sync word, all of it whitened", () => {
    const payload = Uint8Array.of(0x40, 0x41);
    const plain = frameOctets({ ...LORAWAN_FSK, whiteningSeed: undefined, payload });
    assert.deepEqual([...plain], [2, 0x40, 0x41, ...crcOctets([2, 0x40, 0x41], CRC_CCITT)]);
    assert.deepEqual(frameOctets({ ...LORAWAN_FSK, payload }), whiten(plain, 0x1ff));
  });

  it("is disturbed by LoRa in its channel, and disturbs no LoRa", () => {
    const clock = new VirtualClock();
    const air = new Air({ clock, random: () => 0.5 });
    const arrivals: Arrival[] = [];
    air.attach({ name: "receiver", arriving: (arrival) => arrivals.push(arrival) });
    const common = {
      frequencyHz: 868_800_000,
      powerDbm: 14,
      payload: Uint8Array.of(1),
      startNs: 0,
      endNs: 1e6,
    };
    const fsk: FskTransmission = {
      modulation: "fsk",
      from: "a",
      ...common,
      ...LORAWAN_FSK,
      bandwidthHz: fskBandwidthHz(LORAWAN_FSK),
    };
    const lora: LoraTransmission = {
      modulation: "lora",
      from: "b",
      ...common,
      bandwidthHz: 125_000,
      spreadingFactor: 7,
      codingRate: 1,
      preambleSymbols: 8,
      implicitHeader: false,
      crc: true,
      lowDataRateOptimize: false,
      iqInverted: false,
      syncWord: 0x34,
    };
    const intact = (...transmissions: Transmission[]) => {
      arrivals.length = 0;
      for (const transmission of transmissions) air.transmit(transmission);
      return arrivals.map((arrival) => air.outcome(arrival)?.intact);
    };
    assert.deepEqual(intact(fsk, lora), [false, true]);
    clock.advanceTo(2e6);
    const later = { startNs: 2e6, endNs: 3e6 };
    assert.deepEqual(intact({ ...fsk, ...later }, { ...lora, ...later, powerDbm: 8 }), [true, true]);
    clock.advanceTo(4e6);
    const afar = { startNs: 4e6, endNs: 5e6, frequencyHz: 869_525_000 };
    assert.deepEqual(intact({ ...fsk, startNs: 4e6, endNs: 5e6 }, { ...lora, ...afar }), [true, true]);
  });
});
