/** `npm run fuzz:device`: the long form of the fuzz of what comes to a device from the air and from its store. */
import { HELP, optionsOf } from "./options.ts";

const options = optionsOf(process.argv.slice(2));
if (options.help) {
  process.stdout.write(HELP);
} else {
  // The compiler takes seconds to load: wrong options are told before.
  const { runLongForm } = await import("./long-form.ts");
  await runLongForm(options);
}
