/**
 * The counters of a personalised device: on memories whose power goes in the midst of writes, that wear, and that are
 * damaged.
 */
import assert from "node:assert/strict";
import type * as HalModule from "../../../firmware/hal/index.ts";
import { CRC_START, crc16 } from "../../../firmware/store/crc16.ts";
import type * as StoreModule from "../../../firmware/store/index.ts";
import { personalisedImage, readCounters } from "../../../toolchain/provisioning/index.ts";
import { loadFirmware } from "./support/instance.ts";
import { OCTETS, PowerCut, tornStore, WORDS } from "./support/torn-store.ts";

const PERSONALISATION = {
  lorawan: "1.1",
  devEui: "0011223344556677",
  devAddr: "26011F42",
  ...{ fNwkSIntKey: new Uint8Array(16).fill(0x10), sNwkSIntKey: new Uint8Array(16).fill(0x20) },
  ...{ nwkSEncKey: new Uint8Array(16).fill(0x30), appSKey: new Uint8Array(16).fill(0x40) },
} as const;

const blank = () => personalisedImage(PERSONALISATION, 1024);

const STEP = 16;
const [COUNTERS, SLOTS, RECORD] = [96, 26, 16];
/** The first octet written of a record, the body, and what follows it. */
const WRITES = 17;

const STARTS = 10_000;

/** The store of a device just switched on. `fails`: the octets that do not take what is written. */
function openStore(eeprom: Uint8Array, fails: (address: number) => boolean = () => false) {
  const firmware = loadFirmware({ ABP: true });
  const hal = firmware("hal/index.ts") as unknown as typeof HalModule;
  hal.bindHal({
    storeRead: (address: number) => eeprom[address],
    storeWrite: (address: number, value: number) => {
      if (!fails(address)) eeprom[address] = value;
    },
  } as unknown as HalModule.Hal);
  return firmware("store/index.ts") as unknown as typeof StoreModule;
}

function recordOfZeros(serial: number): Uint8Array {
  const record = Buffer.alloc(RECORD);
  record.writeUInt16LE([...record.subarray(0, 12), serial].reduce(crc16, CRC_START), 12);
  record.set([serial, serial ^ 0xff], 14);
  return record;
}

function opened(eeprom: Uint8Array) {
  const store = openStore(eeprom);
  assert.equal(store.openCounters(), true);
  const { fCntUpBound, nextFCntDown, third } = store.counters;
  return { fCntUpBound, nextFCntDown, third };
}

describe("firmware: the identity of a personalised device", () => {
  it("is read as provisioning wrote it", () => {
    const store = openStore(blank());
    assert.equal(store.hasIdentity(), true);
    assert.equal(store.readMinorVersion(), 1);
    const devAddr = new Uint8Array(4);
    store.readDevAddr(devAddr);
    assert.equal(Buffer.from(devAddr).reverse().toString("hex").toUpperCase(), PERSONALISATION.devAddr);
    const devEui = new Uint8Array(8);
    store.readDevEui(devEui);
    assert.equal(Buffer.from(devEui).reverse().toString("hex"), PERSONALISATION.devEui);
    for (const [place, first] of [
      [store.SessionKeyAt.FNwkSInt, 0x10],
      [store.SessionKeyAt.SNwkSInt, 0x20],
      [store.SessionKeyAt.NwkSEnc, 0x30],
      [store.SessionKeyAt.AppS, 0x40],
    ] as const) {
      const key = new Uint8Array(16);
      store.readSessionKey(place, key);
      assert.deepEqual(key, new Uint8Array(16).fill(first));
    }
  });

  it("is refused where a bit is flipped anywhere, and by an image that joins", () => {
    for (let at = 0; at < 86; at++) {
      const eeprom = blank();
      eeprom[at] ^= 0x04;
      assert.equal(openStore(eeprom).hasIdentity(), false, `octet ${at}`);
    }
    const firmware = loadFirmware();
    (firmware("hal/index.ts") as unknown as typeof HalModule).bindHal({
      storeRead: (address: number) => blank()[address],
    } as unknown as HalModule.Hal);
    assert.equal((firmware("store/index.ts") as unknown as typeof StoreModule).hasIdentity(), false);
  });
});

