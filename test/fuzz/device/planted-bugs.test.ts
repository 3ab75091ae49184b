/** The fuzz finds what it is for. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCompiler } from "../../../toolchain/compiler/index.ts";
import { buildFuzzer } from "./build.ts";
import { PLANTED_BUGS } from "./planted-bugs.ts";
import { fuzz, replay } from "./run.ts";
import { VARIANTS } from "./variants.ts";

describe("the fuzz of the device finds a planted bug", function () {
  this.timeout(300_000);
  const compiler = createCompiler();
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "joinery-fuzz-device-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  for (const bug of PLANTED_BUGS) {
    const { target, within: executions } = bug;
    it(`${bug.name}, within ${executions} executions`, async () => {
      const variant = VARIANTS.find(({ name }) => name === bug.variant)!;
      const program = await buildFuzzer({ variant, folder, bug, compiler });
      const { finding } = await fuzz({ program, target, executions, seed: 1, folder: join(folder, "run") });
      assert.match(finding?.text ?? "nothing is found", bug.finding);
      assert.match((await replay(program, target, finding!.file)) ?? "nothing is wrong", bug.finding);
    });
  }
});
