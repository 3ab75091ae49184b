import assert from "node:assert/strict";
import type { BoardTraits } from "../../../hil/emulator/chips/index.ts";
import {
  CONTINUOUS,
  gfskPair,
  Host,
  HZ_868_1,
  Irq,
  Op,
  pair,
  pass,
  RX_IRQS,
  type World,
  world,
} from "./host.ts";

type Misuse = readonly [what: string, how: (host: Host, pass: (us: number) => void) => void, finding: RegExp];

/** By a chip that is set up for LoRa and stands by. */
const MISUSES: readonly Misuse[] = [
  [
    "a command while BUSY is high",
    (host) => {
      host.send(Op.CalibrateImage, 0xd7, 0xdb);
      host.frame(Op.SetStandby, 0);
    },
    /SetStandby while BUSY is high is lost/,
  ],
  [
    "a read in sleep",
    (host, pass) => {
      host.send(Op.SetSleep, 4);
      pass(1000);
      host.frame(Op.ReadBuffer, 0, 0, 0);
    },
    /ReadBuffer in SLEEP only wakes the chip/,
  ],
  [
    "a command in sleep",
    (host, pass) => {
      host.send(Op.SetSleep, 4);
      pass(1000);
      host.frame(Op.SetStandby, 0);
    },
    /SetStandby in SLEEP only wakes the chip and is lost/,
  ],
  [
    "NSS right after SetSleep",
    (host, pass) => {
      host.send(Op.SetSleep, 4);
      pass(100);
      host.frame(Op.GetStatus, 0);
    },
    /within 500 us after SetSleep/,
  ],
  [
    "sleep out of RX",
    (host) => host.setRx(CONTINUOUS).send(Op.SetSleep, 4),
    /SetSleep in RX: it is carried out in standby only/,
  ],
  ["reserved bits of SetSleep", (host) => host.send(Op.SetSleep, 0x0c), /SetSleep 0x0C: bits 7:3 and 1/],
  ["waking by the RTC", (host) => host.send(Op.SetSleep, 0x05), /waking by the RTC is not modelled/],
  ["an unknown opcode", (host) => host.send(0x42, 0), /there is no command 0x42/],
  [
    "too few octets",
    (host) => host.send(Op.SetRfFrequency, 0x36, 0x41),
    /SetRfFrequency takes 4 octets, 2 came/,
  ],
  ["too many octets", (host) => host.send(Op.SetStandby, 0, 0), /SetStandby takes 1 octets, 2 came/],
  [
    "a read that ends before its answer",
    (host) => host.send(Op.GetIrqStatus),
    /GetIrqStatus ended before its answer/,
  ],
  ["an unknown standby mode", (host) => host.send(Op.SetStandby, 2), /SetStandby 2: 0 is STDBY_RC/],
  ["an unknown packet type", (host) => host.send(Op.SetPacketType, 2), /SetPacketType 2/],
  [
    "packet type in RX",
    (host) => host.setRx(CONTINUOUS).send(Op.SetPacketType, 0),
    /SetPacketType in RX: it is carried out in standby only/,
  ],
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
  [
    "the frequency in RX",
    (host) => host.setRx(CONTINUOUS).send(Op.SetRfFrequency, ...HZ_868_1),
    /in RX changes/,
  ],
  [
    "modulation in TX",
    (host) => host.transmit([1]).send(Op.SetModulationParams, 7, 4, 1, 0),
    /SetModulationParams in TX changes what the modem is working with/,
  ],
  ["the buffer in TX", (host) => host.transmit([1]).send(Op.WriteBuffer, 0, 2), /WriteBuffer in TX/],
  [
    "another mode before TxDone",
    (host) => host.transmit([1]).send(Op.SetStandby, 0),
    /another mode was commanded before TxDone/,
  ],
  [
    "more octets than the buffer has",
    (host) => host.send(Op.WriteBuffer, 0xff, 1, 2),
    /WriteBuffer of 2 octets at 0xFF runs over the end/,
  ],
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
  [
    "a line that waits for a masked flag",
    (host) => host.send(Op.SetDioIrqParams, 0, 1, 0, 3, 0, 0, 0, 0),
    /DIO1 waits for 0x0002, which the IRQ mask 0x0001 leaves out/,
  ],
  [
    "a flag that there is not",
    (host) => host.send(Op.SetDioIrqParams, 0x80, 0, 0, 0, 0, 0, 0, 0),
    /there is no interrupt 0x8000/,
  ],
  ["an unknown fallback mode", (host) => host.send(Op.SetRxTxFallback, 0x10), /SetRxTxFallbackMode 0x10/],
  [
    "the regulator outside STDBY_RC",
    (host) => host.send(Op.SetStandby, 1).send(Op.SetRegulatorMode, 1),
    /SetRegulatorMode in STDBY_XOSC: it is carried out in STDBY_RC only/,
  ],
  [
    "calibration outside STDBY_RC",
    (host) => host.send(Op.SetStandby, 1).send(Op.Calibrate, 0x7f),
    /Calibrate in STDBY_XOSC/,
  ],
  [
    "a TCXO where there is a crystal",
    (host) => host.send(Op.SetDio3AsTcxo, 1, 0, 1, 0x40).send(Op.SetStandby, 1),
    /the chip waits for a TCXO .* but the board has a crystal/,
  ],
  [
    "a supply voltage that there is not",
    (host) => host.send(Op.SetDio3AsTcxo, 8, 0, 1, 0x40),
    /voltage 8 is reserved/,
  ],
  [
    "signals without end",
    (host) => host.send(Op.SetTxContinuousWave),
    /SetTxContinuousWave: signals without end/,
  ],
  [
    "random numbers from a receiver that is off",
    (host) => host.read(0x0819),
    /0x0819.* while the receiver is off/,
  ],
  [
    "RSSI of a receiver that is off",
    (host) => host.ask(Op.GetRssiInst, [], 1),
    /GetRssiInst while the receiver is off/,
  ],
  ["a read-only register", (host) => host.write(0x0320, 0), /register 0x0320: the register is read-only/],
  [
    "a register that is not documented",
    (host) => host.write(0x0700, 0),
    /0x0700: the address is not documented/,
  ],
  ["a register beyond the last", (host) => host.write(0x1000, 0), /addresses end at 0x0FFF/],
  [
    "a short reset",
    (host, pass) => {
      host.chip.reset(true);
      pass(50);
      host.chip.reset(false);
    },
    /NRESET was low for 50 us only/,
  ],
  [
    "SPI in reset",
    (host) => {
      host.chip.reset(true);
      host.frame(Op.GetStatus, 0);
    },
    /NSS fell while NRESET is low/,
  ],
];

