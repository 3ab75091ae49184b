/** UF2, read back by the structure that its description gives; by file(1) too, where that is installed. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { uf2 } from "../../../toolchain/image/uf2.ts";

const RP2040 = 0xe48bff56;

describe("uf2", () => {
  const octets = Uint8Array.from({ length: 600 }, (_, index) => (index * 7) & 0xff);
  const file = uf2(octets, 0x10000000, RP2040);

  it("gives each 256 octets a block of 512, with its place, number and family", () => {
    assert.equal(file.length, 3 * 512);
    for (let number = 0; number < 3; number++) {
      const block = file.subarray(512 * number, 512 * (number + 1));
      const header = Array.from({ length: 8 }, (_, index) => block.readUInt32LE(4 * index));
      assert.deepEqual(header, [
        ...[0x0a324655, 0x9e5d5157, 0x2000, 0x10000000 + 256 * number, 256, number, 3, RP2040],
      ]);
      assert.equal(block.readUInt32LE(508), 0x0ab16f30);
      assert.ok(block.subarray(32 + 256, 508).every((octet) => octet === 0));
    }
  });

  it("holds the octets, and zeros behind the last", () => {
    const payloads = [0, 1, 2].map((number) => file.subarray(512 * number + 32, 512 * number + 32 + 256));
    const held = Buffer.concat(payloads);
    assert.deepEqual(held.subarray(0, 600), Buffer.from(octets));
    assert.ok(held.subarray(600).every((octet) => octet === 0));
  });

  it("refuses an address that no block can begin at", () => {
    assert.throws(() => uf2(octets, 0x10000010, RP2040), RangeError);
  });

  it("is what file(1) knows as UF2 for the RP2040", function () {
    const folder = mkdtempSync(join(tmpdir(), "joinery-uf2-"));
    try {
      const path = join(folder, "image.uf2");
      writeFileSync(path, file);
      const { stdout, error } = spawnSync("file", ["--brief", path], { encoding: "utf8" });
      if (error !== undefined) this.skip();
      assert.match(
        stdout,
        /^UF2 firmware image, family Raspberry Pi RP2040, address 0x10000000, 3 total blocks/,
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
