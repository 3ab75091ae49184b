/** A row of images whose objects are kept: what has changed is compiled again, and nothing else. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ObjectCache } from "../../../toolchain/image/index.ts";

describe("objects that are kept over a row of builds", () => {
  let folder: string;
  let objects: ObjectCache;
  let builds: number;
  let compiled: number;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "joinery-objects-"));
    objects = new ObjectCache();
    builds = 0;
    compiled = 0;
    writeFileSync(join(folder, "board.h"), "board");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** The object of `a.c`, which includes `a.h` and the board's header, in a build with these files. */
  async function objectIn(files: Readonly<Record<string, string>>, flag = "-Os"): Promise<string> {
    const workDir = join(folder, `build ${builds++}`);
    mkdirSync(workDir);
    for (const [name, text] of Object.entries(files)) writeFileSync(join(workDir, name), text);
    const object = join(workDir, "a.o");
    const escaped = workDir.replaceAll(" ", "\\ ");
    const note = `${escaped}/a.o: ${escaped}/a.c ${escaped}/a.h \\\n ${join(folder, "board.h")}\n`;
    const source = join(workDir, "a.c");
    await objects.provide({ workDir, source, command: ["gcc", flag], object }, async () => {
      compiled++;
      writeFileSync(object, `object ${compiled}`);
      writeFileSync(join(workDir, "a.d"), note);
    });
    return readFileSync(object, "utf8");
  }

  const FILES = { "a.c": "a", "a.h": "header" };

  it("are taken again in another folder, where the same texts are", async () => {
    assert.equal(await objectIn(FILES), "object 1");
    assert.equal(await objectIn({ ...FILES, "b.h": "of no concern" }), "object 1");
    assert.equal(compiled, 1);
  });

  for (const [what, files] of [
    ["the text", { ...FILES, "a.c": "another" }],
    ["a header of the build", { ...FILES, "a.h": "another" }],
    ["what takes a header's place", { ...FILES, "board.h": "nearer" }],
  ] as const)
    it(`are made anew where ${what} has changed, and the old ones stay`, async () => {
      await objectIn(FILES);
      assert.equal(await objectIn(files), "object 2");
      assert.equal(await objectIn(FILES), "object 1");
      assert.equal(await objectIn(files), "object 2");
    });

  it("are made anew where a header elsewhere has changed, or the way of compiling", async () => {
    await objectIn(FILES);
    assert.equal(await objectIn(FILES, "-O2"), "object 2");
    writeFileSync(join(folder, "board.h"), "another");
    assert.equal(await objectIn(FILES), "object 3");
  });

  it("are not kept of what does not compile", async () => {
    const failing = objects.provide(
      { workDir: folder, source: join(folder, "a.c"), command: [], object: join(folder, "a.o") },
      () => Promise.reject(new Error("does not compile")),
    );
    await assert.rejects(failing, /does not compile/);
    assert.equal(await objectIn(FILES), "object 1");
  });
});
