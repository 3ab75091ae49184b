/** What the chip notices of a driver's ways with its FSK modem. */
import { PARTS } from "./host.ts";
import { fskMisuses, type Misuse, writes } from "./misuses.ts";

const TX = 0x03;
const RX = 0x05;

const FIFO: readonly Misuse[] = [
  [
    "an octet too many",
    writes([0x00, ...new Array<number>(65).fill(1)]),
    /write to a full FIFO \(64 octets\): the octet is lost/,
  ],
  ["read while it is empty", (host) => host.read(0x00), /read of an empty FIFO/],
  [
    "not fed in time",
    writes([0x00, 10, 1, 2], [0x01, TX]),
    /the FIFO ran empty 8 octets before the end of the packet/,
  ],
  ["an empty packet", writes([0x00, 0], [0x01, TX]), /TX with length octet 0: nothing is sent/],
];

const MODES: readonly Misuse[] = [
  [
    "standby before PacketSent",
    (host, pass) => {
      writes([0x00, 2, 1, 2], [0x01, TX])(host);
      pass(1000);
      host.write(0x01, 0x01);
    },
    /STDBY commanded before PacketSent: the packet on the air is cut off/,
  ],
  ["the frequency in TX", writes([0x01, TX], [0x08, 0]), /changes the frequency in TX/],
  [
    "the bit rate in RX",
    writes([0x01, RX], [0x02, 1]),
    /write of 0x01 to 0x02 changes a modem setting in RXCONTINUOUS/,
  ],
  ["the sync word in RX", writes([0x01, RX], [0x28, 1]), /write of 0x01 to 0x28 changes a modem setting/],
  ["RXSINGLE, which LoRa alone has", writes([0x01, 0x06]), /mode 6 is reserved there/],
  ["CAD, which LoRa alone has", writes([0x01, 0x07]), /CAD in FSK.OOK mode: mode 7 is reserved/],
];

const SETTINGS: readonly Misuse[] = [
  [
    "a filter narrower than the signal",
    writes([0x12, 0x13], [0x01, RX]),
    /RegRxBw 0x13 lets 41.7 kHz pass, deviation and half the bit rate are 50.0 kHz/,
  ],
  [
    "a reserved filter",
    writes([0x12, 0x1a], [0x01, RX]),
    /RegRxBw is 0x1A: mantissa 3 and exponent 0 are reserved/,
  ],
  [
    "a bit rate beyond the modem's",
    writes([0x02, 0x00, 0x40], [0x00, 1, 1], [0x01, TX]),
    /a bit rate of 500000 bit\/s: the modem has 1200 to 300000/,
  ],
  [
    "a deviation under the modem's",
    writes([0x04, 0x00, 0x05], [0x00, 1, 1], [0x01, TX]),
    /a deviation of 305 Hz: the modem has 600 Hz to 200 kHz/,
  ],
  [
    "a modulation index of a quarter",
    writes([0x04, 0x00, 0x66], [0x00, 1, 1], [0x01, TX]),
    /a modulation index of 0.25: 0.5 to 10 is permitted/,
  ],
  ["a sync word with a zero", writes([0x29, 0x00], [0x01, RX]), /the sync word has an octet of 0x00/],
  ["no sync word", writes([0x27, 0x02], [0x01, RX]), /RX with SyncOn 0/],
  ["no preamble", writes([0x26, 0], [0x00, 1, 1], [0x01, TX]), /TX without preamble/],
  ["a reserved whitening", writes([0x30, 0xf8], [0x01, RX]), /DcFree 3 is reserved/],
  ["a reserved address filter", writes([0x30, 0xde], [0x01, RX]), /AddressFiltering 3 is reserved/],
  ["a measurement overwritten", writes([0x11, 0]), /0x11: the register is read-only in FSK/],
  ["a reserved address", writes([0x18, 0]), /0x18: the address is reserved in FSK/],
  ["a reserved DIO mapping", writes([0x40, 0x30]), /mapping 3 of DIO1 is reserved/],
];

const NOT_MODELLED: readonly Misuse[] = [
  [
    "Manchester coding",
    writes([0x30, 0xb8], [0x01, RX]),
    /RegPacketConfig1 selects Manchester coding, which is not modelled/,
  ],
  ["OOK", writes([0x01, 0x25]), /RegOpMode selects OOK, which is not modelled/],
  [
    "continuous mode",
    writes([0x31, 0x00], [0x01, RX]),
    /RegPacketConfig2 selects continuous mode, which is not modelled/,
  ],
  [
    "packets without end",
    writes([0x30, 0x58, 0x40, 0], [0x01, RX]),
    /a packet of unlimited length \(PayloadLength 0\), which is not modelled/,
  ],
  ["the sequencer", writes([0x36, 0x80], [0x01, RX]), /the sequencer is started .* not modelled/],
];

for (const part of PARTS) {
  describe(`${part.toUpperCase()} findings in FSK`, () => {
    describe("of the FIFO", () => fskMisuses(part, FIFO));
    describe("of modes", () => fskMisuses(part, MODES));
    describe("of settings", () => fskMisuses(part, SETTINGS));
    describe("of what is not modelled", () => fskMisuses(part, NOT_MODELLED));
  });
}
