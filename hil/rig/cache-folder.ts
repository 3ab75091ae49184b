/** Where builds are kept between runs. */
import { homedir } from "node:os";
import { join } from "node:path";

/** `joinery` in XDG_CACHE_HOME, or in the cache folder of the user's home. */
export function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "joinery");
}
