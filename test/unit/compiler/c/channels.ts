/** A constant table of records in flash: read by field, by index and by reference. */
import {
  type Int,
  lengthOf,
  type TableOf,
  tableOf,
  type u8,
  u16,
  type u32,
} from "../../../../firmware/lang/index.ts";

const enum Use {
  Uplink = 1,
  Downlink = 2,
  Both = 3,
}

class Channel {
  hz: u32 = 868100000;
  use: Use = Use.Both;
  offset: Int<-20, 20> = 0;
  join = false;
}

const CHANNELS = tableOf(Channel, [
  { join: true },
  { hz: 868300000, join: true, offset: -3 },
  { hz: 869525000, use: Use.Downlink },
]);
const counts = new Uint16Array(4);

function highest(table: TableOf<Channel, 1>): u32 {
  let hz: u32 = 0;
  for (let i = 0; i < lengthOf(table); i++) {
    const channel = table[i];
    if (channel.join && channel.hz > hz) hz = channel.hz;
  }
  return hz;
}

function count(i: u8): void {
  const channel = i < 2 ? CHANNELS[i] : CHANNELS[2];
  counts[channel.use] = u16(counts[channel.use] + channel.offset);
}

export function main(): void {
  if (highest(CHANNELS) > CHANNELS[1].hz) count(1);
  count(2);
}
