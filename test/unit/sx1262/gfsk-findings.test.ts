/** What the chip notices of a driver's ways with its GFSK modem. */
import { CONTINUOUS, Op } from "./host.ts";
import { findsMisuses, type Misuse } from "./misuses.ts";

const GFSK_MISUSES: readonly Misuse[] = [
  [
    "modulation of LoRa",
    (host) => host.send(Op.SetModulationParams, 7, 4, 1, 0),
    /SetModulationParams with 4 octets, packet type 0 takes 8; for LoRa send SetPacketType 1 first/,
  ],
  [
    "too high a bit rate",
    (host) => host.modulateGfsk({ bitRate: 310_000 }),
    /310\d\d\d bit\/s .*: the modem has 600 to 300000/,
  ],
  [
    "too low a bit rate",
    (host) => host.modulateGfsk({ bitRate: 500 }),
    /500 bit\/s .*: the modem has 600 to 300000/,
  ],
  ["a bit rate of nothing", (host) => host.modulateGfsk({ bitRate: 0 }), /Infinity bit\/s/],
  ["a reserved pulse shape", (host) => host.modulateGfsk({ shape: 1 }), /pulse shape 0x01 is reserved/],
  ["a reserved bandwidth", (host) => host.modulateGfsk({ bandwidth: 4 }), /bandwidth 0x04 is reserved/],
  [
    "too wide a deviation",
    (host) => host.modulateGfsk({ deviationHz: 250_000 }),
    /a deviation of 250000 Hz: the modem has up to 200000/,
  ],
  ["no deviation", (host) => host.modulateGfsk({ deviationHz: 0 }), /a deviation of 0 Hz/],
  [
    "no preamble",
    (host) => host.gfskPacket({ preambleBits: 0 }),
    /SetPacketParams: a preamble of 0 bits is not permitted/,
  ],
  [
    "a reserved preamble detector",
    (host) => host.gfskPacket({ detector: 1 }),
    /preamble detector 0x01 is reserved/,
  ],
  [
    "a preamble detector that wants more than there is of the preamble",
    (host) => host.gfskPacket({ preambleBits: 16, detector: 6 }),
    /the preamble detector wants 24 bits: not more than the preamble \(16\) and the sync word \(24\)/,
  ],
  [
    "too long a sync word",
    (host) => host.gfskPacket({ syncBits: 72 }),
    /a sync word of 72 bits: 64 are the most/,
  ],
  [
    "half an octet of sync word",
    (host) => host.gfskPacket({ syncBits: 20 }),
    /a sync word of 20 bits: whole octets only are modelled/,
  ],
  ["an unknown address filter", (host) => host.gfskPacket({ address: 3 }), /address filter 3: 0 is off/],
  ["an unknown packet type", (host) => host.gfskPacket({ type: 2 }), /packet type 2: 0 is of known length/],
  ["a reserved CRC", (host) => host.gfskPacket({ crc: 3 }), /CRC type 0x03 is reserved/],
  [
    "a CRC of one octet",
    (host) => host.gfskPacket({ crc: 4 }),
    /a CRC of one octet \(0x04\) is not modelled/,
  ],
  ["an unknown whitening", (host) => host.gfskPacket({ whitening: 2 }), /whitening 2: 0 is off, 1 on/],
  [
    "no sync word",
    (host) => host.gfskPacket({ detector: 0, syncBits: 0 }).setRx(0),
    /SetRx: without a sync word nothing tells where a packet begins/,
  ],
  [
    "whitening from zeros",
    (host) => host.write(0x06b8, 0x00, 0x00).setTx(),
    /SetTx: the whitening starts from 0 \(registers 0x06B8, 0x06B9\)/,
  ],
  [
    "the bits beside the whitening's seed",
    (host) => host.write(0x06b8, 0x81),
    /write of 0x81 to register 0x06B8: bits 7:1 must stay as they are/,
  ],
  [
    "an address in no octets",
    (host) => host.gfskPacket({ address: 1, length: 0 }).setRx(0),
    /SetRx: a payload of 0 octets has no address/,
  ],
  [
    "a receiver too narrow for the signal",
    (host) => host.modulateGfsk({ bandwidth: 0x13 }).setRx(0),
    /SetRx: a bandwidth of 93800 Hz cuts the signal, which has 100000 Hz/,
  ],
  [
    "TX without erratum 15.1",
    (host) => host.write(0x0889, 0x01).setTx(),
    /register 0x0889 is 0x01, bit 2 must be 1 for GFSK \(section 15.1\)/,
  ],
  [
    "modulation in RX",
    (host) => host.setRx(CONTINUOUS).modulateGfsk({}),
    /SetModulationParams in RX changes/,
  ],
  [
    "RX after the packet type has changed to and fro",
    (host) => host.send(Op.SetPacketType, 1).send(Op.SetPacketType, 0).setRx(0),
    /SetRx without SetModulationParams, SetPacketParams since the packet type was set/,
  ],
  [
    "activity detection",
    (host) => host.send(Op.SetCad),
    /SetCad with packet type GFSK: it looks for chirps of LoRa/,
  ],
  [
    "parameters of the activity detection",
    (host) => host.send(Op.SetCadParams, 1, 22, 10, 0, 0, 0, 0),
    /SetCadParams is of LoRa/,
  ],
  ["the symbol time-out", (host) => host.send(Op.SetSymbNumTimeout, 8), /SetLoRaSymbNumTimeout is of LoRa/],
];

describe("SX1262 findings in GFSK", () => findsMisuses("gfsk", GFSK_MISUSES));
