import type { LoraTransmission } from "../../../../hil/air/index.ts";

/** An uplink at SF7 without its octets. */
export const LORA_PACKET: LoraTransmission = {
  modulation: "lora",
  from: "node",
  frequencyHz: 868_100_000,
  bandwidthHz: 125_000,
  spreadingFactor: 7,
  codingRate: 1,
  preambleSymbols: 8,
  implicitHeader: false,
  crc: true,
  lowDataRateOptimize: false,
  iqInverted: false,
  syncWord: 0x34,
  powerDbm: 14,
  payload: Uint8Array.of(),
  startNs: 963_177_251,
  endNs: 1_014_633_251,
};
