/** `joinery check`: what the compiler has to say about an application, without a C compiler. */
import type { Command } from "commander";
import pc from "picocolors";
import { formatReport, isInternal } from "../toolchain/compiler/index.ts";
import { compileForBoard, loadBoard } from "../toolchain/image/index.ts";
import { addChoice, type ChoiceOptions, choiceOf, sayExample } from "./choice.ts";
import { refusing } from "./chosen-image.ts";
import { errorsJson } from "./errors-json.ts";
import { EXIT } from "./exit.ts";

interface CheckOptions extends ChoiceOptions {
  json?: boolean;
}

export function addCheck(program: Command): void {
  const command = program
    .command("check")
    .description("check an application and the LoRaWAN stack as a board would get them, without a C compiler")
    .argument("[application]", "the TypeScript file of the application; without one, the project's");
  addChoice(command)
    .option("--json", "print one JSON document on stdout and nothing else")
    .addHelpText("after", `\n${HELP}`)
    .action(check);
}

const HELP = `Examples:
  $ joinery check
  $ joinery check my-sensor.ts --lorawan 1.0.4 --config PERIOD_S=600
  $ joinery check --region US915

--json prints { errors, diagnostics: [{ file, line, column, end: { line, column }, code, message,
related: [{ file, line, column, end, message }], page }] }. Lines and columns count from 1, end lies
behind the last character, page is the file of the message's page (joinery explain prints it). A message
without a place has no file, line, column and end, one of TypeScript itself has no page, and what is no message
of the compiler has no code. build, size and hil run print the same where they refuse, wrong options included.`;

async function check(application: string | undefined, options: CheckOptions): Promise<void> {
  const choice = choiceOf(application, options);
  sayExample(choice);
  const { diagnostics } = compileForBoard({
    board: await refusing(async () => loadBoard(choice.board, choice.boards)),
    app: choice.app,
    region: choice.region,
    config: { ...choice.config, LORAWAN_1_1: choice.lorawan === "1.1" },
    configFile: choice.file,
  });
  if (options.json) {
    process.stdout.write(errorsJson(diagnostics));
  } else if (diagnostics.length === 0) {
    process.stdout.write("no errors\n");
  } else {
    const colour = pc.isColorSupported && process.stdout.isTTY === true;
    process.stdout.write(formatReport(diagnostics, { colour }));
  }
  const internal = diagnostics.some(isInternal);
  process.exitCode = internal ? EXIT.fault : diagnostics.length > 0 ? EXIT.failed : EXIT.done;
}