/** By a chip that is set up for GFSK and stands by. */
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

const TCXO: BoardTraits = { part: "sx1262", tcxo: { millivolts: 1800, startUpUs: 5000 } };
/** 5 ms in steps of 15.625 us. */
const TCXO_DELAY = [0x00, 0x01, 0x40] as const;

/** By a chip on a certain board, as it is after power-up. */
const ON_BOARDS: ReadonlyArray<readonly [string, BoardTraits, (host: Host) => void, RegExp]> = [
  [
    "a TCXO without supply",
    TCXO,
    (host) => host.send(Op.SetStandby, 1),
    /SetStandby: the board's TCXO has no supply, send SetDIO3AsTCXOCtrl first/,
  ],
  [
    "a TCXO of another voltage",
    TCXO,
    (host) => host.send(Op.SetDio3AsTcxo, 1, ...TCXO_DELAY),
    /gives 1700 mV, the board's TCXO is one for 1800 mV/,
  ],
  [
    "a TCXO without the time that it needs",
    TCXO,
    (host) => host.send(Op.SetDio3AsTcxo, 2, 0, 0, 0x40).send(Op.Calibrate, 0x7f),
    /Calibrate: the TCXO starts in 5000 us, SetDIO3AsTCXOCtrl gives it 1000 us/,
  ],
  [
    "a TCXO without calibration",
    TCXO,
    (host) =>
      host
        .send(Op.SetDio3AsTcxo, 2, ...TCXO_DELAY)
        .configure()
        .setRx(0),
    /SetRx before Calibrate 0x7F/,
  ],
  [
    "TX with the antenna at the receiver",
    { part: "sx1262", rfSwitch: "DIO2" },
    (host) => host.configure().setTx(),
    /SetTx without SetDIO2AsRfSwitchCtrl: the antenna stays at the receiver/,
  ],
  [
    "a switch that is not there",
    { part: "sx1262", rfSwitch: "none" },
    (host) => host.send(Op.SetDio2AsRfSwitch, 1),
    /the board's switch does not hang on DIO2/,
  ],
  [
    "the DC-DC converter without its inductor",
    { part: "sx1262", regulator: "LDO" },
    (host) => host.send(Op.SetRegulatorMode, 1),
    /no inductor for the DC-DC converter/,
  ],
  [
    "the SX1262's power from an SX1261",
    { part: "sx1261" },
    (host) => host.send(Op.SetTxParams, 22, 4),
    /asks for 22 dBm: the SX1261 has -17 to 14 dBm/,
  ],
  [
    "the SX1262's amplifier in an SX1261",
    { part: "sx1261" },
    (host) => host.send(Op.SetPaConfig, 4, 7, 0, 1),
    /deviceSel 0 is the amplifier of the SX1262/,
  ],
  [
    "TX without anything set",
    { part: "sx1262" },
    (host) => host.setTx(),
    /SetTx without SetRfFrequency, SetModulationParams, SetPacketParams/,
  ],
  [
    "TX without a power",
    { part: "sx1262" },
    (host) =>
      host
        .send(Op.SetPacketType, 1)
        .send(Op.SetRfFrequency, ...HZ_868_1)
        .modulate(7)
        .packet({})
        .setTx(),
    /SetTx without SetPaConfig and SetTxParams: nothing is sent/,
  ],
  [
    "the synthesizer without a frequency",
    { part: "sx1262" },
    (host) => host.send(Op.SetFs),
    /SetFs without SetRfFrequency/,
  ],
  [
    "RX without a frequency",
    { part: "sx1262" },
    (host) => host.send(Op.SetPacketType, 1).setRx(0),
    /SetRx without SetRfFrequency, SetModulationParams, SetPacketParams/,
  ],
];

