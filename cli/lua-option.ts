/** `--lua`: which Lua a board that runs Lua has. */
import { Option } from "commander";

export function luaOption(): Option {
  return new Option("--lua <version>", "of a board that runs Lua: its version (default: 5.1)").choices([
    "5.1",
    "5.3",
  ]);
}
