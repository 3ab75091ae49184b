/** The journal of nonces on memories whose power goes in the midst of writes, thousands of times. */
import assert from "node:assert/strict";
import { eepromImage, readNonces } from "../../../toolchain/provisioning/index.ts";
import { IDENTITY } from "./support/bench.ts";
import { type MemoryKind, OCTETS, PowerCut, tornStore, WORDS } from "./support/torn-store.ts";

const STARTS = 20_000;
/** A record is nine writes, a join two records. */
const WRITES = 18;

/** An EEPROM, and the journal on it. */
function journalOn(kind: MemoryKind) {
  const octets = eepromImage(IDENTITY, 1024);
  octets.fill(kind.erased, 64);
  return tornStore(kind, octets);
}

const KINDS: readonly MemoryKind[] = [
  OCTETS,
  WORDS,
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
          journal.openJournal();
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
