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

  it("tells the upper half of an address where it changes", () => {
    const lines = intelHex(new Uint8Array(0x10010), 0).split("\r\n");
    assert.match(lines[lines.length - 5], /^:10FFF000/);
    assert.equal(lines[lines.length - 4], ":020000040001F9");
    assert.match(lines[lines.length - 3], /^:10000000/);
    const inFlash = intelHex(Uint8Array.of(1), 0x0800fff0).split("\r\n");
    assert.deepEqual(inFlash.slice(0, 2), [":020000040800F2", ":01FFF000010F"]);
  });

  it("refuses addresses that a record cannot begin at, or that have no 32 bits", () => {
    assert.throws(() => intelHex(Uint8Array.of(1), 0x0800_0008), RangeError);
    assert.throws(() => intelHex(new Uint8Array(17), 0xffff_fff0), RangeError);
  });
});
