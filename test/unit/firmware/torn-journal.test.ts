/** The journal of nonces on memories whose power goes in the midst of writes, thousands of times. */
import assert from "node:assert/strict";
import type * as HalModule from "../../../firmware/hal/index.ts";
import type * as StoreModule from "../../../firmware/store/index.ts";
import { VirtualClock } from "../../../hil/clock/index.ts";
import { type Step, StoreMemory } from "../../../hil/emulator/store-memory.ts";
import { seededRandom } from "../../../hil/rig/random.ts";
import { eepromImage, readNonces } from "../../../toolchain/provisioning/index.ts";
import { IDENTITY } from "./support/bench.ts";
import { loadFirmware } from "./support/instance.ts";

const STARTS = 20_000;
/** A record is nine writes, a join two records. */
const WRITES = 18;
const STEP_NS = 1000;

class PowerCut extends Error {}

interface Kind {
  readonly name: string;
  readonly seed: number;
  /** What is erased and programmed at once, and how it reads when erased. */
  readonly wordBytes: number;
  readonly erased: 0 | 0xff;
}

/** An EEPROM, and the journal on it, which starts as often as it is opened. */
function journalOn({ wordBytes, erased, seed }: Kind) {
  const random = seededRandom(seed);
  const clock = new VirtualClock();
  const octets = eepromImage(IDENTITY, 1024);
  octets.fill(erased, 64);
  const memory = new StoreMemory({ octets, clock, powerOff: () => {}, random });
  let writesLeft = Number.POSITIVE_INFINITY;

  const storeWrite = (address: number, value: number) => {
    const word = address - (address % wordBytes);
    const next = octets.slice(word, word + wordBytes);
    next[address - word] = value;
    const all = new Uint8Array(wordBytes).fill(0xff);
    const steps: Step[] = [
      { takesNs: STEP_NS, drives: all, to: erased === 0 ? 0 : 1 },
      { takesNs: STEP_NS, drives: next.map((octet) => octet ^ erased), to: erased === 0 ? 1 : 0 },
    ];
    memory.begin(word, steps);
    if (writesLeft-- > 0) {
      memory.complete();
      return;
    }
    clock.advanceTo(clock.nowNs() + Math.round(random() * 2 * STEP_NS));
    memory.losePower();
    throw new PowerCut();
  };
  const firmware = loadFirmware();
  const hal = firmware("hal/index.ts") as unknown as typeof HalModule;
  hal.bindHal({ storeRead: (address: number) => octets[address], storeWrite } as unknown as HalModule.Hal);
  const store = firmware("store/index.ts") as unknown as typeof StoreModule;
  return {
    ...store,
    random,
    octets,
    /** Power is back, and goes again at that write. */
    start(cutAt: number): void {
      writesLeft = cutAt;
      memory.regainPower();
      store.openJournal();
    },
  };
}

const KINDS: readonly Kind[] = [
  { name: "octets, as of an AVR", seed: 1, wordBytes: 1, erased: 0xff },
  { name: "words of four, as of an STM32L0", seed: 2, wordBytes: 4, erased: 0 },
  { name: "all of a record", seed: 3, wordBytes: 8, erased: 0xff },
];

describe("firmware: the journal of nonces, where the power goes in the midst of writes", () => {
  for (const kind of KINDS) {
    it(`gives no DevNonce twice and takes no torn record, on a memory that writes ${kind.name}`, () => {
      const journal = journalOn(kind);
      const { nonces, random } = journal;
      let lastDevNonce = -1;
      let nextFree = 0;
      let nextJoinNonce = 0;
      let joinNonces: readonly number[] = [journal.NO_JOIN_NONCE];
      let cuts = 0;
      for (let start = 0; start < STARTS; start++) {
        const where = `start ${start}`;
        try {
          journal.start(random() < 0.7 ? Math.floor(random() * WRITES) : WRITES);
          assert.ok(joinNonces.includes(nonces.joinNonce), `${where}: ${nonces.joinNonce}`);
          assert.ok(nonces.nextDevNonce > lastDevNonce && nonces.nextDevNonce <= nextFree, where);
          const stored = readNonces(journal.octets);
          assert.equal(stored.nextDevNonce, nonces.nextDevNonce, where);
          assert.equal(stored.lastJoinNonce ?? journal.NO_JOIN_NONCE, nonces.joinNonce, where);
          nextFree = Math.max(nextFree, nonces.nextDevNonce + 1);
          assert.equal(journal.takeDevNonce(), true, where);
          // Here the join-request goes out.
          assert.ok(nonces.devNonce > lastDevNonce, where);
          lastDevNonce = nonces.devNonce;
          const joinNonce = nextJoinNonce;
          nextJoinNonce += 1 + Math.floor(random() * 300);
          joinNonces = [nonces.joinNonce, joinNonce];
          assert.equal(journal.keepJoinNonce(joinNonce), true, where);
          joinNonces = [joinNonce];
        } catch (error) {
          if (!(error instanceof PowerCut)) throw error;
          cuts++;
        }
      }
      assert.ok(cuts > STARTS / 2, `${cuts} cuts`);
    });
  }
});
