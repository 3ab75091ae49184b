/** The store: identity as provisioning writes it, nonces that survive a power cut at every write. */
import assert from "node:assert/strict";
import type * as HalModule from "../../../firmware/hal/index.ts";
import type * as CrcModule from "../../../firmware/store/crc16.ts";
import type * as StoreModule from "../../../firmware/store/index.ts";
import { eepromImage, readNonces } from "../../../toolchain/provisioning/index.ts";
import { loadFirmware } from "./support/instance.ts";

const IDENTITY = {
  joinEui: "70B3D57ED0000001",
  devEui: "0011223344556677",
  nwkKey: Uint8Array.from({ length: 16 }, (_, i) => 0x10 + i),
  appKey: Uint8Array.from({ length: 16 }, (_, i) => 0xa0 + i),
};

class PowerCut extends Error {}

/** A freshly started device's store on `eeprom`; its power goes right before write number `cutAt`. */
function openStore(eeprom: Uint8Array, cutAt = Number.POSITIVE_INFINITY, broken: readonly number[] = []) {
  const firmware = loadFirmware();
  const hal = firmware("hal/index.ts") as unknown as typeof HalModule;
  let writes = 0;
  hal.bindHal({
    storeRead: (address: number) => eeprom[address],
    storeWrite: (address: number, value: number) => {
      if (writes++ === cutAt) {
        eeprom[address] = 0xff;
        throw new PowerCut();
      }
      if (!broken.includes(address)) eeprom[address] = value;
    },
  } as unknown as HalModule.Hal);
  const store = firmware("store/index.ts") as unknown as typeof StoreModule;
  store.openJournal();
  return { ...store, writes: () => writes };
}

const blank = () => eepromImage(IDENTITY, 1024);

