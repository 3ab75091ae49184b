/** What the chip notices of settings of the LoRa modem, the carrier and the amplifier that cannot be meant. */
import { CAD, PARTS, type Part, RX_SINGLE, TX } from "./host.ts";
import { enters, loraMisuses, type Misuse, writes } from "./misuses.ts";

const MODEM: readonly Misuse[] = [
  ["an empty payload", writes([0x22, 0], [0x01, TX]), /RegPayloadLength 0/],
  [
    "a window of three symbols",
    writes([0x1f, 3], [0x01, RX_SINGLE]),
    /time-out of 3 symbols: 4 is the least/,
  ],
  [
    "inverted IQ with one of its two registers",
    writes([0x33, 0x67], [0x01, RX_SINGLE]),
    /RegInvertIQ2 is 0x1D: must be 0x19 with IQ inverted/,
  ],
  ["a reserved spreading factor", enters(TX, { spreadingFactor: 13 }), /spreading factor 13 is reserved/],
  ["a reserved coding rate", enters(TX, { codingRate: 0 }), /coding rate 0 is reserved/],
  [
    "SF6 set up like the others",
    enters(TX, { spreadingFactor: 6 }),
    /SF6 works with implicit header only.*\n.*RegDetectOptimize.*\n.*RegDetectionThreshold is 0x0A: must be 0x0C/,
  ],
  [
    "SF12 without the low data rate optimisation",
    enters(TX, { spreadingFactor: 12 }),
    /LowDataRateOptimize is off/,
  ],
  ["frequency hopping", writes([0x24, 5], [0x01, TX]), /frequency hopping is not modelled/],
  ["continuous transmission", writes([0x1e, 0x7c], [0x01, TX]), /continuous transmission is not modelled/],
  ["a preamble of five symbols", writes([0x21, 5], [0x01, TX]), /a preamble of 5 symbols: 6 is the least/],
  [
    "implicit header without a length",
    (host) => {
      host.write(0x22, 0);
      host.modem({ implicitHeader: true }).write(0x01, RX_SINGLE);
    },
    /implicit header and RegPayloadLength 0/,
  ],
];

const BANDWIDTHS: Readonly<Record<Part, readonly Misuse[]>> = {
  sx1276: [
    ["a reserved bandwidth", writes([0x1d, 0xa2], [0x01, TX]), /bandwidth 10 is reserved/],
    [
      "activity detection in a reserved bandwidth",
      writes([0x1d, 0xf2], [0x01, CAD]),
      /bandwidth 15 is reserved/,
    ],
    [
      "500 kHz in the lowest band",
      writes([0x06, 0x2a, 0x40, 0x00], [0x1d, 0x92], [0x01, TX]),
      /500 kHz at 169.000 MHz: the modem has 125 kHz at most below 175 MHz/,
    ],
  ],
  sx1272: [
    ["a reserved bandwidth", writes([0x1d, 0xca], [0x01, TX]), /bandwidth 3 is reserved/],
    [
      "activity detection in a reserved bandwidth",
      writes([0x1d, 0xca], [0x01, CAD]),
      /bandwidth 3 is reserved/,
    ],
  ],
};

const UNFINISHED_CARRIER: Misuse = [
  "one without its last octet",
  writes([0x06, 0xd9, 0x13], [0x01, TX]),
  /written without RegFrfLsb: the new frequency has no effect/,
];

/** Beyond the synthesizer. */
const CARRIERS: Readonly<Record<Part, readonly Misuse[]>> = {
  sx1276: [
    [
      "1024 MHz",
      writes([0x06, 0xff, 0xff, 0xff], [0x01, TX]),
      /RegFrf is 0xFFFFFF, 1024.000 MHz: the SX1276 tunes 137 to 1020 MHz/,
    ],
    ["136 MHz", writes([0x06, 0x22, 0x00, 0x00], [0x01, TX]), /136.000 MHz: the SX1276 tunes 137/],
  ],
  sx1272: [
    ["1024 MHz", writes([0x06, 0xff, 0xff, 0xff], [0x01, TX]), /the SX1272 tunes 860 to 1020 MHz/],
    ["434 MHz", writes([0x06, 0x6c, 0x80, 0x00], [0x01, TX]), /434.000 MHz: the SX1272 tunes 860/],
  ],
};

/** `paDac`: the address of RegPaDac. */
const amplifier = (paDac: number): readonly Misuse[] => [
  [
    "+20 dBm under the current limit after reset",
    writes([0x09, 0x8f], [paDac, 0x87], [0x01, TX]),
    /RegOcp 0x2B limits the current to 100 mA, \+20 dBm needs 120 mA/,
  ],
  [
    "+17 dBm under a limit of 60 mA",
    writes([0x09, 0x8f], [0x0b, 0x23], [0x01, TX]),
    /RegOcp 0x23 limits the current to 60 mA, \+17 dBm needs 87 mA/,
  ],
  [
    "+20 dBm as 18 in four bits, without RegPaDac",
    writes([0x09, 0x80 | 18], [0x01, TX]),
    /the power ran over the four bits of OutputPower, the chip sends 4 dBm/,
  ],
  [
    "+20 dBm from RFO",
    writes([0x09, 0x0f], [paDac, 0x87], [0x01, TX]),
    /RegPaDac 0x87 \(\+20 dBm\) is for the PA_BOOST pin, but RFO is selected/,
  ],
  ["an undefined RegPaDac", writes([paDac, 0x85], [0x01, TX]), /RegPaDac is 0x85: only 0x84/],
];

for (const part of PARTS) {
  describe(`${part.toUpperCase()} findings`, () => {
    describe("of the LoRa modem", () => loraMisuses(part, [...MODEM, ...BANDWIDTHS[part]]));
    describe("of the carrier", () => loraMisuses(part, [UNFINISHED_CARRIER, ...CARRIERS[part]]));
    describe("of the amplifier", () => loraMisuses(part, amplifier(part === "sx1276" ? 0x4d : 0x5a)));
  });
}
