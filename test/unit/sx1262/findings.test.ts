/** What the chip notices of a driver's ways with its commands, modes, registers and lines. */
import assert from "node:assert/strict";
import { CONTINUOUS, Host, HZ_868_1, Irq, Op, pair, pass, RX_IRQS, world } from "./host.ts";
import { findsMisuses, type Misuse } from "./misuses.ts";

const COMMANDS: readonly Misuse[] = [
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
];

const MODES: readonly Misuse[] = [
  ["an unknown standby mode", (host) => host.send(Op.SetStandby, 2), /SetStandby 2: 0 is STDBY_RC/],
  [
    "packet type in RX",
    (host) => host.setRx(CONTINUOUS).send(Op.SetPacketType, 0),
    /SetPacketType in RX: it is carried out in standby only/,
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
  ["an unknown fallback mode", (host) => host.send(Op.SetRxTxFallback, 0x10), /SetRxTxFallbackMode 0x10/],
  [
    "a preamble without end",
    (host) => host.send(Op.SetTxInfinitePreamble),
    /SetTxInfinitePreamble: a preamble without end/,
  ],
];

const SUPPLIES: readonly Misuse[] = [
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
];

const LINES: readonly Misuse[] = [
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
];

const REGISTERS: readonly Misuse[] = [
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
];

const RESET: readonly Misuse[] = [
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

describe("SX1262 findings", () => {
  describe("of commands", () => findsMisuses("lora", COMMANDS));
  describe("of modes", () => findsMisuses("lora", MODES));
  describe("of regulator, oscillator and calibration", () => findsMisuses("lora", SUPPLIES));
  describe("of DIO lines", () => findsMisuses("lora", LINES));
  describe("of registers", () => findsMisuses("lora", REGISTERS));
  describe("of the reset line", () => findsMisuses("lora", RESET));

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
