/** The order of evaluation, kept by variables that the compiler adds. */
import { type Int, u8, u16 } from "../../../../firmware/lang/index.ts";

/** @extern board_read */
function read(): u8 {
  return 0;
}
/** @extern board_write */
function write(_value: u16, _mask: u8): void {}

const ring = new Uint8Array(16);
let head: Int<0, 15> = 0;

function take(): u8 {
  head = (head + 1) & 15;
  return ring[head];
}

export function main(): void {
  let n: Int<0, 16> = 0;
  while (n < 16 && read() !== 0) ring[n++] = read();
  // Two calls of the board in one expression: the first is kept.
  write(read() * 256 + read(), ring[head]);
  ring[head] = take();
  const previous = head + take();
  do {
    if (n > 0) write(u16(previous << 4), u8(--n & 7));
  } while (n > 2 && take() > 9);
}
