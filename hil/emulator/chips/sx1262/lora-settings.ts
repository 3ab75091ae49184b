/**
 * From the octets of the LoRa commands to settings, and from settings to a receiver. SX1261/2 datasheet, sections 6.1
 * and 13.4.
 */
import { needsLowDataRateOptimize } from "../../../air/index.ts";
import { hex } from "../hex.ts";
import type { ReceiverSettings } from "../lora/index.ts";
import type { ChipState, LoraModulationParams, LoraPacketParams } from "./chip-state.ts";
import { Reg } from "./registers.ts";
import type { Taken } from "./taken.ts";

/** SetModulationParams: bandwidth code to hertz; table 13-48 has the codes in no order. */
const BANDWIDTHS_HZ: ReadonlyMap<number, number> = new Map([
  [0x00, 7812.5],
  [0x08, 125_000 / 12],
  [0x01, 15_625],
  [0x09, 125_000 / 6],
  [0x02, 31_250],
  [0x0a, 125_000 / 3],
  [0x03, 62_500],
  [0x04, 125_000],
  [0x05, 250_000],
  [0x06, 500_000],
]);

/** SetModulationParams, section 13.4.5.2. */
export function loraModulationParams(octets: Uint8Array): Taken<LoraModulationParams> {
  const [spreadingFactor, bandwidth, codingRate, optimize] = octets;
  const bandwidthHz = BANDWIDTHS_HZ.get(bandwidth);
  const faults: string[] = [];
  if (spreadingFactor < 5 || spreadingFactor > 12) faults.push(`there is no SF${spreadingFactor}`);
  if (codingRate < 1 || codingRate > 4) faults.push(`coding rate ${codingRate} is reserved`);
  if (optimize > 1) faults.push(`LowDataRateOptimize is 0 or 1, not ${optimize}`);
  if (bandwidthHz === undefined) return { faults: [...faults, `bandwidth ${hex(bandwidth)} is reserved`] };
  if (faults.length > 0) return { faults };
  const params = { spreadingFactor, bandwidthHz, codingRate, lowDataRateOptimize: optimize === 1 };
  const warnings =
    needsLowDataRateOptimize(params) && !params.lowDataRateOptimize
      ? [
          `LowDataRateOptimize is off: mandatory for SF${spreadingFactor} at ${bandwidthHz / 1000} kHz (section 6.1.1.4)`,
        ]
      : [];
  return { params, warnings };
}

/** SetPacketParams, section 13.4.6.2. */
export function loraPacketParams(octets: Uint8Array): Taken<LoraPacketParams> {
  const [preambleMsb, preambleLsb, header, payloadLength, crc, iq] = octets;
  const preambleSymbols = (preambleMsb << 8) | preambleLsb;
  const faults: string[] = [];
  if (preambleSymbols === 0) faults.push("a preamble of 0 symbols is not permitted");
  if (header > 1) faults.push(`header type ${header}: 0 is explicit, 1 implicit`);
  if (crc > 1) faults.push(`CRC type ${crc}: 0 is off, 1 on`);
  if (iq > 1) faults.push(`IQ ${iq}: 0 is standard, 1 inverted`);
  if (faults.length > 0) return { faults };
  const params = {
    preambleSymbols,
    implicitHeader: header === 1,
    payloadLength,
    crc: crc === 1,
    iqInverted: iq === 1,
  };
  return { params, warnings: [] };
}

/** The sync word of one octet that other chips have: its nibbles lead those of the two registers. */
function syncWord({ registers }: ChipState): number {
  return (registers.read(Reg.LoraSyncWordMsb) & 0xf0) | (registers.read(Reg.LoraSyncWordLsb) >> 4);
}

/** Everything about the air that both directions use. */
export function receiverSettings(
  chip: ChipState,
  modulation: LoraModulationParams,
  packet: LoraPacketParams,
): ReceiverSettings {
  return {
    ...modulation,
    preambleSymbols: packet.preambleSymbols,
    implicitHeader: packet.implicitHeader,
    crc: packet.crc,
    extendedSync: modulation.spreadingFactor < 7,
    syncWord: syncWord(chip),
    rxInverted: packet.iqInverted,
    payloadLength: packet.payloadLength,
    maxPayloadLength: packet.payloadLength,
  };
}

/** Register 0x0706: the symbols after which a window without a preamble ends, 0 for never. */
export function symbolTimeout({ registers }: ChipState): number {
  const value = registers.read(Reg.SynchTimeout);
  return (value >> 3) << (2 * (value & 7) + 1);
}
