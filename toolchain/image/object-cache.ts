/**
 * The objects that gcc has made, kept over a row of builds: a C file is compiled again only where its text, a header
 * that it includes, or the way it is compiled differs. Most files are alike in two images of the firmware. For images
 * of which the figures count: they hold the same octets, but to a debugger an old object names the folder of its own
 * build.
 */
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { basename, resolve, sep } from "node:path";
import { prerequisites } from "./included-files.ts";

/** One C file, to be compiled for one build. */
interface Compilation {
  /** The folder of the build, where the generated C is. */
  readonly workDir: string;
  /** By absolute path. */
  readonly source: string;
  /** The compiler, and its arguments but for those that name `workDir` or files there. */
  readonly command: readonly string[];
  /** By absolute path in `workDir`; gcc's note of what is included lies beside it. */
  readonly object: string;
}

/** An object, and the files that it was made of, as they were: those of `workDir` by their names there. */
interface Made {
  readonly files: readonly { readonly name: string; readonly digest: string }[];
  readonly octets: Buffer;
}

export class ObjectCache {
  readonly #made = new Map<string, Made[]>();

  /** Puts the object in place, or has `compile` make it. */
  async provide(compilation: Compilation, compile: () => Promise<unknown>): Promise<void> {
    const { workDir, source, command, object } = compilation;
    const key = [nameIn(workDir, source), ...command].join("\0");
    const known = this.#made.get(key) ?? [];
    for (const { files, octets } of known) {
      if (await areIn(workDir, files)) return writeFile(object, octets);
    }
    await compile();
    const included = prerequisites(await readFile(object.replace(/\.o$/, ".d"), "utf8"));
    const names = included.flatMap((path) => {
      const name = nameIn(workDir, path);
      // A file that is new in the folder would take the place of a header elsewhere.
      return name === path ? [path, basename(path)] : [name];
    });
    const files = await Promise.all(
      names.map(async (name) => ({ name, digest: await digestOf(resolve(workDir, name)) })),
    );
    this.#made.set(key, [...known, { files, octets: await readFile(object) }]);
  }
}

async function areIn(workDir: string, files: Made["files"]): Promise<boolean> {
  for (const { name, digest } of files) {
    if ((await digestOf(resolve(workDir, name))) !== digest) return false;
  }
  return true;
}

/** A file of the folder without the folder, any other as it is. */
function nameIn(workDir: string, path: string): string {
  return path.startsWith(workDir + sep) ? path.slice(workDir.length + 1) : path;
}

async function digestOf(path: string): Promise<string> {
  try {
    return createHash("sha256")
      .update(await readFile(path))
      .digest("hex");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "none";
    throw error;
  }
}
