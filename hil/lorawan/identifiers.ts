/**
 * Identifiers as people write them (big-endian, upper-case hexadecimal) and as they travel on the air
 * (little-endian octets), as LoRaWAN L2 1.0.4 and 1.1 have it for all fields of several octets.
 */
import { FrameError } from "./frame-error.ts";

/** Octets of each identifier. */
export const EUI_OCTETS = 8;
export const DEV_ADDR_OCTETS = 4;
export const NET_ID_OCTETS = 3;

/**
 * "0011223344556677" to 77 66 55 44 33 22 11 00.
 * @throws FrameError if `hex` is not exactly `octets` octets of hexadecimal.
 */
export function toAirOrder(hex: string, octets: number): Buffer {
  if (hex.length !== 2 * octets || !/^[0-9A-Fa-f]*$/.test(hex))
    throw new FrameError(`"${hex}" is not ${octets} octets of hexadecimal (${2 * octets} digits)`);
  return Buffer.from(hex, "hex").reverse();
}

/** 77 66 55 44 33 22 11 00 to "0011223344556677". */
export function fromAirOrder(octets: Uint8Array): string {
  return Buffer.from(octets).reverse().toString("hex").toUpperCase();
}

/** A number as `octets` little-endian octets (DevNonce, JoinNonce, counters). */
export function numberToAirOrder(value: number, octets: number): Buffer {
  if (!Number.isInteger(value) || value < 0 || value >= 2 ** (8 * octets))
    throw new FrameError(`${value} does not fit ${octets} octets`);
  const air = Buffer.alloc(octets);
  air.writeUIntLE(value, 0, octets);
  return air;
}
