/**
 * What must have been set before the modem goes on the air, and what the errata ask for by then. SX1261/2
 * datasheet, chapters 14 (order of commands) and 15 (known limitations).
 */
import { hex } from "../hex.ts";
import type { BoardTraits } from "./board-traits.ts";
import { type ChipState, type ModulationParams, type PacketParams, PacketType } from "./chip-state.ts";
import { carrierHz } from "./lora-settings.ts";
import { Reg } from "./registers.ts";

/** What the modem goes on the air with. */
export interface Ready {
  readonly frequencyHz: number;
  readonly modulation: ModulationParams;
  readonly packet: PacketParams;
}

/** `ready` is undefined where something is missing without which the modem does not start. */
export interface Readiness {
  readonly ready: Ready | undefined;
  readonly faults: string[];
}

const IQ_STANDARD = 0x04;
const NOT_500_KHZ = 0x04;
const CLAMP = 0x1e;

/** For SetRx, SetRxDutyCycle and SetCad. */
export function receptionReadiness(command: string, chip: ChipState): Readiness {
  const common = readiness(command, chip);
  if (common.ready === undefined) return common;
  const { settings } = chip;
  const [fromMhz, toMhz] = settings.imageBandMhz;
  const mhz = common.ready.frequencyHz / 1e6;
  if (mhz < fromMhz || mhz > toMhz) {
    common.faults.push(
      `${command} at ${mhz} MHz: the image is calibrated for ${fromMhz} to ${toMhz} MHz, send CalibrateImage (section 9.2.1)`,
    );
  }
  return common;
}

/** For SetTx. */
export function transmissionReadiness(command: string, chip: ChipState, board: BoardTraits): Readiness {
  const { ready, faults } = readiness(command, chip);
  const { settings, registers } = chip;
  const missing = [
    ...(settings.pa === undefined ? ["SetPaConfig"] : []),
    ...(settings.tx === undefined ? ["SetTxParams"] : []),
  ];
  if (missing.length > 0) faults.push(`${command} without ${missing.join(" and ")}: nothing is sent`);
  if (ready === undefined || missing.length > 0) return { ready: undefined, faults };
  const modulation = registers.read(Reg.TxModulation);
  const wide = ready.modulation.bandwidthHz === 500_000;
  if (((modulation & NOT_500_KHZ) !== 0) === wide) {
    faults.push(
      `${command}: register 0x0889 is ${hex(modulation)}, bit 2 must be ${wide ? 0 : 1} for ${ready.modulation.bandwidthHz / 1000} kHz (section 15.1)`,
    );
  }
  const clamp = registers.read(Reg.TxClampConfig);
  if (board.part === "sx1262" && (clamp & CLAMP) !== CLAMP) {
    faults.push(`${command}: register 0x08D8 is ${hex(clamp)}, bits 4:1 must be 1 (section 15.2)`);
  }
  if (board.rfSwitch === "DIO2" && !settings.dio2IsRfSwitch) {
    faults.push(`${command} without SetDIO2AsRfSwitchCtrl: the antenna stays at the receiver`);
  }
  return { ready, faults };
}

function readiness(command: string, chip: ChipState): Readiness {
  const { settings, registers } = chip;
  const { packetType, frequency, modulation, packet } = settings;
  if (packetType !== PacketType.Lora) {
    const name = packetType === PacketType.Gfsk ? "GFSK" : "LR-FHSS";
    return {
      ready: undefined,
      faults: [`${command} with packet type ${name}, which is not modelled: SetPacketType 1 is LoRa`],
    };
  }
  if (frequency === undefined || modulation === undefined || packet === undefined) {
    const missing = [
      ...(frequency === undefined ? ["SetRfFrequency"] : []),
      ...(modulation === undefined ? ["SetModulationParams"] : []),
      ...(packet === undefined ? ["SetPacketParams"] : []),
    ];
    return {
      ready: undefined,
      faults: [
        `${command} without ${missing.join(", ")} since the packet type was set: the modem does not start`,
      ],
    };
  }
  const faults: string[] = [];
  if (modulation.spreadingFactor < 7 && packet.preambleSymbols < 12) {
    faults.push(
      `${command}: SF${modulation.spreadingFactor} wants a preamble of 12 symbols or more, it has ${packet.preambleSymbols} (section 6.1.1.1)`,
    );
  }
  const iqPolarity = registers.read(Reg.IqPolarity);
  if (((iqPolarity & IQ_STANDARD) !== 0) === packet.iqInverted) {
    faults.push(
      `${command}: register 0x0736 is ${hex(iqPolarity)}, bit 2 must be ${packet.iqInverted ? "0 with inverted" : "1 with standard"} IQ (section 15.4)`,
    );
  }
  return { ready: { frequencyHz: carrierHz(frequency), modulation, packet }, faults };
}
