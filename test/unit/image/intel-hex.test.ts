/** Intel HEX records. */
import assert from "node:assert/strict";
import { intelHex, readIntelHex } from "../../../toolchain/image/intel-hex.ts";

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

describe("readIntelHex", () => {
  it("reads what intelHex writes", () => {
    const octets = Uint8Array.from({ length: 0x10025 }, (_, i) => (i * 31) & 0xff);
    assert.deepEqual(readIntelHex(intelHex(octets, 0x0800_0000)), { address: 0x0800_0000, octets });
  });

  it("reads what avr-objcopy and srec_cat write: segments, gaps, start addresses, any order", () => {
    const text = ":020000021000EC\n:0100020005F8\n:01000000AA55\n:0400000300003800C1\n:00000001FF\n";
    assert.deepEqual(readIntelHex(text), { address: 0x10000, octets: Uint8Array.of(0xaa, 0xff, 5) });
  });

  const FAULTS: readonly [string, string, RegExp][] = [
    ["no record", "hello\n:00000001FF", /line 1: this is no record/],
    ["a wrong checksum", ":01000000AA56\n:00000001FF", /line 1: its checksum is wrong/],
    ["a wrong length", ":02000000AA54\n:00000001FF", /line 1: its length/],
    ["a record of no type", ":01000009AA4C\n:00000001FF", /line 1: there is no record of type 9/],
    ["no end", ":01000000AA55\n", /the end record is missing/],
    ["more than an end", ":00000001FF\n:01000000AA55\n", /line 2: something follows/],
    ["no data", ":00000001FF\n", /it holds no data/],
    ["two memories", ":01000000AA55\n:020000040800F2\n:01000000AA55\n:00000001FF", /too far apart/],
  ];
  for (const [what, text, message] of FAULTS) {
    it(`refuses ${what}`, () => assert.throws(() => readIntelHex(text), { name: "HexError", message }));
  }
});
