/** Records in rows, records inside records, references to them, and arrays of each width with a known length. */
import {
  type AtLeast,
  type Int,
  lengthOf,
  type Records,
  records,
  u8,
  type u16,
  u32,
  view,
} from "../../../../firmware/lang/index.ts";

class Window {
  opensMs: u32 = 1000;
  readonly symbols = Uint8Array.of(8, 12);
}

/** One channel. */
class Slot {
  frequencyHz: u32 = 0;
  used = false;
  dataRate: Int<0, 15> = 5;
  readonly counts = new Uint16Array(3);
  readonly windows = records(Window, 2);
}

class Plan {
  readonly slots = records(Slot, 2);
  readonly spare = new Slot();
}

const slots = records(Slot, 3);
const plan = new Plan();
const levels = new Int16Array([-120, 0, 7]);
const log = new Uint16Array(16);

function tune(slot: Slot, frequencyHz: u32): void {
  slot.frequencyHz = frequencyHz;
  slot.used = true;
  slot.windows[1].opensMs = u32(slot.windows[0].opensMs + 1000);
  slot.windows[1].symbols[0] ^= 1;
}

/** The number of slots in use. */
function inUse(all: Records<Slot, 2>): u8 {
  let n: u8 = 0;
  for (let i = 0; i < lengthOf(all); i++) if (all[i].used) n = u8(n + 1);
  return n;
}

function sum(values: AtLeast<Uint16Array, 3>): u16 {
  return (values[0] + values[1] + values[2]) & 0x7fff;
}

export function main(): void {
  const own = records(Window, 2);
  for (let i = 0; i < 3; i++) {
    const slot = slots[i];
    tune(slot, own[i & 1].opensMs);
    slot.dataRate &= 7;
    slots[i].counts[i] = sum(slot.counts);
    levels[i] = -slot.dataRate;
  }
  tune(plan.slots[1], 868100000);
  tune(plan.spare, 1);
  log[inUse(slots) & 15] = sum(view(log, 4, 8));
  log[inUse(plan.slots) & 15] |= 1;
}
