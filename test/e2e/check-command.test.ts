/** What is wrong with an application, a project or its configuration, as each command that compiles tells it. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { joinery } from "./support/in-process.ts";
import { ROOT } from "./support/joinery.ts";

describe("joinery check, and what else compiles", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "joinery-cli-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  const faulty = `import type { Bytes, Int, u8 } from ${JSON.stringify(join(ROOT, "firmware/lang/index.ts"))};
/** @config */
export const PERIOD_S: Int<1, 500000> = 60;
export const UPLINK_PORT = 2;
export const MAX_PAYLOAD = 49;
let count: u8 = 0;
export function setup(): void {
  count = count + 1;
}
export function sample(payload: Bytes<49>): Int<0, 49> {
  payload[0] = count;
  return 1;
}
export function onDownlink(port: u8, payload: Bytes<51>, length: Int<0, 51>): void {
  if (length > 0 && port === 1) count = payload[0];
}
`;

  it("checks the example, without a C compiler", async () => {
    const { status, stdout, stderr } = await joinery(["check"], { env: { ...process.env, PATH: "" } });
    assert.deepEqual([status, stdout], [0, "no errors\n"]);
    assert.match(
      stderr,
      /^joinery: this is the sensor example, firmware\/apps\/sensor\.ts; for another, name the .* joinery new NAME\n$/,
    );
  });

  it("builds no example unasked where there is no application and no joinery.json", async () => {
    for (const command of ["build", "check", "size", "watch"]) {
      const { status, stdout, stderr } = await joinery([command], { cwd: folder });
      assert.equal(status, 2);
      assert.equal(stdout, "");
      assert.match(stderr, /^joinery: there is no joinery\.json here or above: name .* joinery new NAME\n$/);
    }
  });

  it("shows errors with their frames, their count and where to read more; build shows the same", async () => {
    const app = join(folder, "faulty.ts");
    writeFileSync(app, faulty);
    const checked = await joinery(["check", app]);
    assert.equal(checked.status, 1, checked.stderr);
    assert.match(
      checked.stdout,
      /faulty\.ts:8:11 - error DEV2001: .*\n\n8 {3}count = count \+ 1;\n {12}~{9}\n/,
    );
    assert.match(checked.stdout, /\n1 error in .*faulty\.ts; joinery explain DEV2001 tells more\n$/);
    const built = await joinery(["build", app, "--out", join(folder, "out")]);
    assert.deepEqual([built.status, built.stderr], [1, checked.stdout]);
  });

  it("gives errors as JSON", async () => {
    const app = join(folder, "faulty.ts");
    writeFileSync(app, faulty);
    const { status, stdout } = await joinery(["check", app, "--json"]);
    assert.equal(status, 1);
    const { errors, diagnostics } = JSON.parse(stdout);
    assert.equal(errors, 1);
    const [{ related, page, ...own }] = diagnostics;
    assert.deepEqual(own, {
      file: app,
      line: 8,
      column: 11,
      end: { line: 8, column: 20 },
      code: "DEV2001",
      message: "value 1..256 may not fit u8: wrap it with u8()",
    });
    assert.ok(Array.isArray(related));
    assert.match(readFileSync(page, "utf8"), /^# DEV2001: /);
    for (const command of [["build", "--out", join(folder, "out")], ["size"], ["hil", "run", "join"]]) {
      const refused = await joinery([...command, app, "--json"]);
      assert.deepEqual([refused.status, refused.stdout], [1, stdout], command.join(" "));
    }
  });

  describe("with a project", () => {
    let project: string;
    const good = { app: "app.ts", board: "pro-mini-rfm95", lorawan: "1.1" };
    beforeEach(() => {
      project = mkdtempSync(join(folder, "project-"));
      writeFileSync(join(project, "app.ts"), faulty.replace("count + 1", "0"));
    });
    const inProject = (document: string | object, ...args: readonly string[]) => {
      const text = typeof document === "string" ? document : JSON.stringify(document);
      writeFileSync(join(project, "joinery.json"), text);
      return joinery(args, { cwd: project });
    };

    it("shows what is wrong with its joinery.json, with exit code 2", async () => {
      for (const command of [["check"], ["build"], ["hil", "run", "join"]]) {
        const { status, stdout, stderr } = await inProject('{\n  "app": "app.ts"\n  "board"\n}', ...command);
        assert.deepEqual([status, stdout], [2, ""]);
        assert.equal(
          stderr,
          `joinery.json:3:3 - error DEV1053: this is not JSON: "," or "}" is expected before "board"

3   "board"
    ~~~~~~~

1 error in joinery.json; joinery explain DEV1053 tells more
`,
        );
      }
    });

    it("gives what is wrong with its joinery.json as JSON", async () => {
      const document = { ...good, board: "pro-mini-rfm59" };
      for (const command of [["check"], ["build"], ["size"], ["hil", "run", "join"]]) {
        const { status, stdout } = await inProject(document, ...command, "--json");
        assert.equal(status, 2);
        const { errors, diagnostics } = JSON.parse(stdout);
        const [{ file, line, column, code, message }] = diagnostics;
        assert.deepEqual(
          [errors, file, line, column, code],
          [1, join(project, "joinery.json"), 1, 25, "DEV1053"],
        );
        assert.match(message, /not "pro-mini-rfm59": did you mean "pro-mini-rfm95"\?$/);
      }
    });

    it("tells of a configured value at its place in joinery.json, whichever command compiles", async () => {
      const document = { ...good, config: { PERIOD_S: 0 } };
      for (const command of [["check"], ["build"], ["hil", "run", "join"]]) {
        const { status, stdout, stderr } = await inProject(document, ...command);
        assert.equal(status, 1);
        assert.match(
          stdout + stderr,
          /(^|\n)joinery\.json:1:\d+ - error DEV1019: the configuration gives PERIOD_S = 0/,
        );
      }
    });
  });
});
