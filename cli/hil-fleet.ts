/** `joinery hil fleet`: many boards in one run, over threads. */
import { type Command, InvalidArgumentError, Option } from "commander";
import pc from "picocolors";
import {
  FleetAborted,
  type FleetProgress,
  fleetSummary,
  GATEWAY_PROTOCOLS,
  type GatewayProtocol,
  junitXml,
  RigError,
  runFleet,
} from "../hil/rig/index.ts";
import { addChoice, type ChoiceOptions, choiceOf } from "./choice.ts";
import { EXIT, refusalOf } from "./exit.ts";
import { interruptible } from "./interruption.ts";
import { luaOption } from "./lua-option.ts";
import { checkOutputFile, writeOutputFiles } from "./output-file.ts";

interface FleetOptions extends Omit<ChoiceOptions, "board"> {
  board?: readonly string[];
  boards: number;
  uplinks: number;
  siteBoards: number;
  powerOnWithin: number;
  workers?: number;
  seed: number;
  lua?: "5.1" | "5.3";
  gateway?: GatewayProtocol;
  json?: boolean;
  junit?: string;
}

export function addHilFleet(hil: Command): void {
  const fleet = hil
    .command("fleet")
    .description("join many boards in one run, over threads, and have the uplinks of each decrypted")
    .argument(
      "[application]",
      "the TypeScript file of the application; without one, the project's or the sensor example",
    );
  addChoice(fleet, "all", "several")
    .addOption(luaOption())
    .option("--boards <n>", "how many", wholeNumber(1, 10_000), 100)
    .option("--uplinks <n>", "of each board, decrypted by the Application Server", wholeNumber(1, 1000), 3)
    .option("--site-boards <n>", "how many share an air, a gateway and servers", wholeNumber(1, 1000), 25)
    .option("--power-on-within <seconds>", "boards get power within that time", wholeNumber(0, 86_400), 60)
    .option("--workers <n>", "threads (default: as many as processors)", wholeNumber(1, 256))
    .option(
      "--seed <n>",
      "what everything random in the run follows from, keys too",
      wholeNumber(0, 0xffffffff),
      1,
    )
    .addOption(
      new Option(
        "--gateway <protocol>",
        "how gateway and Network Server speak: Semtech UDP, or Basics Station",
      ).choices(GATEWAY_PROTOCOLS),
    )
    .option("--json", "print one JSON document on stdout and nothing else")
    .option("--junit <file>", "write a test case for each board as JUnit XML")
    .addHelpText("after", `\n${EXAMPLES}`)
    .action(run);
}

const EXAMPLES = `Examples:
  $ joinery hil fleet
  $ joinery hil fleet --boards 20 --region US915 --lorawan 1.0.4
  $ joinery hil fleet --board pro-mini-rfm95,nucleo-l073rz-sx1262 --junit fleet.xml
  $ joinery hil fleet my-sensor.ts --config PERIOD_S=10 --boards 50 --uplinks 10
  $ joinery hil fleet --boards 60 --site-boards 60 --power-on-within 0 --json`;

async function run(application: string | undefined, options: FleetOptions): Promise<void> {
  const { board: kinds, boards, junit, json } = options;
  if (junit !== undefined) checkOutputFile("JUnit", junit);
  const {
    board,
    boards: ownBoards,
    ...choice
  } = choiceOf(application, { ...options, board: kinds?.[0] }, "anywhere");
  const progress = new ProgressLine(json === true ? undefined : process.stdout);
  try {
    const report = await interruptible((signal) =>
      runFleet({
        ...choice,
        ...{ kinds: kinds ?? [board], boards, ownBoards, lua: options.lua, gateway: options.gateway },
        ...{ seed: options.seed, uplinks: options.uplinks, workers: options.workers },
        siteBoards: options.siteBoards,
        powerOnWithinS: options.powerOnWithin,
        signal,
        onProgress: (state) => progress.show(state),
      }).catch((error: unknown) => {
        if (!(error instanceof FleetAborted)) throw error;
        progress.end();
        process.stderr.write(`joinery: ${error.message}\n`);
        throw signal.reason;
      }),
    );
    progress.end();
    const written = writeOutputFiles([{ what: "JUnit", path: junit, content: () => junitXml(report) }]);
    const palette = pc.createColors(pc.isColorSupported && process.stdout.isTTY === true);
    process.stdout.write(`${json ? JSON.stringify(report, null, 2) : fleetSummary(report, palette)}\n`);
    process.exitCode = report.verdict === "passed" && written ? EXIT.done : EXIT.failed;
  } catch (error) {
    throw error instanceof RigError ? refusalOf(error) : error;
  } finally {
    progress.end();
  }
}

/** How far the boards are: one line that changes, in a terminal alone. */
class ProgressLine {
  readonly #stream: NodeJS.WriteStream | undefined;

  constructor(stream: NodeJS.WriteStream | undefined) {
    this.#stream = stream?.isTTY ? stream : undefined;
  }

  show({ boards, joined, uplinks, uplinksWanted, wallMs }: FleetProgress): void {
    const seconds = (wallMs / 1000).toFixed(0);
    this.#stream?.write(
      `\r\x1b[K${seconds.padStart(4)} s  ${joined} of ${boards} joined, ${uplinks} of ${uplinksWanted} uplinks decrypted`,
    );
  }

  /** Takes the line away. */
  end(): void {
    this.#stream?.write("\r\x1b[K");
  }
}

function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most) {
      throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
    }
    return value;
  };
}
