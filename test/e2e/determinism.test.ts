/** A seed tells a run: what comes of it is the same each time, wherever it runs and however busy the computer is. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { openRig, RigError, runForeignJoin, runJoin } from "../../hil/rig/index.ts";
import { readIdentity } from "../../toolchain/provisioning/index.ts";
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

  describe("and the DevEUI", () => {
    const ways: Record<string, (state: string) => Promise<unknown>> = {
      "with the rig's servers": (state) => runJoin({ ...choice, seed: 1, state }),
      "with somebody else's servers": (state) =>
        assert.rejects(
          runForeignJoin({ ...choice, seed: 1, networkServer: "udp://127.0.0.1:1", state }),
          RigError,
        ),
      "on a real board": (state) =>
        assert.rejects(
          openRig({ ...choice, seed: 1, time: "real", state, listen: "udp://127.0.0.1:0" }),
          RigError,
        ),
    };
    for (const [which, provision] of Object.entries(ways)) {
      it(`of a device that lives on ${which} do not follow from the seed`, async () => {
        const folder = mkdtempSync(join(tmpdir(), "joinery-keys-"));
        try {
          const [one, two] = await Promise.all(
            ["one", "two"].map(async (name) => {
              await provision(join(folder, name));
              return readIdentity(readFileSync(join(folder, name, "device.eeprom")));
            }),
          );
          assert.notEqual(one.devEui, two.devEui, "two benches that meet at one server");
          assert.notDeepEqual(one.nwkKey, two.nwkKey);
          assert.notDeepEqual(one.appKey, two.appKey);
        } finally {
          rmSync(folder, { recursive: true });
        }
      });
    }
  });
});
