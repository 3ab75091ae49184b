import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OutputError, writingTo } from "../../../toolchain/image/output-folder.ts";

describe("the folder of a build", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "joinery-output-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** The message with which work in `<folder>/out` is refused. */
  async function refusal(work: (out: string) => Promise<unknown>): Promise<string> {
    const out = join(folder, "out");
    const error = await writingTo(out, () => work(out)).then(
      () => assert.fail("it was not refused"),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof OutputError, String(error));
    return error.message;
  }

  it("is made, and gives what the work gives", async () => {
    const out = join(folder, "a/b");
    assert.equal(await writingTo(out, () => writeFile(join(out, "file"), "").then(() => 7)), 7);
  });

  it("names a folder that is there, but in which none can be made", async () => {
    const made = writingTo("/proc/joinery/build", async () => {});
    const message = "cannot write the build: /proc is no ordinary folder: no other can be made in it";
    await assert.rejects(made, { name: "OutputError", message });
  });

  it("names a folder that has the name of a file", async () => {
    const message = await refusal(async (out) => {
      await mkdir(join(out, "joinery.hex"));
      await writeFile(join(out, "joinery.hex"), "");
    });
    assert.equal(message, `cannot write the build: ${folder}/out/joinery.hex is a folder`);
  });

  it("names a file that stands in the way of the folder", async () => {
    writeFileSync(join(folder, "out"), "");
    assert.match(await refusal(async () => {}), /\/out is a file, not a folder$/);
    assert.match(
      await writingTo(join(folder, "out/below"), async () => {}).then(
        () => "",
        ({ message }) => message,
      ),
      /\/out\/below lies in a file, which is no folder$/,
    );
  });

  for (const [code, what] of [
    ["ENOSPC", "has no space left on its file system"],
    ["EACCES", "may not be written by this user"],
    ["EROFS", "lies on a file system that is read-only"],
  ] as const) {
    it(`names the folder where ${code} names nothing`, async () => {
      const error = Object.assign(new Error(`${code}: of the system, write`), { code, syscall: "write" });
      const message = await refusal(() => Promise.reject(error));
      assert.equal(message, `cannot write the build: ${folder}/out ${what}`);
    });
  }

  it("keeps the system's words where it has none of its own", async () => {
    const error = Object.assign(new Error("EMFILE: too many open files"), {
      code: "EMFILE",
      syscall: "open",
    });
    assert.match(await refusal(() => Promise.reject(error)), /: EMFILE: too many open files$/);
  });

  it("takes no blame for a file elsewhere, or for what is no fault of a file", async () => {
    const elsewhere = writingTo(join(folder, "out"), () => writeFile(join(folder, "no/file"), ""));
    await assert.rejects(elsewhere, { code: "ENOENT" });
    const other = writingTo(join(folder, "out"), () => Promise.reject(new RangeError("a bug")));
    await assert.rejects(other, RangeError);
  });
});