describe("firmware: the counters of a personalised device", () => {
  it("begin at zero", () => {
    assert.deepEqual(opened(blank()), { fCntUpBound: 0, nextFCntDown: 0, third: 0 });
  });

  it("go on over restarts, over the end of the ring and of the serial numbers", () => {
    const eeprom = blank();
    let fCntUp = 0;
    for (let i = 0; i < 600; i++) {
      const store = openStore(eeprom);
      assert.equal(store.openCounters(), true);
      assert.equal(store.counters.fCntUpBound, fCntUp);
      assert.equal(store.keepCounters(fCntUp, i * 3, i * 70000), true);
      fCntUp += STEP;
      const expected = { fCntUpBound: fCntUp, nextFCntDown: i * 3, third: i * 70000 };
      assert.deepEqual(opened(eeprom), expected);
      assert.deepEqual(readCounters(eeprom), expected);
    }
  });

  it("end at the last FCntUp there is", () => {
    const eeprom = blank();
    const store = openStore(eeprom);
    store.openCounters();
    assert.equal(store.keepCounters(0xfffffff8, 0xffffffff, 0), true);
    assert.deepEqual(opened(eeprom), { fCntUpBound: 0xffffffff, nextFCntDown: 0xffffffff, third: 0 });
  });

  for (const kind of [OCTETS, WORDS]) {
    it(`repeat no FCntUp and take no FCntDown twice, on a memory that writes ${kind.name}`, () => {
      const store = tornStore(kind, blank());
      const { counters, random } = store;
      let lastUp = -1;
      let lastDown = -1;
      let mostDown = 0;
      let fCntUp = 0;
      let [cuts, records] = [0, 0];
      for (let start = 0; start < STARTS; start++) {
        const where = `start ${start}`;
        try {
          store.start(random() < 0.7 ? Math.floor(random() * 3 * WRITES) : 3 * WRITES);
          assert.equal(store.openCounters(), true, where);
          assert.ok(
            counters.fCntUpBound > lastUp,
            `${where}: FCntUp ${counters.fCntUpBound} after ${lastUp}`,
          );
          assert.ok(counters.nextFCntDown > lastDown && counters.nextFCntDown <= mostDown, where);
          // Left out is what a record stood for, and those that were cut off: cells may read this way now and that way
          // then.
          assert.ok(counters.fCntUpBound <= fCntUp + 4 * STEP, `${where}: ${counters.fCntUpBound}`);
          fCntUp = counters.fCntUpBound;
          for (let record = 0; record < 3; record++) {
            const down = counters.nextFCntDown + Math.floor(random() * 300);
            const isDown = record !== 0;
            if (isDown) mostDown = Math.max(mostDown, down + 1);
            const next = isDown ? down + 1 : counters.nextFCntDown;
            assert.equal(store.keepCounters(fCntUp, next, 7), true, where);
            records++;
            if (isDown) lastDown = down;
            const uplinks = Math.floor(random() * (STEP + 1));
            fCntUp = Math.min(fCntUp + uplinks, counters.fCntUpBound);
            if (uplinks > 0) lastUp = fCntUp - 1;
          }
        } catch (error) {
          if (!(error instanceof PowerCut)) throw error;
          cuts++;
        }
      }
      assert.ok(cuts > STARTS / 2 && records > STARTS, `${cuts} cuts, ${records} records`);
    });
  }

  it("count as lost where no record is whole", () => {
    const eeprom = blank();
    for (let slot = 0; slot < SLOTS; slot++) eeprom[COUNTERS + slot * RECORD + (slot % RECORD)] ^= 0x10;
    assert.equal(openStore(eeprom).openCounters(), false);
    assert.equal(readCounters(eeprom), undefined);
    for (const filler of [0, 0xff]) {
      assert.equal(openStore(blank().fill(filler, COUNTERS)).openCounters(), false);
    }
  });

  it("stay above every FCntUp that was used, whichever octet of the newest record is damaged", () => {
    for (let at = 0; at < RECORD; at++) {
      const eeprom = blank();
      const store = openStore(eeprom);
      store.openCounters();
      for (let i = 0; i < 3; i++) assert.equal(store.keepCounters(i * STEP, 0, 0), true);
      assert.equal(opened(eeprom).fCntUpBound, 3 * STEP);
      // The third slot: provisioning has written the last of them last.
      eeprom[COUNTERS + 2 * RECORD + at] ^= 0x01;
      assert.equal(opened(eeprom).fCntUpBound, 3 * STEP, `octet ${at}`);
    }
  });

  it("pass over worn cells, and leave out a step for each slot of them", () => {
    const eeprom = blank();
    eeprom.fill(0, COUNTERS, COUNTERS + 2 * RECORD);
    const worn = (address: number) => address === COUNTERS + 5 || address === COUNTERS + RECORD + 15;
    const store = openStore(eeprom, worn);
    assert.equal(store.openCounters(), true);
    assert.equal(store.counters.fCntUpBound, 2 * STEP);
    assert.equal(store.keepCounters(2 * STEP, 0x01020304, 5), true);
    const { fCntUpBound, nextFCntDown } = opened(eeprom);
    assert.equal(nextFCntDown, 0x01020304);
    assert.equal(fCntUpBound, 3 * STEP + 2 * STEP);
  });

  it("go on above every record, also above one in a slot that has taken no write for long", () => {
    const eeprom = blank();
    const start = COUNTERS + 5 * RECORD;
    const store = openStore(eeprom, (address) => address >= start && address < start + RECORD);
    for (let i = 0; i < 600; i++) {
      assert.equal(store.openCounters(), true);
      const { fCntUpBound, nextFCntDown, third } = store.counters;
      assert.deepEqual(
        [fCntUpBound, nextFCntDown, third],
        [Math.ceil(i / 2) * STEP, i, i >> 1],
        `record ${i}`,
      );
      assert.deepEqual(readCounters(eeprom), { fCntUpBound, nextFCntDown, third });
      // Every other record is of a downlink, which has the same bound.
      const fCntUp = i % 2 === 0 ? fCntUpBound : fCntUpBound - STEP;
      assert.equal(store.keepCounters(fCntUp, i + 1, (i + 1) >> 1), true);
    }
  });

  it("go on above every record, whatever serial numbers there are", () => {
    for (let serial = 1; serial < 256; serial++) {
      const eeprom = blank();
      for (const slot of [6, 18]) eeprom.set(recordOfZeros(serial), COUNTERS + slot * RECORD);
      const store = openStore(eeprom);
      for (let i = 0; i < 4; i++) {
        assert.equal(store.openCounters(), true);
        assert.equal(store.counters.fCntUpBound, i * STEP, `serial number ${serial}`);
        assert.equal(store.keepCounters(i * STEP, 0, 0), true);
      }
    }
  });

  it("do not lose the newest record to a store that fails for a while", () => {
    const eeprom = blank();
    const store = openStore(eeprom);
    store.openCounters();
    assert.equal(store.keepCounters(0, 9, 0), true);
    const failing = openStore(eeprom, (address) => (address - COUNTERS) % RECORD === 4);
    failing.openCounters();
    for (let i = 0; i < 3; i++) assert.equal(failing.keepCounters(STEP, 0x11223344, 0), false);
    assert.equal(failing.counters.fCntUpBound, STEP);
    assert.equal(opened(eeprom).nextFCntDown, 9);
  });
});
