/**
 * Time on air of uplinks: LoRa with 4/5, 8 symbols of preamble, explicit header and CRC (data sheet SX1276, 4.1.1.7),
 * and FSK.
 */
import { type Int, u16 } from "../lang/index.ts";
import { Bandwidth } from "../radio/index.ts";
import { bandwidth, type DataRate, FAST_DATA_RATES, isFsk, spreadingFactor } from "../regions/index.ts";

/** Microseconds on air: 64 octets at SF12 take 2.8 s. */
export type Airtime = Int<0, 4000000>;

/** Microseconds of an octet in FSK at 50 kbit/s. */
export const FSK_OCTET_US = 160;

/** What FSK sends besides the message: preamble, sync word, length, CRC (RP002-1.0.4: 5, 3, 1 and 2 octets). */
const FSK_OCTETS = 11;

/** How many times the bandwidth of a data rate is twice that of 125 kHz. */
function doublings(rate: DataRate): Int<0, 2> {
  return bandwidth(rate) - Bandwidth.Khz125;
}

/** Microseconds of a symbol of LoRa. */
export function symbolUs(rate: DataRate): Int<256, 32768> {
  return (1024 << (spreadingFactor(rate) - 7)) >> doublings(rate);
}

/**
 * Microseconds of an uplink of `length` octets of PHYPayload. In quarters of a symbol the count is whole, and so is a
 * quarter in microseconds.
 */
export function airtimeUs(rate: DataRate, length: Int<0, 64>): Airtime {
  if (FAST_DATA_RATES && isFsk(rate)) return FSK_OCTET_US * (length + FSK_OCTETS);
  const factor = spreadingFactor(rate);
  const bits = 8 * length + 44 - 4 * factor;
  // From 16 ms a symbol on the low data rate optimisation takes two bits off each. No plan has SF12 at 250 kHz.
  const bitsPerBlock = 4 * (factor >= 11 && doublings(rate) === 0 ? factor - 2 : factor);
  const blocks = u16((bits + bitsPerBlock - 1) / bitsPerBlock);
  return ((4 * (5 * blocks + 20) + 1) << (factor + 1)) >> doublings(rate);
}
