/** The program of docs/trust-library.md, as another package would run it, from the sources that `joinery/trust` is made of. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../unit/trust/dns-judges.ts";
import { ROOT } from "./support/joinery.ts";

describe("the trust of the rig, as a library", () => {
  const guide = readFileSync(join(ROOT, "docs/trust-library.md"), "utf8");
  const [, program] = /```js\n([\s\S]*?)```/.exec(guide)!;

  it("is a part of the package", () => {
    const { exports } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    assert.equal(exports["./trust"].default, "./dist/hil/trust/index.js");
  });

  it("connects two organisations with nothing but plain https, as its guide shows", async () => {
    const folder = mkdtempSync(join(tmpdir(), "joinery-library-"));
    try {
      const face = JSON.stringify(join(ROOT, "hil/trust/index.ts"));
      const file = join(folder, "program.mjs");
      const port = String(await freePort());
      writeFileSync(file, program.replace('"joinery/trust"', face).replaceAll("8443", port));
      const run = spawnSync(process.execPath, ["--import", "tsx", file], { encoding: "utf8", cwd: ROOT });
      assert.equal(run.stderr, "");
      assert.equal(run.stdout, "hello _ns.net-a.example (3 1 1, secure)\n");
      assert.equal(run.status, 0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
