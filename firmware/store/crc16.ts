/** CRC-16/CCITT-FALSE: polynomial 0x1021, initial value 0xffff, most significant bit first, no final XOR. */
import { type u8, u16 } from "../lang/index.ts";

/** The CRC of no octets. */
export const CRC_START = 0xffff;

/** The CRC of the octets that `crc` covers and one more. */
export function crc16(crc: u16, octet: u8): u16 {
  let next: u16 = crc ^ (octet << 8);
  for (let bit = 0; bit < 8; bit++) {
    const carry = next >> 15;
    next = u16(next << 1) ^ (carry * 0x1021);
  }
  return next;
}
