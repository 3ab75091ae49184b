/**
 * What must have been set before the modem goes on the air, and what the errata ask for by then. SX1261/2
 * datasheet, chapters 14 (order of commands) and 15 (known limitations).
 */
import { fskBandwidthHz } from "../../../air/index.ts";
import { hex } from "../hex.ts";
import type { BoardTraits } from "./board-traits.ts";
import {
  type ChipState,
  type GfskModulationParams,
  type GfskPacketParams,
  type LoraModulationParams,
  type LoraPacketParams,
  PacketType,
} from "./chip-state.ts";
import { stepsToHz } from "./frequency-steps.ts";
import { Reg } from "./registers.ts";
import { whiteningSeed } from "./whitening-seed.ts";

/** What a modem goes on the air with. */
export interface LoraReady {
  readonly modem: "lora";
  readonly frequencyHz: number;
  readonly modulation: LoraModulationParams;
  readonly packet: LoraPacketParams;
}

export interface GfskReady {
  readonly modem: "gfsk";
  readonly frequencyHz: number;
  readonly modulation: GfskModulationParams;
  readonly packet: GfskPacketParams;
}

export type Ready = LoraReady | GfskReady;

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
  const { ready, faults } = common;
  if (ready === undefined) return common;
  const [fromMhz, toMhz] = chip.settings.imageBandMhz;
  const mhz = ready.frequencyHz / 1e6;
  if (mhz < fromMhz || mhz > toMhz) {
    faults.push(
      `${command} at ${mhz} MHz: the image is calibrated for ${fromMhz} to ${toMhz} MHz, send CalibrateImage (section 9.2.1)`,
    );
  }
  if (ready.modem === "gfsk") {
    const signalHz = Math.round(fskBandwidthHz(ready.modulation));
    if (ready.modulation.receiverBandwidthHz < signalHz) {
      faults.push(
        `${command}: a bandwidth of ${ready.modulation.receiverBandwidthHz} Hz cuts the signal, which has ${signalHz} Hz (section 6.2.1)`,
      );
    }
  }
  return common;
}

/** For SetTx. */
export function transmissionReadiness(command: string, chip: ChipState, board: BoardTraits): Readiness {
  const { ready, faults } = readiness(command, chip);
  const { registers } = chip;
  const missing = missingPower(chip);
  if (missing.length > 0) faults.push(`${command} without ${missing.join(" and ")}: nothing is sent`);
  if (ready === undefined || missing.length > 0) return { ready: undefined, faults };
  const modulation = registers.read(Reg.TxModulation);
  const wide = ready.modem === "lora" && ready.modulation.bandwidthHz === 500_000;
  if (((modulation & NOT_500_KHZ) !== 0) === wide) {
    const signal = ready.modem === "lora" ? `${ready.modulation.bandwidthHz / 1000} kHz` : "GFSK";
    faults.push(
      `${command}: register 0x0889 is ${hex(modulation)}, bit 2 must be ${wide ? 0 : 1} for ${signal} (section 15.1)`,
    );
  }
  faults.push(...amplifierFaults(command, chip, board));
  return { ready, faults };
}

/** For SetTxContinuousWave, which asks for no modem. `frequencyHz` is undefined where something is missing. */
export function carrierReadiness(
  command: string,
  chip: ChipState,
  board: BoardTraits,
): { readonly frequencyHz: number | undefined; readonly faults: string[] } {
  const { frequency } = chip.settings;
  const missing = [...(frequency === undefined ? ["SetRfFrequency"] : []), ...missingPower(chip)];
  if (frequency === undefined || missing.length > 0) {
    const fault = `${command} without ${missing.join(" and ")}: nothing is sent`;
    return { frequencyHz: undefined, faults: [fault] };
  }
  return { frequencyHz: stepsToHz(frequency), faults: amplifierFaults(command, chip, board) };
}

/** The commands of the power that have not come. */
function missingPower({ settings }: ChipState): string[] {
  return [
    ...(settings.pa === undefined ? ["SetPaConfig"] : []),
    ...(settings.tx === undefined ? ["SetTxParams"] : []),
  ];
}

/** What is between the amplifier and the antenna. */
function amplifierFaults(command: string, { registers, settings }: ChipState, board: BoardTraits): string[] {
  const faults: string[] = [];
  const clamp = registers.read(Reg.TxClampConfig);
  if (board.part === "sx1262" && (clamp & CLAMP) !== CLAMP) {
    faults.push(`${command}: register 0x08D8 is ${hex(clamp)}, bits 4:1 must be 1 (section 15.2)`);
  }
  if (board.rfSwitch === "DIO2" && !settings.dio2IsRfSwitch) {
    faults.push(`${command} without SetDIO2AsRfSwitchCtrl: the antenna stays at the receiver`);
  }
  return faults;
}

function readiness(command: string, chip: ChipState): Readiness {
  const { packetType, frequency, lora, gfsk } = chip.settings;
  if (packetType === PacketType.LrFhss) {
    const fault = `${command} with packet type LR-FHSS, which is not modelled: SetPacketType 0 is GFSK, 1 LoRa`;
    return { ready: undefined, faults: [fault] };
  }
  const { modulation, packet } = packetType === PacketType.Lora ? lora : gfsk;
  const missing = [
    ...(frequency === undefined ? ["SetRfFrequency"] : []),
    ...(modulation === undefined ? ["SetModulationParams"] : []),
    ...(packet === undefined ? ["SetPacketParams"] : []),
  ];
  if (frequency === undefined || missing.length > 0) {
    const fault = `${command} without ${missing.join(", ")} since the packet type was set: the modem does not start`;
    return { ready: undefined, faults: [fault] };
  }
  const frequencyHz = stepsToHz(frequency);
  const ready: Ready =
    packetType === PacketType.Lora
      ? { modem: "lora", frequencyHz, ...(lora as Required<typeof lora>) }
      : { modem: "gfsk", frequencyHz, ...(gfsk as Required<typeof gfsk>) };
  const faults = ready.modem === "lora" ? loraFaults(ready, chip) : gfskFaults(ready, chip);
  return { ready, faults: faults.map((fault) => `${command}: ${fault}`) };
}

function loraFaults({ modulation, packet }: LoraReady, { registers }: ChipState): string[] {
  const faults: string[] = [];
  if (modulation.spreadingFactor < 7 && packet.preambleSymbols < 12) {
    faults.push(
      `SF${modulation.spreadingFactor} wants a preamble of 12 symbols or more, it has ${packet.preambleSymbols} (section 6.1.1.1)`,
    );
  }
  const iqPolarity = registers.read(Reg.IqPolarity);
  if (((iqPolarity & IQ_STANDARD) !== 0) === packet.iqInverted) {
    faults.push(
      `register 0x0736 is ${hex(iqPolarity)}, bit 2 must be ${packet.iqInverted ? "0 with inverted" : "1 with standard"} IQ (section 15.4)`,
    );
  }
  return faults;
}

function gfskFaults({ packet }: GfskReady, chip: ChipState): string[] {
  const faults: string[] = [];
  if (packet.syncWordOctets === 0) {
    faults.push("without a sync word nothing tells where a packet begins (section 6.2.2.2)");
  }
  if (packet.whitening && whiteningSeed(chip) === 0) {
    faults.push("the whitening starts from 0 (registers 0x06B8, 0x06B9) and never leaves it");
  }
  if (packet.addressFilter !== "off" && packet.payloadLength === 0) {
    faults.push("a payload of 0 octets has no address");
  }
  return faults;
}
