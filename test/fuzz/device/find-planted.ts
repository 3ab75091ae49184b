/** The test that the fuzz finds a planted bug. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildFuzzer } from "./build.ts";
import type { PlantedBug } from "./planted-bugs.ts";
import { fuzz, replay } from "./run.ts";
import { VARIANTS } from "./variants.ts";

/** Declares the test of a bug. */
export function specifyPlanted(bug: PlantedBug): void {
  const { target, within: executions } = bug;
  it(`${bug.name}, within ${executions} executions`, async () => {
    const folder = mkdtempSync(join(tmpdir(), "joinery-fuzz-device-"));
    try {
      const variant = VARIANTS.find(({ name }) => name === bug.variant)!;
      const program = await buildFuzzer({ variant, folder, bug });
      const { finding } = await fuzz({
        ...{ program, variant, target, executions, seed: 1, folder: join(folder, "run") },
      });
      assert.match(finding?.text ?? "nothing is found", bug.finding);
      assert.match((await replay(program, target, finding!.file)) ?? "nothing is wrong", bug.finding);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}
