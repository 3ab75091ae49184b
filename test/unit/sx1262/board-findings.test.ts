/** What the chip notices of a driver that does not know its board. */
import assert from "node:assert/strict";
import type { BoardTraits } from "../../../hil/emulator/chips/index.ts";
import { Host, HZ_868_1, Op, world } from "./host.ts";

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

describe("SX1262 findings of the board", () => {
  for (const [what, board, how, finding] of ON_BOARDS) {
    it(what, () => {
      const host = new Host("board", world(), board);
      how(host);
      assert.match(host.findings.join("\n"), finding);
    });
  }
});
