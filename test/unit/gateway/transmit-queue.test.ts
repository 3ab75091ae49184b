import assert from "node:assert/strict";
import { LEAD_NS, TransmitQueue } from "../../../hil/gateway/transmit-queue.ts";

const SECOND_NS = 1_000_000_000;
const AIRTIME_NS = 60_000_000;

describe("TransmitQueue", () => {
  for (const [title, aheadNs, answer] of [
    ["the past", -1, "TOO_LATE"],
    ["2.5 ms ahead", LEAD_NS, "TOO_LATE"],
    ["just over 2.5 ms ahead", LEAD_NS + 1, "NONE"],
    ["512 s ahead", 512 * SECOND_NS, "NONE"],
    ["more than 512 s ahead", 512 * SECOND_NS + 1, "TOO_EARLY"],
  ] as const) {
    it(`answers ${answer} for ${title}`, () => {
      assert.equal(new TransmitQueue().reserve(SECOND_NS + aheadNs, AIRTIME_NS, SECOND_NS), answer);
    });
  }

  for (const [title, startNs, answer] of [
    ["the same time", 5 * SECOND_NS, "COLLISION_PACKET"],
    ["the middle of it", 5 * SECOND_NS + AIRTIME_NS / 2, "COLLISION_PACKET"],
    ["less than the margin behind it", 5 * SECOND_NS + AIRTIME_NS + LEAD_NS, "COLLISION_PACKET"],
    ["the margin behind it", 5 * SECOND_NS + AIRTIME_NS + LEAD_NS + 1, "NONE"],
    ["less than the margin before it", 5 * SECOND_NS - AIRTIME_NS - LEAD_NS, "COLLISION_PACKET"],
    ["the margin before it", 5 * SECOND_NS - AIRTIME_NS - LEAD_NS - 1, "NONE"],
  ] as const) {
    it(`answers ${answer} for a second packet at ${title}`, () => {
      const queue = new TransmitQueue();
      queue.reserve(5 * SECOND_NS, AIRTIME_NS, 0);
      assert.equal(queue.reserve(startNs, AIRTIME_NS, 0), answer);
    });
  }

  it("keeps no time for a packet that it refused", () => {
    const queue = new TransmitQueue();
    queue.reserve(5 * SECOND_NS, AIRTIME_NS, 0);
    queue.reserve(5 * SECOND_NS + AIRTIME_NS, AIRTIME_NS, 0);
    assert.equal(queue.reserve(5 * SECOND_NS + 2 * AIRTIME_NS, AIRTIME_NS, 0), "NONE");
  });

  it("holds 32 packets, and takes others when these are sent", () => {
    const queue = new TransmitQueue();
    for (let index = 1; index <= 32; index++) {
      assert.equal(queue.reserve(index * SECOND_NS, AIRTIME_NS, 0), "NONE");
    }
    assert.equal(queue.reserve(40 * SECOND_NS, AIRTIME_NS, 0), "COLLISION_PACKET");
    assert.equal(queue.reserve(40 * SECOND_NS, AIRTIME_NS, 2 * SECOND_NS), "NONE");
  });

  it("finds the next gap for a packet without a timestamp", () => {
    const queue = new TransmitQueue();
    const first = queue.earliestNs(AIRTIME_NS, 0);
    assert.equal(queue.reserve(first, AIRTIME_NS, 0), "NONE");
    const second = queue.earliestNs(AIRTIME_NS, 0);
    assert.ok(second > first + AIRTIME_NS);
    assert.equal(queue.reserve(second, AIRTIME_NS, 0), "NONE");
  });
});
