/** Local arrays and records: a first value only where something may read it. */
import {
  type Bytes,
  copy,
  equal,
  fill,
  type Int,
  load32le,
  store32le,
  u8,
  type u16,
  type u32,
  view,
} from "../../../../firmware/lang/index.ts";

class Message {
  port: u8 = 1;
  readonly data = new Uint8Array(4);
  length: Int<0, 4> = 0;
}

const frame = new Uint8Array(16);

/** Writes all of `block` and reads only what it has written. */
function digest(block: Bytes<16>, from: Bytes<4>): void {
  fill(block, 0, 16, 0);
  copy(block, 4, from, 0, 4);
  for (let i = 4; i < 8; i++) block[i] = block[i] ^ block[i - 4];
}

/** Reads two octets before it writes any. */
function rotate(block: Bytes<4>): void {
  const first = block[0];
  for (let i = 0; i < 3; i++) block[i] = block[i + 1];
  block[3] = first;
}

function written(x: u32): u16 {
  const whole = new Uint8Array(16);
  digest(whole, frame);
  const words = new Uint16Array(6);
  for (let i = 0; i < 6; i += 2) {
    words[i] = whole[i];
    words[i + 1] = words[i];
  }
  const message = new Message();
  message.port = u8(x);
  message.length = 4;
  store32le(message.data, 0, x);
  return words[5] ^ message.port ^ message.data[3];
}

function read(x: u32): boolean {
  const some = new Uint8Array(4);
  for (let i = 1; i < 4; i++) some[i] = u8(x);
  rotate(some);
  const taken = new Uint8Array(4);
  if (x > 5) store32le(taken, 0, x);
  return equal(some, 0, taken, 0, 4);
}

export function main(): void {
  while (written(load32le(frame, 0)) !== 0 && read(2)) {
    const tail = new Uint8Array(8);
    const part = view(tail, 0, 4);
    digest(frame, part);
  }
}
