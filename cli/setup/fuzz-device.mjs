/** `npm run fuzz:device -- …`: sets up what is missing, then fuzzes. Needs clang beside what the rest needs. */
import { join } from "node:path";
import { ROOT, runInPlace } from "./run.mjs";
import { setUp } from "./set-up.mjs";

const args = process.argv.slice(2);
if (!args.includes("--help")) setUp("fuzz");
const command = ["--import", "tsx", join(ROOT, "test/fuzz/device/main.ts"), ...args];
process.exit(await runInPlace(process.execPath, command));
