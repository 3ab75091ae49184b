/** A seed tells a run: what comes of it is the same each time, wherever it runs and however busy the computer is. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { openRig, RigError, runForeignJoin } from "../../hil/rig/index.ts";
import { repeatable } from "./support/repeatable.ts";
import { SEEDED_RUNS } from "./support/seeded-runs.ts";

const SCRIPT = join(import.meta.dirname, "support/seeded-runs.ts");
const MAX_OUTPUT = 64 * 2 ** 20;

describe("runs of one seed are the same in another process that has not the processor for itself:", () => {
  let elsewhere: Promise<Record<string, unknown>>;
  before(() => {
    elsewhere = promisify(execFile)(process.execPath, ["--import", "tsx", SCRIPT], {
      maxBuffer: MAX_OUTPUT,
    }).then(({ stdout }) => JSON.parse(stdout));
    elsewhere.catch(() => {}); // each test hears of it
  });

  for (const [name, run] of Object.entries(SEEDED_RUNS)) {
    it(name, async () => {
      const told = repeatable<unknown>(await run());
      assert.deepEqual((await elsewhere)[name], told);
    });
  }
});

describe("keys", () => {
  const choice = { board: "pro-mini-rfm95", lorawan: "1.1" } as const;

  async function identityOf(seed: number) {
    const rig = await openRig({ ...choice, seed });
    try {
      return (await rig.device()).identity;
    } finally {
      await rig.close();
    }
  }

  it("of a device that ends with the run follow from the seed, and differ from seed to seed", async () => {
    const one = await identityOf(1);
    const two = await identityOf(2);
    assert.deepEqual(await identityOf(1), one);
    for (const name of ["devEui", "nwkKey", "appKey"] as const) assert.notDeepEqual(one[name], two[name]);
    assert.notDeepEqual(one.nwkKey, one.appKey);
  });

  it("of a device that lives on with somebody else's servers do not follow from the seed", async () => {
    const folder = mkdtempSync(join(tmpdir(), "joinery-keys-"));
    try {
      const identities: Record<string, string>[] = [];
      for (const name of ["one", "two"]) {
        const state = join(folder, name);
        const run = runForeignJoin({ ...choice, seed: 1, networkServer: "udp://127.0.0.1:1", state });
        await assert.rejects(run, RigError);
        identities.push(JSON.parse(readFileSync(join(state, "device.json"), "utf8")));
      }
      const [one, two] = identities;
      assert.equal(one.devEui, two.devEui);
      assert.notEqual(one.nwkKey, two.nwkKey);
      assert.notEqual(one.appKey, two.appKey);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
