/** `npm run fuzz:device` as it is used. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

function run(...args: string[]) {
  const command = ["--import", "tsx", join(import.meta.dirname, "main.ts"), ...args];
  return spawnSync(process.execPath, command, { encoding: "utf8" });
}

describe("the command that fuzzes the device", function () {
  this.timeout(120_000);

  it("tells its options, examples and exit codes", () => {
    const { status, stdout } = run("--help");
    assert.equal(status, 0);
    for (const word of ["--executions", "--target", "--seed", "--json", "Examples:", "Exit codes:"])
      assert.ok(stdout.includes(word), word);
  });

  const WRONG: readonly (readonly [args: readonly string[], words: RegExp])[] = [
    [
      ["--target", "uplink"],
      /^--target wants some of join, downlink, session, store, not 'uplink'; see --help\n$/,
    ],
    [["--executions", "many"], /^--executions wants an integer from 1 on, not 'many'; see --help\n$/],
    [["--input", "x", "--target", "join"], /^--input wants one --image and one --target; see --help\n$/],
    [["--fast"], /^Unknown option '--fast'.*; see --help\n$/],
  ];
  for (const [args, words] of WRONG) {
    it(`refuses ${args.join(" ")}, with exit code 2`, () => {
      const { status, stdout, stderr } = run(...args);
      assert.match(stderr, words);
      assert.equal(status, 2);
      assert.equal(stdout, "");
    });
  }

  it("prints one JSON document", () => {
    const args = ["--image", "1.0.4-US915", "--target", "join,store", "--executions", "2000", "--json"];
    const { status, stdout, stderr } = run(...args, "--seed", "5");
    assert.equal(stderr, "");
    assert.equal(status, 0);
    const { seed, executions, runs } = JSON.parse(stdout);
    assert.deepEqual([seed, executions], [5, 2000]);
    assert.deepEqual(
      runs.map(({ target }: { target: string }) => target),
      ["join", "store"],
    );
  });

  it("runs one input again", () => {
    const folder = mkdtempSync(join(tmpdir(), "joinery-fuzz-input-"));
    try {
      const input = join(folder, "input");
      writeFileSync(input, Uint8Array.of(5, 0, 0, 9, 0, 0, 0, 1, 2, 3, 4, 8, 1));
      const { status, stdout } = run("--image", "1.0.4-US915", "--target", "join", "--input", input);
      assert.equal(stdout, "input: nothing is wrong\n");
      assert.equal(status, 0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
