/** `npm start -- …`: sets up what is missing, then does what `joinery hil run join …` does. */
import { setUp } from "./set-up.mjs";

setUp("start");
process.argv.splice(2, 0, "hil", "run", "join");
await import("../../dist/cli/main.js");
