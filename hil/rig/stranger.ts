/** Downlinks that do not come from the rig's gateway: what somebody else sends to devices. */
import { airtimeUs, type LoraTransmission } from "../air/index.ts";
import type { LoRaDataRate } from "../lorawan/index.ts";

const POWER_DBM = 14;
/** LoRaWAN's of public networks. */
const SYNC_WORD = 0x34;

/** A frame as gateways send it: inverted, and without a CRC. */
export function strangersDownlink(
  payload: Uint8Array,
  channel: LoRaDataRate & { readonly frequencyHz: number; readonly startNs: number },
): LoraTransmission {
  const { spreadingFactor, bandwidthHz, frequencyHz, startNs } = channel;
  const modulation = {
    ...{ bandwidthHz, spreadingFactor },
    ...{ codingRate: 1, preambleSymbols: 8, implicitHeader: false, crc: false },
    // Symbols of 16 ms and more (RP002-1.0.4, 2.1).
    lowDataRateOptimize: 2 ** spreadingFactor / bandwidthHz > 0.016,
  };
  const airtimeNs = Math.round(airtimeUs({ ...modulation, payloadBytes: payload.length }) * 1000);
  return {
    modulation: "lora",
    from: "stranger",
    ...{ ...modulation, frequencyHz, payload, startNs },
    ...{ iqInverted: true, syncWord: SYNC_WORD, powerDbm: POWER_DBM },
    endNs: startNs + airtimeNs,
  };
}
