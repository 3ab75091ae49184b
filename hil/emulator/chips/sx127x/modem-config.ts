/**
 * RegModemConfig1 to 3: where each part has bandwidth, coding rate, header, CRC and low data rate optimisation. SX1276
 * datasheet section 6.4, SX1272 datasheet section 6.4.
 */
import type { Part } from "./part.ts";
import { Reg } from "./registers.ts";

/** RegModemConfig1 7:4 of the SX1276; the datasheet's kHz figures are these, rounded. */
const SX1276_BANDWIDTHS_HZ = [
  7812.5,
  125_000 / 12,
  15_625,
  125_000 / 6,
  31_250,
  125_000 / 3,
  62_500,
  125_000,
  250_000,
  500_000,
] as const;

/** RegModemConfig1 7:6 of the SX1272. */
const SX1272_BANDWIDTHS_HZ = [125_000, 250_000, 500_000] as const;

/** The fields as they are coded; a reserved bandwidth is undefined. */
export interface ModemConfig {
  readonly bandwidthCode: number;
  readonly bandwidthHz: number | undefined;
  readonly spreadingFactor: number;
  readonly codingRate: number;
  readonly implicitHeader: boolean;
  readonly crc: boolean;
  readonly lowDataRateOptimize: boolean;
}

export function modemConfig(part: Part, lora: Uint8Array): ModemConfig {
  const config1 = lora[Reg.ModemConfig1];
  const config2 = lora[Reg.ModemConfig2];
  const spreadingFactor = config2 >> 4;
  if (part.name === "SX1272") {
    return {
      bandwidthCode: config1 >> 6,
      bandwidthHz: SX1272_BANDWIDTHS_HZ[config1 >> 6],
      spreadingFactor,
      codingRate: (config1 >> 3) & 7,
      implicitHeader: (config1 & 0x04) !== 0,
      crc: (config1 & 0x02) !== 0,
      lowDataRateOptimize: (config1 & 0x01) !== 0,
    };
  }
  return {
    bandwidthCode: config1 >> 4,
    bandwidthHz: SX1276_BANDWIDTHS_HZ[config1 >> 4],
    spreadingFactor,
    codingRate: (config1 >> 1) & 7,
    implicitHeader: (config1 & 0x01) !== 0,
    crc: (config2 & 0x04) !== 0,
    lowDataRateOptimize: (lora[Reg.ModemConfig3] & 0x08) !== 0,
  };
}