describe("firmware: store", () => {
  it("reads the identity that provisioning wrote", () => {
    const store = openStore(blank());
    const eui = new Uint8Array(8);
    const key = new Uint8Array(16);
    assert.equal(store.hasIdentity(), true);
    store.readJoinEui(eui);
    assert.equal(Buffer.from(eui).reverse().toString("hex").toUpperCase(), IDENTITY.joinEui);
    store.readDevEui(eui);
    assert.equal(Buffer.from(eui).reverse().toString("hex").toUpperCase(), IDENTITY.devEui);
    store.readNwkKey(key);
    assert.deepEqual(key, IDENTITY.nwkKey);
    store.readAppKey(key);
    assert.deepEqual(key, IDENTITY.appKey);
  });

  it("refuses an identity block that is missing or has a flipped bit anywhere", () => {
    assert.equal(openStore(new Uint8Array(1024).fill(0xff)).hasIdentity(), false);
    for (let at = 0; at < 54; at++) {
      const eeprom = blank();
      eeprom[at] ^= 0x04;
      assert.equal(openStore(eeprom).hasIdentity(), false, `octet ${at}`);
    }
  });

  it("starts with DevNonce 0 and no JoinNonce on a blank journal, whether erased or zeroed", () => {
    for (const filler of [0xff, 0x00]) {
      const store = openStore(blank().fill(filler, 64));
      assert.equal(store.nonces.nextDevNonce, 0);
      assert.equal(store.nonces.joinNonce, store.NO_JOIN_NONCE);
    }
  });

  it("counts DevNonces on over restarts and over the end of the ring, and keeps the JoinNonce", () => {
    const eeprom = blank();
    for (let devNonce = 0; devNonce < 400; devNonce++) {
      const store = openStore(eeprom);
      assert.equal(store.takeDevNonce(), true);
      assert.equal(store.nonces.devNonce, devNonce);
      // Neither greater nor smaller than the one before: order in the journal must not hang on it.
      const joinNonce = (devNonce * 7919) % 0xffffff;
      if (devNonce % 3 === 0) assert.equal(store.keepJoinNonce(joinNonce), true);
      const expected = {
        nextDevNonce: devNonce + 1,
        joinNonce: ((devNonce - (devNonce % 3)) * 7919) % 0xffffff,
      };
      const { nonces } = openStore(eeprom);
      assert.deepEqual({ nextDevNonce: nonces.nextDevNonce, joinNonce: nonces.joinNonce }, expected);
    }
    assert.equal(readNonces(eeprom).nextDevNonce, 400);
  });

  it("never gives a DevNonce twice, wherever in the ring and at whichever write the power goes", () => {
    for (const start of [0, 118, 119, 120, 121]) {
      const prepared = blank();
      for (let i = 0; i < start; i++) openStore(prepared).takeDevNonce();
      openStore(prepared).keepJoinNonce(5);
      for (let cutAt = 0; cutAt <= 18; cutAt++) {
        const eeprom = Uint8Array.from(prepared);
        const used = new Set<number>();
        // The JoinNonces that the store may hold: the last one kept, and one whose write was cut off.
        let joined = [5];
        let nextJoinNonce = 6;
        const attempt = (cut?: number) => {
          const store = openStore(eeprom, cut);
          assert.ok(joined.includes(store.nonces.joinNonce), `JoinNonce ${store.nonces.joinNonce}`);
          try {
            assert.equal(store.takeDevNonce(), true);
            // Here the join-request goes out.
            assert.equal(used.has(store.nonces.devNonce), false, `DevNonce ${store.nonces.devNonce} again`);
            assert.ok(store.nonces.devNonce >= start);
            used.add(store.nonces.devNonce);
            joined = [store.nonces.joinNonce, nextJoinNonce];
            assert.equal(store.keepJoinNonce(nextJoinNonce++), true);
            joined.shift();
          } catch (error) {
            if (!(error instanceof PowerCut)) throw error;
          }
        };
        attempt(cutAt);
        attempt(cutAt);
        attempt();
        attempt();
        assert.equal(readNonces(eeprom).lastJoinNonce, openStore(eeprom).nonces.joinNonce);
      }
    }
  });

  it("takes no torn record for whole, though its CRC may fit what stood in the slot", () => {
    const { CRC_START, crc16 } = loadFirmware()("store/crc16.ts") as unknown as typeof CrcModule;
    // With the first two octets of the record written, and the next one erased, the CRC is that of the rest.
    const fitting = [1, 0, 0xff, 0x34, 0x12, 0];
    const crc = fitting.reduce((sum, octet) => crc16(sum, octet), CRC_START);
    for (let cutAt = 0; cutAt < 9; cutAt++) {
      const eeprom = blank();
      eeprom.set([0xee, 0xee, ...fitting.slice(2), crc & 0xff, crc >> 8], 64);
      assert.throws(() => openStore(eeprom, cutAt).takeDevNonce(), PowerCut);
      const { nonces, NO_JOIN_NONCE } = openStore(eeprom);
      assert.deepEqual([nonces.nextDevNonce, nonces.joinNonce], [0, NO_JOIN_NONCE], `cut at write ${cutAt}`);
      assert.equal(readNonces(eeprom).lastJoinNonce, undefined);
    }
  });

  it("passes over a worn cell", () => {
    const eeprom = blank();
    const worn = openStore(eeprom, undefined, [66, 75]);
    assert.equal(worn.takeDevNonce(), true);
    assert.equal(worn.keepJoinNonce(0x123456), true);
    const { nonces } = openStore(eeprom);
    assert.equal(nonces.nextDevNonce, 1);
    assert.equal(nonces.joinNonce, 0x123456);
  });

  it("says so when no slot takes the record", () => {
    const cells = Array.from({ length: 120 }, (_, slot) => 64 + 8 * slot);
    const store = openStore(blank().fill(0xee, 64), undefined, cells);
    assert.equal(store.takeDevNonce(), false);
  });

  it("does not lose the newest record to a store that fails for a while", () => {
    const cells = Array.from({ length: 120 }, (_, slot) => 64 + 8 * slot);
    for (const joins of [1, 59, 60, 90]) {
      const eeprom = blank();
      for (let i = 0; i < joins; i++) {
        const store = openStore(eeprom);
        assert.equal(store.takeDevNonce(), true);
        assert.equal(store.keepJoinNonce(0x10000 + i), true);
      }
      const failing = openStore(eeprom, undefined, cells);
      for (let attempt = 0; attempt < 3; attempt++) assert.equal(failing.takeDevNonce(), false);
      const { nonces } = openStore(eeprom);
      assert.equal(nonces.nextDevNonce, joins);
      assert.equal(nonces.joinNonce, 0x10000 + joins - 1);
    }
  });

  it("ends with DevNonce 65535", () => {
    const eeprom = blank();
    const store = openStore(eeprom);
    store.nonces.nextDevNonce = 65535;
    assert.equal(store.hasDevNonce(), true);
    assert.equal(store.takeDevNonce(), true);
    assert.equal(store.nonces.devNonce, 65535);
    assert.equal(store.hasDevNonce(), false);
    assert.equal(store.takeDevNonce(), false);
    const restarted = openStore(eeprom);
    assert.equal(restarted.hasDevNonce(), false);
    assert.equal(restarted.takeDevNonce(), false);
  });
});
