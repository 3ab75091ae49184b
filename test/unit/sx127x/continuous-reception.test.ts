import assert from "node:assert/strict";
import { PARTS, pair, RX_CONTINUOUS } from "./host.ts";

const RX_DONE = 0x40;
const VALID_HEADER = 0x10;

for (const part of PARTS) {
  describe(`${part.toUpperCase()} continuous reception`, () => {
    it("stays on and stores packets one after the other", () => {
      const { tx, rx, run } = pair(part);
      rx.write(0x0f, 0x20);
      rx.write(0x01, RX_CONTINUOUS);
      tx.transmit([1, 2, 3]);
      run(200_000);
      assert.equal(rx.read(0x10), 0x20);
      assert.deepEqual(rx.packet(), [1, 2, 3]);
      rx.write(0x12, 0xff);
      tx.write(0x12, 0xff);
      tx.transmit([4, 5]);
      run(400_000);
      assert.equal(rx.read(0x01), RX_CONTINUOUS);
      assert.equal(rx.read(0x12), RX_DONE | VALID_HEADER);
      assert.equal(rx.read(0x10), 0x23);
      assert.deepEqual(rx.packet(), [4, 5]);
      assert.deepEqual(rx.burst(0x14, 4), [0, 2, 0, 2]);
      assert.deepEqual(rx.dio, ["DIO0 1", "DIO0 0", "DIO0 1"]);
    });

    it("wraps in the buffer", () => {
      const { tx, rx, run } = pair(part);
      rx.write(0x0f, 0xfe);
      rx.write(0x01, RX_CONTINUOUS);
      tx.transmit([1, 2, 3, 4]);
      run(200_000);
      assert.equal(rx.read(0x10), 0xfe);
      assert.equal(rx.read(0x25), 0x01);
      assert.deepEqual(rx.packet(), [1, 2, 3, 4]);
    });

    it("goes on after a packet for others", () => {
      const { tx, rx, run } = pair(part);
      rx.write(0x01, RX_CONTINUOUS);
      tx.write(0x39, 0x12);
      tx.transmit([1]);
      run(200_000);
      assert.equal(rx.read(0x12), 0);
      tx.write(0x39, 0x34);
      tx.transmit([2]);
      run(400_000);
      assert.deepEqual(rx.packet(), [2]);
    });

    it("has no symbol time-out", () => {
      const { rx, run } = pair(part);
      rx.write(0x1f, 5);
      rx.write(0x01, RX_CONTINUOUS);
      run(5_000_000);
      assert.equal(rx.read(0x12), 0);
    });
  });
}