describe("SX1262 findings", () => {
  for (const [what, how, finding] of MISUSES) {
    it(what, () => {
      const { tx, ...shared } = pair();
      how(tx, (us) => pass(shared, us));
      assert.match(tx.findings.join("\n"), finding);
    });
  }

  for (const [what, how, finding] of GFSK_MISUSES) {
    it(`in GFSK: ${what}`, () => {
      const { tx, ...shared } = gfskPair();
      how(tx, (us) => pass(shared, us));
      assert.match(tx.findings.join("\n"), finding);
    });
  }

  for (const [what, board, how, finding] of ON_BOARDS) {
    it(what, () => {
      const host = new Host("board", world(), board);
      how(host);
      assert.match(host.findings.join("\n"), finding);
    });
  }

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

  it("name the part, the station and the instant", () => {
    const host = new Host("board", world(), { part: "sx1261" });
    host.send(0x42);
    assert.equal(host.findings[0], "SX1261 of board: there is no command 0x42 (table 11-1)");
  });

  it("leave their mark in the status: not a command, not now", () => {
    const { tx } = pair();
    tx.send(0x42);
    assert.equal(tx.commandStatus, 4);
    tx.send(Op.SetStandby, 0);
    assert.equal(tx.commandStatus, 1);
    tx.send(Op.SetPacketType, 0).setTx();
    assert.equal(tx.commandStatus, 5);
    assert.equal(tx.mode, "STDBY_RC");
  });

  it("are none in a plain exchange", () => {
    const { tx, rx, ...shared } = pair();
    rx.receive(0, 100);
    tx.transmit([1, 2, 3]);
    pass(shared, 200_000);
    assert.deepEqual(rx.received(), [1, 2, 3]);
    assert.equal(rx.irq & RX_IRQS, Irq.PreambleDetected | Irq.HeaderValid | Irq.RxDone);
    rx.send(Op.ClearIrqStatus, 0xff, 0xff).send(Op.SetSleep, 4);
    tx.send(Op.ClearIrqStatus, 0xff, 0xff).send(Op.SetSleep, 0);
    assert.deepEqual([...tx.findings, ...rx.findings], []);
  });
});
