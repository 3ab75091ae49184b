/** `npm run fuzz:device -- …`: sets up what is missing, then fuzzes. Needs clang beside what the rest needs. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { ROOT } from "./run.mjs";
import { setUp } from "./set-up.mjs";

const args = process.argv.slice(2);
if (!args.includes("--help")) setUp("fuzz");
const command = ["--import", "tsx", join(ROOT, "test/fuzz/device/main.ts"), ...args];
const { status } = spawnSync(process.execPath, command, { stdio: "inherit" });
process.exit(status ?? 1);
