/** Where a debugger finds the sources that an image's debug information names. */
import { dirname, join } from "node:path";
import { packageRoot } from "../package-root.ts";

/** The folder of an application of its own, that of the package, and that of the generated C with its helpers. */
export function sourceFolders(app: string | undefined, elfPath: string): string[] {
  const own = app === undefined ? [] : [dirname(app)];
  return [...own, packageRoot, join(dirname(elfPath), "c")];
}
