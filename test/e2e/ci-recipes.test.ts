/** The recipes of docs/ci name commands, options and scenarios that there are. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { joinery } from "./support/in-process.ts";
import { ROOT } from "./support/joinery.ts";

const FOLDER = join(ROOT, "docs/ci");

/** A job: the steps of GitHub Actions, the script of GitLab. */
interface Job {
  readonly steps?: readonly { readonly run?: string }[];
  readonly before_script?: readonly string[];
  readonly script?: readonly string[];
}

function commandsOf({ steps = [], before_script = [], script = [] }: Job): string[] {
  return [...steps.flatMap(({ run }) => run ?? []), ...before_script, ...script];
}

describe("the recipe for CI", () => {
  for (const name of readdirSync(FOLDER)) {
    describe(name, () => {
      const recipe = parse(readFileSync(join(FOLDER, name), "utf8"));
      const jobs: Readonly<Record<string, Job>> = recipe.jobs ?? recipe;
      const lines = [jobs.emulated, jobs.board].flatMap(commandsOf);
      const calls = lines
        .filter((line) => line.startsWith("npx joinery "))
        .map((line) => line.split(" ").slice(2));

      it("runs the project's specs, the matrix, and a real board", () => {
        const has = (...words: string[]) => calls.some((call) => words.every((word) => call.includes(word)));
        assert.ok(has("hil", "test"));
        assert.ok(has("hil", "run", "--matrix"));
        assert.ok(has("hil", "run", "--port", "--listen", "--state"));
      });

      it("calls joinery with options and scenarios that it has", async () => {
        const { stdout: list } = await joinery(["hil", "run", "--list"]);
        for (const call of calls) {
          const command = call.slice(0, call[0] === "hil" ? 2 : 1);
          const { status, stdout } = await joinery([...command, "--help"]);
          assert.equal(status, 0, call.join(" "));
          const options = call.filter((word) => word.startsWith("--"));
          for (const option of options)
            assert.match(stdout, new RegExp(`^ +${option} `, "m"), call.join(" "));
          if (command.join(" ") !== "hil run") continue;
          const first = call.findIndex((word) => word.startsWith("--"));
          for (const scenario of call.slice(command.length, first))
            assert.match(list, new RegExp(`^ *${scenario} `, "m"), call.join(" "));
        }
      });

      it("has a folder for what it leaves behind before something is left there", () => {
        assert.ok(lines.some((line) => line === "mkdir -p results"));
      });
    });
  }
});
