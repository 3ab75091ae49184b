/** `joinery hil ui`: a join in the browser while it goes on. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { FAULT_NAMES, type Fault, LivePage, RigError, runJoin } from "../hil/rig/index.ts";
import { addChoice, type ChoiceOptions, choiceOf } from "./choice.ts";
import { EXIT, Refusal, refusalOf } from "./exit.ts";
import { endingSoon, Interrupted, interruptible } from "./interruption.ts";

interface UiOptions extends ChoiceOptions {
  port: number;
  fault?: Fault;
}

const DEFAULT_PORT = 8080;

export function addHilUi(hil: Command): void {
  addChoice(
    hil
      .command("ui")
      .description("show a join in a browser while it goes on; it begins when the page is opened")
      .argument(
        "[application]",
        "the TypeScript file of the application; without one, the project's or the sensor example",
      ),
  )
    .option("--port <n>", "where to serve the page, on 127.0.0.1; 0 takes a free port", port, DEFAULT_PORT)
    .addOption(new Option("--fault <name>", "break one thing and see it refused").choices(FAULT_NAMES))
    .action(async (application: string | undefined, options: UiOptions) => show(application, options));
}

/** Serves the page until it is interrupted; the exit code is that of the run, where that has come to its end. */
async function show(application: string | undefined, options: UiOptions): Promise<void> {
  const choice = choiceOf(application, options, "anywhere");
  const page = await LivePage.open(options.port).catch((error: Error) => {
    throw new Refusal(`port ${options.port} of 127.0.0.1 cannot be had: ${error.message}`, EXIT.usage);
  });
  process.stdout.write(`${page.url}  open it in a browser; Ctrl-C ends this\n`);
  let isOver = false;
  try {
    await interruptible(async (end) => {
      const asked = new Promise<void>((resolve) => end.addEventListener("abort", () => resolve()));
      await Promise.race([page.watched(), asked]);
      if (end.aborted) return;
      const run = runJoin({
        ...choice,
        ...{ seed: 1, fault: options.fault, end },
        onBegun: (soFar) => page.follow(() => [soFar()]),
      });
      const report = await endingSoon(run, end);
      page.show([report]);
      isOver = !end.aborted;
      process.exitCode = report.verdict === "passed" ? EXIT.done : EXIT.failed;
      await asked;
    });
  } catch (error) {
    if (error instanceof RigError) throw refusalOf(error);
    // A run that was shown to its end has its own exit code.
    if (!isOver || !(error instanceof Interrupted)) throw error;
  } finally {
    await page.close();
  }
}

function port(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 65_535) throw new InvalidArgumentError("It must be a port, 0 to 65535.");
  return value;
}
