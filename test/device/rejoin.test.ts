/** Rejoins of LoRaWAN 1.1 by images on emulated boards, of each type, to the Join Server and back: as both sides see them. */
import assert from "node:assert/strict";
import { runJoin, type TimelineEntry } from "../../hil/rig/index.ts";

/**
 * What starts a rejoin of each type: the network by ForceRejoinReq at DR5, or the device itself after two uplinks; and
 * FCntUp of the uplinks.
 */
const CASES = [
  { type: 0, macCommands: ["0e0500"], config: {}, fCnts: [0, 0, 1] },
  { type: 1, macCommands: [], config: { REJOIN_1_UPLINKS: 2 }, fCnts: [0, 1, 0] },
  { type: 2, macCommands: ["0e2500"], config: {}, fCnts: [0, 0, 1] },
] as const;

describe("rejoins over the air", () => {
  for (const board of ["pro-mini-rfm95", "nucleo-l073rz-sx1262"]) {
    for (const { type, macCommands, config, fCnts } of CASES) {
      it(`of type ${type} begin a session whose keys all servers have, on ${board}`, async () => {
        const entries: TimelineEntry[] = [];
        const report = await runJoin({
          board,
          lorawan: "1.1",
          seed: 1,
          config: { REJOIN: true, ...config },
          macCommands: macCommands.map((octets) => Buffer.from(octets, "hex")),
          onEntry: (entry) => entries.push(entry),
        });
        assert.equal(report.reason, null);
        const said = (text: RegExp) => entries.filter((entry) => text.test(entry.text)).length;
        assert.equal(said(/^rejoining \d+ DR\d$/), 1);
        assert.equal(said(/^joined /), 2);
        // The first data frame after it has FCntUp 0, and both servers can read it.
        assert.deepEqual(
          report.uplinks.map(({ fCnt }) => fCnt),
          fCnts,
        );
        assert.equal(report.join.joinNonce, 2);
      });
    }
  }
});
