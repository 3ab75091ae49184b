import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { SourceWatch } from "../../../cli/source-watch.ts";

describe("a watch of sources", () => {
  let root: string;
  let watch: SourceWatch;
  const seen = new Set<string>();
  let heard: () => void = () => {};
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "joinery-watch-"));
    seen.clear();
    for (const path of ["app.ts", "src/radio/lora.ts", "node_modules/x/index.ts", "build/c/app.c"])
      write(path);
    watch = new SourceWatch(
      root,
      join(root, "build/c"),
      (path) => {
        seen.add(path);
        heard();
      },
      (error) => assert.fail(error),
    );
  });
  afterEach(() => {
    watch.close();
    rmSync(root, { recursive: true });
  });

  const write = (path: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), "");
  };
  /** Ends when the path was named; what came before it is in `seen`. */
  const named = (path: string) =>
    new Promise<void>((done) => {
      heard = () => {
        if (seen.has(path)) done();
      };
      heard();
    });

  it("names the sources that change, in folders below too, and the files of the project and its boards", async () => {
    const ofBoard = ["board.json", "hal.c", "image.ld", "hal.lua"].map((name) => `boards/mine/${name}`);
    for (const path of ["app.ts", "src/radio/lora.ts", "joinery.json", ...ofBoard]) {
      write(path);
      await named(path);
    }
  });

  it("names what is in a folder that is new, moved there, or made anew", async () => {
    write("new/deep/a.ts");
    await named("new/deep/a.ts");
    renameSync(join(root, "src"), join(root, "moved"));
    await named("moved/radio/lora.ts");
    rmSync(join(root, "new"), { recursive: true });
    write("new/deep/b.ts");
    await named("new/deep/b.ts");
    write("new/deep/c.ts");
    await named("new/deep/c.ts");
  });

  it("names C of the application", async () => {
    write("button.c");
    await named("button.c");
    write("src/button.h");
    await named("src/button.h");
  });

  it("names nothing that was installed or built", async () => {
    for (const path of [
      "node_modules/x/index.ts",
      "build/c/app.c",
      "build/size.json",
      "build/main.lua",
      ".link-1/app.ts",
    ]) {
      write(path);
    }
    write("last.ts");
    await named("last.ts");
    assert.deepEqual([...seen], ["last.ts"]);
  });

  it("is refused for a folder that is not there", () => {
    assert.throws(() => new SourceWatch(join(root, "nowhere"), root, assert.fail, assert.fail), {
      code: "ENOENT",
    });
  });
});
