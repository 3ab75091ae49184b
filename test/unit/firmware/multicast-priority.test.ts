/**
 * Which ping slots are opened where those of several groups, or of a group and the device, collide (TS001-1.0.4, 9.2); one
 * group and the device, on the air: class-b-multicast.test.ts.
 */
import assert from "node:assert/strict";
import type * as MulticastModule from "../../../firmware/lorawan/multicast.ts";
import type * as SlotsModule from "../../../firmware/lorawan/multicast-slots.ts";
import { loadFirmware } from "./support/instance.ts";

const F_PENDING = 0x10;
const DEVICE = 4;
const LOW = "0100FFFF";
const MIDDLE = "01020000";
const HIGH = "02000000";

/** Who is left of these, each put to each, whatever the order; FPending was in the last frame to `pending`. */
function winners(addresses: readonly string[], pending: readonly (string | "device")[]): string[] {
  const load = loadFirmware<unknown>({ CLASS_B: true, MULTICAST_SETUP: true, MAX_GROUPS: 3 });
  const { multicastGroups } = load("lorawan/multicast.ts") as typeof MulticastModule;
  const { hasPriority, notePending } = load("lorawan/multicast-slots.ts") as typeof SlotsModule;
  for (const [id, address] of addresses.entries()) {
    multicastGroups[id].mcAddr.set(Buffer.from(address, "hex").reverse());
    notePending(id, pending.includes(address) ? F_PENDING : 0);
  }
  notePending(DEVICE, pending.includes("device") ? F_PENDING : 0);
  // As the device does: what comes later in the row is put to the one that has stood so far.
  const found = permutations(addresses.map((_, id) => id)).map((ids) => {
    let best = DEVICE;
    for (const id of ids) if (hasPriority(id, best)) best = id;
    return best === DEVICE ? "device" : addresses[best];
  });
  return [...new Set(found)];
}

function permutations(of: readonly number[]): number[][] {
  if (of.length === 0) return [[]];
  return of.flatMap((first) => permutations(of.filter((it) => it !== first)).map((rest) => [first, ...rest]));
}

describe("firmware: of ping slots that collide", () => {
  for (const [title, addresses, pending, winner] of [
    ["those of the higher address are opened, of two groups", [LOW, HIGH], [], HIGH],
    ["those of the lower one where more is to come for it", [LOW, HIGH], [LOW], LOW],
    ["those of the higher one where more is to come for both", [LOW, HIGH], [LOW, HIGH], HIGH],
    ["those of the highest address are opened, of three groups", [MIDDLE, HIGH, LOW], [], HIGH],
    ["those of the higher of two of which more is to come", [HIGH, LOW, MIDDLE], [LOW, MIDDLE], MIDDLE],
    ["those of a group where more is to come for it and for the device", [LOW, HIGH], [LOW, "device"], LOW],
    ["those of the device where more is to come for it alone", [LOW, MIDDLE, HIGH], ["device"], "device"],
  ] as const) {
    it(title, () => {
      assert.deepEqual(winners(addresses, pending), [winner]);
    });
  }
});
