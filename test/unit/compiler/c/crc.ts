/** Widths and loops: CRC-16/CCITT-FALSE, a checksum, and a comparison of instants. */
import { type Bytes, type Int, i32, u8, u16, u32 } from "../../../../firmware/lang/index.ts";

const POLYNOMIAL = 0x1021;
const buffer = new Uint8Array(32);
let wakeUps: u16 = 0;

/** The CRC of the first `length` octets. */
function crc16(data: Bytes<32>, length: Int<0, 32>): u16 {
  let crc: u16 = 0xffff;
  for (let i = 0; i < length; i++) {
    crc = crc ^ (data[i] << 8);
    for (let bit = 0; bit < 8; bit++) {
      // The polynomial is taken where the top bit leaves, without a branch.
      const carry = crc >> 15;
      crc = u16(crc << 1) ^ (carry * POLYNOMIAL);
    }
  }
  return crc;
}

function sum(data: Bytes<32>): u8 {
  let total: u8 = 0;
  for (let i = 0; i < 32; i += 4) total = u8(total + data[i] + data[i + 3]);
  return total;
}

/** Whether `now` is past `deadline`, on a clock that wraps. */
function isPast(now: u32, deadline: u32): boolean {
  return i32(u32(now - deadline)) > 0;
}

function average(total: u32, count: u16): u16 {
  if (count === 0) return 0;
  return u16(total / count);
}

export function main(): void {
  const crc = crc16(buffer, 30);
  buffer[30] = crc & 0xff;
  buffer[31] = crc >> 8;
  if (isPast(u32(wakeUps * 1000), 5000) && wakeUps < 65535) wakeUps++;
  buffer[0] = sum(buffer) ^ u8(average(100000, wakeUps));
}
