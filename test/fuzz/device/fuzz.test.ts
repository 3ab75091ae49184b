/** The short form of the fuzz: some seconds for each image and target. `npm run fuzz:device` is the long form. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCompiler } from "../../../toolchain/compiler/index.ts";
import { buildFuzzer } from "./build.ts";
import { fuzz, hasFixedAddresses } from "./run.ts";
import { type Target, targetsOf, VARIANTS } from "./variants.ts";

const EXECUTIONS = 1500;

/**
 * Edges that the executions reach at least: the seeds alone reach most of them. Fewer mean that the harness no longer
 * speaks with the firmware.
 */
const EDGES = { join: 400, downlink: 450, session: 500, store: 350 } as const;

/** Of a session where the device knows class B: beacons, ping slots and groups are among them. */
const EDGES_OF_CLASS_B = 1000;

const compiler = createCompiler();

for (const variant of VARIANTS) {
  describe(`what comes to a device with ${variant.name} from the air and from its store`, function () {
    this.timeout(300_000);
    let folder: string;
    let program: string;
    before(async () => {
      folder = mkdtempSync(join(tmpdir(), "joinery-fuzz-device-"));
      program = await buildFuzzer({ variant, folder, compiler });
    });
    after(() => rmSync(folder, { recursive: true }));

    if (variant === VARIANTS[0]) {
      it("is the same each time with the same seed", async function () {
        if (!hasFixedAddresses) this.skip();
        const edgesOf = async (target: Target, run: string) => {
          const own = join(folder, run, target);
          return (await fuzz({ program, variant, target, executions: EXECUTIONS, seed: 5, folder: own }))
            .edges;
        };
        for (const target of ["join", "store"] as const) {
          assert.equal(await edgesOf(target, "one"), await edgesOf(target, "another"));
        }
      });
    }

    for (const target of targetsOf(variant)) {
      it(`does no harm: ${target}`, async () => {
        const own = join(folder, target);
        const { executions, edges, finding } = await fuzz({
          ...{ program, variant, target, executions: EXECUTIONS, seed: 1, folder: own },
        });
        assert.equal(finding?.text, undefined);
        assert.ok(executions >= EXECUTIONS, `${executions} executions`);
        const isClassB = target === "session" && variant.config.CLASS_B;
        assert.ok(edges >= (isClassB ? EDGES_OF_CLASS_B : EDGES[target]), `${edges} edges`);
      });
    }
  });
}
