/** Says which sources change in a folder and those below it. */
import { type FSWatcher, readdirSync, statSync, watch } from "node:fs";
import { join, relative, sep } from "node:path";

/**
 * What a build is made from: other files, what builds leave among them, change without a word. Lua is made by builds,
 * but for that of boards.
 */
const SOURCE = /(\.(ts|c|h|ld)|(^|[\\/])(joinery|board)\.json|^boards[\\/].*\.lua)$/;
/** Installed packages, and folders that tools keep to themselves. */
const LEFT_ALONE = /^(node_modules|\..*)$/;

/**
 * One watcher a folder: those that Node makes for a whole tree on Linux are one a file, installed packages included,
 * and the system has only so many.
 */
export class SourceWatch {
  readonly #root: string;
  readonly #generated: string;
  readonly #changed: (path: string) => void;
  readonly #failed: (error: Error) => void;
  readonly #watchers = new Map<string, FSWatcher>();

  /**
   * `changed` gets the path from `root` on; `failed` gets what fails later. In the folder `generated` builds write what
   * looks like sources. Throws where `root` cannot be watched.
   */
  constructor(
    root: string,
    generated: string,
    changed: (path: string) => void,
    failed: (error: Error) => void,
  ) {
    this.#root = root;
    this.#generated = generated;
    this.#changed = changed;
    this.#failed = failed;
    this.#add(root, false);
  }

  close(): void {
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  /** Files of a folder that is new may be there before its watcher is. */
  #add(folder: string, isNew: boolean): void {
    if (folder === this.#generated) return;
    const watcher = watch(folder, (event, name) => {
      if (name !== null) this.#look(event, join(folder, name), name);
    });
    watcher.on("error", () => this.#remove(folder)); // the folder is gone
    this.#watchers.set(folder, watcher);
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory() && !LEFT_ALONE.test(entry.name)) this.#add(path, isNew);
      else if (isNew) this.#nameSource(path);
    }
  }

  /** Says whether it is one. */
  #nameSource(path: string): boolean {
    const name = relative(this.#root, path);
    if (!SOURCE.test(name)) return false;
    this.#changed(name);
    return true;
  }

  #look(event: string, path: string, name: string): void {
    if (this.#nameSource(path)) return;
    if (event !== "rename" || LEFT_ALONE.test(name)) return;
    this.#remove(path);
    try {
      if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) this.#add(path, true);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") this.#failed(error as Error);
    }
  }

  #remove(folder: string): void {
    for (const [path, watcher] of this.#watchers) {
      if (path !== folder && !path.startsWith(folder + sep)) continue;
      watcher.close();
      this.#watchers.delete(path);
    }
  }
}
