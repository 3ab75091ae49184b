/** How the process that specs run in ends: with what it has open closed, and never in the midst of a board's image. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Interrupted } from "../../../cli/interruption.ts";
import { moduleBeside, runSpecChild } from "../../../cli/spec-child.ts";

const ROOT = join(import.meta.dirname, "../../..");
const moduleOf = (path: string) => JSON.stringify(join(ROOT, path));

describe("the process of a spec", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "joinery-spec-child-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const at = (name: string) => join(folder, name);
  const has = (name: string) => existsSync(at(name));
  function write(name: string, text: string): string {
    writeFileSync(at(name), text);
    return at(name);
  }
  /** A board is flashed in two steps, of which the first takes two seconds, with a rig open. */
  const flashing = () => `
    import { writeFileSync } from "node:fs";
    import { openRigs } from ${moduleOf("hil/rig/open-rigs.ts")};
    import { runSteps } from ${moduleOf("toolchain/flash/run.ts")};
    const step = (script) => ({ words: ["sh", "-c", "cd ${folder}; " + script], ifFails: "" });
    openRigs().add({ account: () => "", close: async () => writeFileSync("${at("closed")}", "") });
    const steps = runSteps([step("touch begun; sleep 2; test ! -e closed && touch written"), step("touch second")]);
    steps.catch(() => {});
  `;

  it("is asked to end while a board is flashed: the step comes to its end, then what is open is closed", async () => {
    const end = new AbortController();
    const spec = write("flashing.ts", flashing());
    const options = { stdio: ["ignore", "ignore", "inherit"], end: end.signal, graceMs: 1000 } as const;
    const running = assert.rejects(runSpecChild([spec], options), new Interrupted("SIGINT"));
    const looking = setInterval(() => {
      if (has("begun")) end.abort(new Interrupted("SIGINT"));
    }, 20);
    await running.finally(() => clearInterval(looking));
    assert.deepEqual(["written", "second", "closed"].map(has), [true, false, true]);
  });

  it("does not end with its tests while a board is flashed", async () => {
    const spec = write("late.spec.ts", `${flashing()} it("is late", async () => steps);`);
    const results = write("results.jsonl", "");
    const { status } = await runSpecChild([moduleBeside("spec-process"), results, "200", spec], {
      stdio: ["ignore", "ignore", "inherit"],
      end: new AbortController().signal,
    });
    assert.equal(status, 1);
    assert.deepEqual(["written", "second"].map(has), [true, false]);
  });
});
