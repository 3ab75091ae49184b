/** The package as npm makes it: whatever a command reads besides the compiled program has to be in it. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join, relative } from "node:path";

const ROOT = join(import.meta.dirname, "../..");
/** Where commands find files at run time. */
const READ_FOLDERS = ["boards", "docs", "firmware", "toolchain/project/template"];
/** Folders whose TypeScript is compiled into `dist`, and whose other files are read as they are. */
const COMPILED_FOLDERS = ["hil", "toolchain"];

function filesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .filter((path) => !/\/build\/|\.gitignore$/.test(path));
}

describe("the package", () => {
  let packed: Set<string>;
  before(() => {
    const [{ files }] = JSON.parse(
      execFileSync("npm", ["pack", "--dry-run", "--ignore-scripts", "--json"], {
        cwd: ROOT,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      }),
    );
    packed = new Set(files.map(({ path }: { path: string }) => path));
  });

  it("holds every file that the commands read", () => {
    const read = [
      ...READ_FOLDERS.flatMap(filesBelow),
      ...COMPILED_FOLDERS.flatMap(filesBelow).filter((path) => !path.endsWith(".ts")),
    ];
    assert.ok(read.length > 100);
    assert.deepEqual(
      read.filter((path) => !packed.has(path)),
      [],
    );
  });

  it("holds neither tests nor the sources that dist/ was compiled from", () => {
    const sources = /^(test|cli\/[^/]+\.ts|hil\/.*\.ts|toolchain\/(?!project\/template\/).*\.ts)/;
    assert.deepEqual(
      [...packed].filter((path) => sources.test(path)),
      [],
    );
  });
});
