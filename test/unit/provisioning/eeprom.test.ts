import assert from "node:assert/strict";
import {
  eepromImage,
  generateIdentity,
  readIdentity,
  readNonces,
} from "../../../toolchain/provisioning/index.ts";

const NAMES = { devEui: "0123456789ABCDEF", joinEui: "70B3D57ED0000001" };

/** A journal record with its CRC, computed bit by bit from the polynomial's definition. */
function record(devNonce: number, joinNonce: number): Buffer {
  const octets = Buffer.alloc(8);
  octets.writeUInt16LE(devNonce % 0x10000, 0);
  octets[5] = devNonce >> 16;
  octets.writeUIntLE(joinNonce, 2, 3);
  let crc = 0xffff;
  for (let bit = 0; bit < 48; bit++) {
    const feedback = ((crc >>> 15) ^ (octets[bit >>> 3] >>> (7 - (bit & 7)))) & 1;
    crc = ((crc << 1) & 0xffff) ^ (feedback ? 0x1021 : 0);
  }
  octets.writeUInt16LE(crc, 6);
  return octets;
}

describe("the EEPROM of a provisioned board", () => {
  it("carries EUIs least significant octet first and root keys as they are", () => {
    const identity = generateIdentity(NAMES);
    const image = Buffer.from(eepromImage(identity, 1024));
    assert.equal(image.length, 1024);
    assert.equal(image.subarray(0, 4).toString("hex"), "4a010000");
    assert.equal(image.subarray(4, 12).toString("hex"), "010000d07ed5b370");
    assert.equal(image.subarray(12, 20).toString("hex"), "efcdab8967452301");
    assert.deepEqual(new Uint8Array(image.subarray(20, 36)), new Uint8Array(identity.nwkKey));
    assert.deepEqual(new Uint8Array(image.subarray(36, 52)), new Uint8Array(identity.appKey));
    assert.ok(image.subarray(54).every((octet) => octet === 0xff));
  });

  it("gives back its identity", () => {
    const { nwkKey, appKey, ...names } = generateIdentity(NAMES);
    const identity = { ...names, nwkKey: new Uint8Array(nwkKey), appKey: new Uint8Array(appKey) };
    assert.deepEqual(readIdentity(eepromImage(identity, 1024)), identity);
  });

  it("is refused when any octet of the identity block has changed", () => {
    const image = eepromImage(generateIdentity(NAMES), 1024);
    for (let offset = 0; offset < 54; offset++) {
      const damaged = image.slice();
      damaged[offset] ^= 0x10;
      assert.throws(() => readIdentity(damaged), /EEPROM/, `octet ${offset}`);
    }
  });

  it("is refused when it was never provisioned", () => {
    assert.throws(() => readIdentity(new Uint8Array(1024).fill(0xff)), /provision the board first/);
  });

  it("has no nonces at first", () => {
    const image = eepromImage(generateIdentity(NAMES), 1024);
    assert.deepEqual(readNonces(image), { nextDevNonce: 0, lastJoinNonce: undefined });
  });

  /** An EEPROM whose journal holds these records, by slot of the ring. */
  function journal(records: Readonly<Record<number, Buffer>>): Uint8Array {
    const image = eepromImage(generateIdentity(NAMES), 1024);
    for (const [slot, octets] of Object.entries(records)) image.set(octets, 64 + 8 * Number(slot));
    return image;
  }
  const torn = record(9, 5);
  torn[7] ^= 1;

  const journals: readonly [string, Uint8Array, number, number | undefined][] = [
    ["of the highest DevNonce", journal({ 0: record(7, 3), 1: record(8, 3), 2: record(5, 9) }), 8, 3],
    ["that is later in the ring", journal({ 4: record(8, 0xffffff), 5: record(8, 7) }), 8, 7],
    ["that is later, with a smaller JoinNonce", journal({ 4: record(8, 9), 5: record(8, 7) }), 8, 7],
    ["that is later over the end of the ring", journal({ 119: record(8, 9), 0: record(8, 7) }), 8, 7],
    ["that is whole", journal({ 0: record(8, 3), 1: torn }), 8, 3],
    ["without a JoinNonce", journal({ 3: record(2, 0xffffff) }), 2, undefined],
    ["after the last DevNonce", journal({ 0: record(0xffff, 3), 1: record(0x10000, 3) }), 0x10000, 3],
  ];
  for (const [which, image, nextDevNonce, lastJoinNonce] of journals) {
    it(`tells the record of its journal ${which}`, () => {
      assert.deepEqual(readNonces(image), { nextDevNonce, lastJoinNonce });
    });
  }
});

describe("a device identity", () => {
  it("has root keys of 16 octets that differ from each other and from the next device's", () => {
    const [one, two] = [generateIdentity(NAMES), generateIdentity(NAMES)];
    const keys = [one.nwkKey, one.appKey, two.nwkKey, two.appKey].map((key) =>
      Buffer.from(key).toString("hex"),
    );
    assert.ok(keys.every((key) => key.length === 32));
    assert.equal(new Set(keys).size, 4);
  });

  for (const devEui of ["", "0123456789abcdef", "0123456789ABCDE", "0123456789ABCDEFG", "0x23456789ABCDEF"]) {
    it(`refuses the DevEUI "${devEui}"`, () => {
      assert.throws(
        () => generateIdentity({ ...NAMES, devEui }),
        /devEui must be 16 upper-case hexadecimal digits/,
      );
    });
  }
});
