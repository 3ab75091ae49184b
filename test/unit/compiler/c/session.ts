/** Records, const enums, switches, references and views. */
import {
  type Bytes,
  copy,
  equal,
  type Int,
  load32le,
  store16le,
  u8,
  u32,
  view,
} from "../../../../firmware/lang/index.ts";

const enum State {
  Idle,
  Joining,
  Joined,
}

/** What a device knows after a join. */
class Session {
  readonly key = new Uint8Array(16);
  counter: u32 = 0;
  dataRate: Int<0, 5> = 5;
  active = false;
}

const session = new Session();
const frame = new Uint8Array(24);
let state: State = State.Idle;
let length: Int<0, 24> = 0;

/** Sets the counter back and takes the key. */
function start(of: Session, key: Bytes<16>): void {
  copy(of.key, 0, key, 0, 16);
  of.counter = 0;
  of.active = true;
}

/** Appends `count` octets to the frame; false where they do not fit. */
function append(data: Bytes<8>, count: Int<0, 8>): boolean {
  if (length + count > 24) return false;
  copy(frame, length, data, 0, count);
  length += count;
  return true;
}

function next(): boolean {
  switch (state) {
    case State.Idle:
      state = State.Joining;
      return false;
    case State.Joining: {
      const key = view(frame, 4, 16);
      start(session, key);
      state = State.Joined;
      break;
    }
    case State.Joined:
      session.counter = u32(session.counter + 1);
      if (session.dataRate > 0) session.dataRate--;
  }
  return session.active;
}

export function main(): void {
  while (!next()) frame[length & 7] = u8(load32le(frame, 8));
  store16le(frame, 2, 0x1234);
  const tail = view(frame, 16, 8);
  if (append(tail, 8) && equal(frame, 0, session.key, 0, 16)) length = 0;
}
