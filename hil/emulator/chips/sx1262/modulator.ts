/** The transmit side of the modems: from settings and buffer to a packet. SX1261/2 datasheet, section 14.2. */
import { airtimeUs, fskAirtimeUs, fskBandwidthHz, type Transmission } from "../../../air/index.ts";
import type { BoardTraits } from "./board-traits.ts";
import type { ChipState, PaConfig } from "./chip-state.ts";
import { gfskModulation } from "./gfsk-settings.ts";
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
  station: { name: string; startNs: number; board: BoardTraits },
): { transmission: Transmission; faults: string[] } {
  const { settings, buffer } = chip;
  const { pa, tx } = settings;
  if (pa === undefined || tx === undefined) throw new Error("a transmission without a power");
  const { name, startNs, board } = station;
  const { powerDbm, faults } = emittedPower(chip, { pa, tx }, board);
  const payload = buffer.slice(settings.txBase, ready.packet.payloadLength);
  const { airtimeUs, ...signal } = signalOf(chip, ready, payload.length);
  const transmission: Transmission = {
    ...signal,
    from: name,
    frequencyHz: ready.frequencyHz,
    powerDbm,
    payload,
    startNs,
    endNs: startNs + Math.round(airtimeUs * 1000),
  };
  return { transmission, faults };
}

/** What reaches the air in dBm, and what is wrong with it. */
export function emittedPower(
  { registers, settings }: ChipState,
  { pa, tx }: { pa: PaConfig; tx: { readonly powerDbm: number } },
  board: BoardTraits,
): { powerDbm: number; faults: string[] } {
  const { powerDbm, faults } = outputPower({ pa, powerDbm: tx.powerDbm, ocp: registers.read(Reg.Ocp) });
  const antennaConnected = board.rfSwitch !== "DIO2" || settings.dio2IsRfSwitch;
  return { powerDbm: antennaConnected ? powerDbm : powerDbm - ISOLATION_DB, faults };
}

/** How a packet of `payloadBytes` octets is made, and how long it takes. */
function signalOf(chip: ChipState, ready: Ready, payloadBytes: number) {
  if (ready.modem === "gfsk") {
    const fsk = gfskModulation(chip, ready);
    return {
      modulation: "fsk" as const,
      ...fsk,
      bandwidthHz: fskBandwidthHz(fsk),
      airtimeUs: fskAirtimeUs({ ...fsk, payloadBytes }),
    };
  }
  const lora = receiverSettings(chip, ready.modulation, ready.packet);
  return {
    modulation: "lora" as const,
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
    airtimeUs: airtimeUs({ ...lora, payloadBytes }),
  };
}
