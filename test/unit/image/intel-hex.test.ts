/** Intel HEX records. */
import assert from "node:assert/strict";
import { intelHex } from "../../../toolchain/image/intel-hex.ts";

describe("intelHex", () => {
  it("ends with the end record, and is nothing else for no octets", () => {
    assert.equal(intelHex(new Uint8Array(0)), ":00000001FF\r\n");
  });

  it("writes records of 16 octets with address and checksum", () => {
    // The example of the format's description: 16 octets at 0, then the rest.
    const octets = Uint8Array.from({ length: 18 }, (_, i) => i * 7);
    const [first, second] = intelHex(octets).split("\r\n");
    assert.equal(first, ":1000000000070E151C232A31383F464D545B6269A8");
    assert.equal(second, ":02001000707707");
    for (const line of [first, second]) {
      const sum = Buffer.from(line.slice(1), "hex").reduce((total, octet) => total + octet, 0);
      assert.equal(sum & 0xff, 0);
    }
  });

  it("reaches 64 KiB and no further", () => {
    const lines = intelHex(new Uint8Array(0x10000)).split("\r\n");
    assert.match(lines[lines.length - 3], /^:10FFF000/);
    assert.throws(() => intelHex(new Uint8Array(0x10001)), RangeError);
  });
});
