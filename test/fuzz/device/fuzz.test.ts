/** The short form of the fuzz: some seconds for each image and target. `npm run fuzz:device` is the long form. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCompiler } from "../../../toolchain/compiler/index.ts";
import { buildFuzzer } from "./build.ts";
import { fuzz } from "./run.ts";
import { targetsOf, VARIANTS } from "./variants.ts";

const EXECUTIONS = 5000;

/**
 * Edges that the executions reach at least: the seeds alone reach most of them. Fewer mean that the harness no longer
 * speaks with the firmware.
 */
const EDGES = { join: 400, downlink: 450, session: 500, store: 350 } as const;

for (const variant of VARIANTS) {
  describe(`what comes to a device with ${variant.name} from the air and from its store`, function () {
    this.timeout(300_000);
    const compiler = createCompiler();
    let folder: string;
    let program: string;
    before(async () => {
      folder = mkdtempSync(join(tmpdir(), "joinery-fuzz-device-"));
      program = await buildFuzzer({ variant, folder, compiler });
    });
    after(() => rmSync(folder, { recursive: true }));

    for (const target of targetsOf(variant)) {
      it(`does no harm: ${target}`, async () => {
        const own = join(folder, target);
        const { executions, edges, finding } = await fuzz({
          ...{ program, target, executions: EXECUTIONS, seed: 1, folder: own },
        });
        assert.equal(finding?.text, undefined);
        assert.ok(executions >= EXECUTIONS, `${executions} executions`);
        assert.ok(edges >= EDGES[target], `${edges} edges`);
      });
    }
  });
}
