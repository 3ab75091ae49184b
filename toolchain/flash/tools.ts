/** The programs that flash, and how each is installed. */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { FlashError } from "./errors.ts";

const PACKAGES: Readonly<Record<string, string>> = {
  avrdude: "avrdude",
  openocd: "openocd",
  "st-flash": "stlink-tools",
};

/** Throws FlashError of kind "missing" with the command that installs it, where a tool is not on the PATH. */
export function requireTool(tool: string): void {
  if (isOnPath(tool)) return;
  const install = PACKAGES[tool] === undefined ? "" : `: apt-get install ${PACKAGES[tool]}`;
  throw new FlashError("missing", `${tool} is not installed${install}`);
}

function isOnPath(tool: string): boolean {
  return (process.env.PATH ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, tool), constants.X_OK);
      return true;
    } catch {
      // Not in this folder: the next one may have it.
      return false;
    }
  });
}
