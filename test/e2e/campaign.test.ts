/** Campaigns of faults: what passes, what is found and made smaller, what is kept of it, and what is refused. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Drawn, type FaultSchedule, replaySchedule, runCampaign } from "../../hil/rig/index.ts";
import { joinery } from "./support/in-process.ts";
import { withLateDevNonce } from "./support/late-dev-nonce.ts";

const CHOICE = { board: "pro-mini-rfm95", lorawan: "1.1" } as const;
/** Of one campaign with the planted bug; it is found within so many schedules. */
const SEED = 2;
const MOST_RUNS = 30;

describe("a campaign of faults", function () {
  this.timeout(300_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "joinery-campaign-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  it("passes, and says how much it has seen", async () => {
    const junit = join(folder, "campaign.xml");
    const { status, stdout, stderr } = await joinery([
      ...["hil", "campaign", "--runs", "10", "--seed", "4", "--out", folder, "--junit", junit],
    ]);
    assert.equal(status, 0, stdout);
    assert.match(
      stdout,
      /^pro-mini-rfm95, LoRaWAN 1\.1, EU868: 10 schedules of faults, seed 4\npassed: 10 schedules in/,
    );
    assert.match(stderr, /^1 of 10\n2 of 10\n/);
    assert.match(readFileSync(junit, "utf8"), /tests="13" failures="0"/);
    assert.ok(!existsSync(join(folder, "campaign-failure.json")));
  });

  it("finds that the DevNonce is written after the transmission, by a schedule of one fault", async () => {
    const sources = withLateDevNonce();
    const { failure, runs } = await runCampaign({ ...CHOICE, runs: MOST_RUNS, seed: SEED, sources });
    assert.ok(failure, `nothing is found in ${runs} schedules`);
    assert.equal(failure.violation.invariant, "dev-nonce");
    assert.equal(failure.violation.text, "a join-request has DevNonce 0, after one with 0");
    assert.ok(failure.foundWithFaults > 1);
    const expected: FaultSchedule = [
      { fault: "power-cut-at-store-write", when: { atMs: 0 }, write: 1, phase: "before", forMs: 1 },
    ];
    assert.deepEqual(failure.schedule, expected);

    const again = await runCampaign({ ...CHOICE, runs: 1, seed: SEED, path: failure.path, sources });
    assert.deepEqual(again.failure?.schedule, failure.schedule, "seed and path come to it at once");
    assert.deepEqual(lines(again.failure!.timeline), lines(failure.timeline), "in the same way");
    const { violation } = await replaySchedule(CHOICE, failure);
    assert.equal(violation, undefined, "the firmware as it is survives it");
  });

  it("replays a schedule out of a file, with all that a fault may be", async () => {
    const kept = join(folder, "kept.json");
    const drawn: Drawn = {
      seed: 9,
      schedule: [
        { fault: "slow-join-server", when: { atMs: 0 }, byMs: 5300, forMs: 10_000 },
        { fault: "brown-out", when: { frame: "uplink", count: 1, afterMs: 20 } },
        { fault: "frame-replay", when: { atMs: 0 }, frames: "join-request", count: 1, afterMs: 4000 },
        {
          fault: "bogus-dns",
          when: { frame: "uplink", count: 1, afterMs: 0 },
          party: "join-server",
          forMs: 7000,
        },
        { fault: "swapped-certificate", when: { atMs: 30_000 }, party: "network-server", forMs: 5000 },
        { fault: "power-cut", when: { atMs: 31_000 }, forMs: 500 },
        { fault: "expired-certificate", when: { atMs: 36_000 }, party: "join-server", forMs: 20_000 },
        { fault: "application-server-restart", when: { atMs: 45_000 }, forMs: 3000 },
        { fault: "gateway-restart", when: { atMs: 50_000 }, forMs: 3000 },
      ],
    };
    writeFileSync(kept, JSON.stringify({ ...CHOICE, region: ["EU868"], ...drawn }));
    const { status, stdout } = await joinery(["hil", "campaign", "--replay", kept]);
    assert.equal(status, 0, stdout);
    for (const said of [
      /fault: slow-join-server: byMs 5300, forMs 10000; at 0\.000000 s/,
      /fault: brown-out; 20 ms after the begin of uplink 1/,
      /✗ window missed: RX1: too late/,
      /✗ refuses TLS server js\.join-b\.example: .* does not verify/,
      /✗ refuses TLS client _ns-client\.ns\.net-a\.example: no TLSA record/,
      /\npassed$/m,
    ])
      assert.match(stdout, said);
  });

  it("refuses what is no schedule, and says what one is", async () => {
    const kept = join(folder, "wrong.json");
    const refusal = async (text: string) => {
      writeFileSync(kept, text);
      const { status, stderr } = await joinery(["hil", "campaign", "--replay", kept]);
      assert.equal(status, 2);
      return stderr;
    };
    const of = (fault: unknown) =>
      JSON.stringify({ ...CHOICE, region: ["EU868"], seed: 1, schedule: [fault] });
    assert.match(await refusal("[]"), /wrong\.json holds no schedule that a campaign has left: its seed/);
    assert.match(await refusal("{"), /wrong\.json holds no schedule that a campaign has left: .*JSON/);
    assert.match(
      await refusal(of({ fault: "flood" })),
      /faults: fault 1 is one of power-cut, .* not "flood"/,
    );
    assert.match(
      await refusal(of({ fault: "power-cut", when: { atMs: -1 }, forMs: 1 })),
      /fault 1, when, atMs is a number from 0 to 86400000, not -1/,
    );
    assert.match(
      await refusal(of({ fault: "frame-loss", when: { atMs: 1 }, frames: "letter", count: 1 })),
      /fault 1, frame-loss, frames is one of join-request, join-accept, uplink, downlink, not "letter"/,
    );
    assert.match(
      await refusal(of({ fault: "brown-out", when: { atMs: 1 }, volts: 2 })),
      /fault 1, brown-out has no parameters, not "volts"/,
    );
    const { status, stderr } = await joinery(["hil", "campaign", "--replay", join(folder, "none.json")]);
    assert.equal(status, 2);
    assert.match(stderr, /none\.json holds no schedule that a campaign has left: there is no such file/);
    assert.equal((await joinery(["hil", "campaign", "--runs", "0"])).status, 2);
  });
});

function lines(
  timeline: readonly { readonly virtualMs: number | undefined; readonly text: string }[],
): string[] {
  return timeline.map(
    ({ virtualMs, text }) => `${virtualMs} ${text.replace(/sessionKeyId \w+/, "sessionKeyId")}`,
  );
}
