/** Three octets, as frames have frequencies and nonces. */
import { type Bytes, type Int, load16le } from "../lang/index.ts";

/** The 24-bit value, least significant octet first. */
export function load24le(octets: Bytes<3>): Int<0, 0xffffff> {
  return load16le(octets, 0) + octets[2] * 0x10000;
}
