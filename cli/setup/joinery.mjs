#!/usr/bin/env node
/** The `joinery` command. A checkout is set up and built first where that is due; the package comes built. */
import { existsSync } from "node:fs";

if (existsSync(new URL("../../tsconfig.build.json", import.meta.url))) {
  const { setUp } = await import("./set-up.mjs");
  setUp("command");
}
await import("../../dist/cli/main.js");
