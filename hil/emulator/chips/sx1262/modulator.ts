/** The transmit side of the LoRa modem: from settings and buffer to a packet. SX1261/2 datasheet, section 14.2. */
import { airtimeUs, type LoraTransmission } from "../../../air/index.ts";
import type { ChipState } from "./chip-state.ts";
import { receiverSettings } from "./lora-settings.ts";
import { outputPower } from "./power-amplifier.ts";
import type { Ready } from "./readiness.ts";
import { Reg } from "./registers.ts";

/** How much of the power leaves by a switch that stands wrong. */
const ISOLATION_DB = 30;

/** The packet whose preamble begins at `startNs`, and what is wrong with its power. */
export function modulate(
  chip: ChipState,
  ready: Ready,
  station: { name: string; startNs: number; antennaConnected: boolean },
): { transmission: LoraTransmission; faults: string[] } {
  const { settings, registers, buffer } = chip;
  const { pa, tx } = settings;
  if (pa === undefined || tx === undefined) throw new Error("a transmission without a power");
  const { name, startNs, antennaConnected } = station;
  const { powerDbm, faults } = outputPower({ pa, powerDbm: tx.powerDbm, ocp: registers.read(Reg.Ocp) });
  const lora = receiverSettings(chip, ready.modulation, ready.packet);
  const payload = buffer.slice(settings.txBase, lora.payloadLength);
  const airtimeNs = Math.round(airtimeUs({ ...lora, payloadBytes: payload.length }) * 1000);
  const transmission: LoraTransmission = {
    modulation: "lora",
    from: name,
    frequencyHz: ready.frequencyHz,
    bandwidthHz: lora.bandwidthHz,
    spreadingFactor: lora.spreadingFactor,
    codingRate: lora.codingRate,
    preambleSymbols: lora.preambleSymbols,
    implicitHeader: lora.implicitHeader,
    crc: lora.crc,
    lowDataRateOptimize: lora.lowDataRateOptimize,
    extendedSync: lora.extendedSync,
    iqInverted: lora.rxInverted,
    syncWord: lora.syncWord,
    powerDbm: antennaConnected ? powerDbm : powerDbm - ISOLATION_DB,
    payload,
    startNs,
    endNs: startNs + airtimeNs,
  };
  return { transmission, faults };
}
