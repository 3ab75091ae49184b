#!/usr/bin/env node
/** The `joinery` command. A checkout is set up and built first where that is due; the package comes built. */
import { isCheckout } from "./checkout.mjs";

if (isCheckout) {
  const { setUp } = await import("./set-up.mjs");
  setUp("command");
}
await import("../../dist/cli/main.js");
