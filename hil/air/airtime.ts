/**
 * Time on air of a LoRa packet, SX1276/77/78/79 datasheet section 4.1.1.7 and SX1261/2 datasheet section 6.1.4, in the
 * integer form of Semtech's drivers: symbols are counted in quarters, and nothing is divided before the end.
 */
import type { LoraModulation } from "./transmission.ts";

/** Duration of one LoRa symbol in microseconds: 2^SF / BW. */
export function symbolUs(modulation: Pick<LoraModulation, "spreadingFactor" | "bandwidthHz">): number {
  return (2 ** modulation.spreadingFactor * 1e6) / modulation.bandwidthHz;
}

/**
 * Symbols of the preamble as sent: the programmed ones, the two of the sync word and 2.25 of the frame delimiter;
 * two more with extended sync (SX1261/2 datasheet, section 6.1.4).
 */
export function preambleWithSyncSymbols(
  modulation: Pick<LoraModulation, "preambleSymbols" | "extendedSync">,
): number {
  return modulation.preambleSymbols + 4.25 + extraSyncSymbols(modulation);
}

function extraSyncSymbols({ extendedSync = false }: Pick<LoraModulation, "extendedSync">): number {
  return extendedSync ? 2 : 0;
}

/**
 * Time on air in microseconds of `payloadBytes` octets of PHY payload (MHDR to MIC). The preamble is the
 * programmed number of symbols; those of the sync word are added here.
 */
export function airtimeUs(packet: LoraModulation & { readonly payloadBytes: number }): number {
  const { spreadingFactor, lowDataRateOptimize, codingRate, implicitHeader, crc } = packet;
  // With extended sync the first block holds no bits of its own beside the header.
  const spare = packet.extendedSync ? 20 : 28;
  const bits =
    8 * packet.payloadBytes - 4 * spreadingFactor + spare + (crc ? 16 : 0) - (implicitHeader ? 20 : 0);
  const bitsPerBlock = 4 * (spreadingFactor - (lowDataRateOptimize ? 2 : 0));
  const blocks = Math.ceil(Math.max(bits, 0) / bitsPerBlock);
  const wholeSymbols = blocks * (codingRate + 4) + packet.preambleSymbols + extraSyncSymbols(packet) + 12;
  const quarterSymbols = 4 * wholeSymbols + 1;
  return (quarterSymbols * 2 ** (spreadingFactor - 2) * 1e6) / packet.bandwidthHz;
}

/** Whether a symbol is so long that the low data rate optimisation is mandatory (datasheet section 4.1.1.6: over 16 ms). */
export function needsLowDataRateOptimize(
  modulation: Pick<LoraModulation, "spreadingFactor" | "bandwidthHz">,
): boolean {
  return symbolUs(modulation) > 16_000;
}
