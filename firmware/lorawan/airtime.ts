/** Time on air of LoRa at 125 kHz, 4/5, 8 symbols of preamble, explicit header, with CRC (data sheet SX1276, 4.1.1.7). */
import { type Int, u16 } from "../lang/index.ts";

/** Microseconds on air: 64 octets at SF12 take 2.8 s. */
export type Airtime = Int<0, 4000000>;

/** Microseconds of a symbol at 125 kHz. */
export function symbolUs(spreadingFactor: Int<7, 12>): Int<1024, 32768> {
  return 8 << spreadingFactor;
}

/**
 * Microseconds of an uplink of `length` octets of PHYPayload. In quarters of a symbol the count is whole, and at
 * 125 kHz so is a quarter in microseconds.
 */
export function airtimeUs(spreadingFactor: Int<7, 12>, length: Int<0, 64>): Airtime {
  const bits = 8 * length + 44 - 4 * spreadingFactor;
  // From SF11 on the low data rate optimisation takes two bits off each symbol.
  const bitsPerBlock = 4 * (spreadingFactor >= 11 ? spreadingFactor - 2 : spreadingFactor);
  const blocks = u16((bits + bitsPerBlock - 1) / bitsPerBlock);
  return (4 * (5 * blocks + 20) + 1) << (spreadingFactor + 1);
}
