/** The store in the sectors of a flash: what is in it, whatever a cut of the power has left beside. */
import assert from "node:assert/strict";
import { EepromError, storeFormat } from "../../../toolchain/provisioning/index.ts";

const FORMAT = storeFormat("flash-sectors", 1024);
const CONTENTS = Uint8Array.from({ length: 1024 }, (_, index) => (index * 31) & 0xff);
const SERIAL = 1024;
const LOG = 1280;
const SECTOR = 4096;

/** A store that holds CONTENTS, changed. */
function stored(change: (memory: Buffer) => void): Buffer {
  const memory = Buffer.from(FORMAT.pack(CONTENTS));
  change(memory);
  return memory;
}

function checked(memory: Buffer, at: number, word: number): void {
  memory.writeUInt32LE(word >>> 0, at);
  memory.writeUInt32LE(~word >>> 0, at + 4);
}

describe("a store in the sectors of a flash", () => {
  it("gives back what was packed", () => {
    const memory = FORMAT.pack(CONTENTS);
    assert.equal(memory.length, FORMAT.bytes);
    assert.deepEqual(FORMAT.unpack(memory), CONTENTS);
  });

  it("reads 0xff where it was never written", () => {
    assert.deepEqual(FORMAT.unpack(new Uint8Array(8192).fill(0xff)), new Uint8Array(1024).fill(0xff));
  });

  it("has the octets that were written since, the last of an address", () => {
    const memory = stored((sectors) => {
      checked(sectors, LOG, 5 | (0xaa << 16));
      checked(sectors, LOG + 8, 5 | (0xbb << 16));
      checked(sectors, LOG + 16, 6 | (0x01 << 16));
    });
    const contents = FORMAT.unpack(memory);
    assert.deepEqual([contents[5], contents[6], contents[7]], [0xbb, 0x01, CONTENTS[7]]);
  });

  it("passes over a word that has no complement, and what lies behind counts", () => {
    const memory = stored((sectors) => {
      sectors.writeUInt32LE(5 | (0xaa << 16), LOG);
      checked(sectors, LOG + 8, 6 | (0x01 << 16));
    });
    const contents = FORMAT.unpack(memory);
    assert.deepEqual([contents[5], contents[6]], [CONTENTS[5], 0x01]);
  });

  it("takes of two sectors the one that was begun later, also where its number has gone round", () => {
    for (const [first, second] of [
      [1, 2],
      [0xffffffff, 0],
    ]) {
      const memory = stored((sectors) => {
        checked(sectors, SERIAL, first);
        sectors.fill(0x42, SECTOR, SECTOR + 1024);
        checked(sectors, SECTOR + SERIAL, second);
      });
      assert.equal(FORMAT.unpack(memory)[0], 0x42);
    }
  });

  it("takes the earlier one where the number of the later is not whole", () => {
    const memory = stored((sectors) => {
      sectors.fill(0x42, SECTOR, SECTOR + 1024);
      sectors.writeUInt32LE(2, SECTOR + SERIAL);
    });
    assert.deepEqual(FORMAT.unpack(memory), CONTENTS);
  });

  it("refuses a memory of another size, and contents that no sector has room for", () => {
    assert.throws(() => FORMAT.unpack(new Uint8Array(4096)), EepromError);
    assert.throws(() => FORMAT.pack(new Uint8Array(1025)), RangeError);
  });
});

describe("a store that is written octet by octet", () => {
  it("is its memory", () => {
    const format = storeFormat("octets", 1024);
    assert.equal(format.bytes, 1024);
    assert.equal(format.pack(CONTENTS), CONTENTS);
    assert.equal(format.unpack(CONTENTS), CONTENTS);
  });
});
