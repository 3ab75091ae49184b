/** `joinery monitor`: the console of a board, real or emulated. */
import { type Command, InvalidArgumentError } from "commander";
import { RigError, runLoneBoard } from "../hil/rig/index.ts";
import { loadBoard } from "../toolchain/image/index.ts";
import { openSerialPort, SerialError } from "../toolchain/serial/index.ts";
import { addChoice, type Choice, type ChoiceOptions, choiceOf, sayExample } from "./choice.ts";
import { refusing } from "./chosen-image.ts";
import { EXIT, Refusal, refusalOf } from "./exit.ts";
import { luaOption } from "./lua-option.ts";

interface MonitorOptions extends ChoiceOptions {
  port?: string;
  baud?: number;
  emulated?: boolean;
  fast?: boolean;
  seconds?: number;
  keepGoing?: boolean;
  lua?: "5.1" | "5.3";
}

export function addMonitor(program: Command): void {
  const command = program
    .command("monitor")
    .description("show the console of a board: a real one at a serial port, or an emulated one")
    .argument("[application]", "of an emulated board: the TypeScript file of the application");
  addChoice(command)
    .option("--port <device>", "the serial port of a real board")
    .option("--baud <n>", "its rate (default: what board.json says of the console)", positive)
    .option("--emulated", "build the firmware and boot it on an emulated board that no gateway hears")
    .option("--fast", "emulated: as fast as this computer can, not in real time")
    .option("--seconds <n>", "emulated: end after so much of the board's time", positive)
    .option(
      "--keep-going",
      "emulated: go on where the firmware misuses the hardware, which else ends the run",
    )
    .addOption(luaOption())
    .addHelpText("after", `\n${HELP}`)
    .action(monitor);
}

const HELP = `The console goes to stdout, all else to stderr. Ctrl-C ends.

Examples:
  $ joinery monitor --port /dev/ttyUSB0
  $ joinery monitor --port /dev/ttyACM0 --board nucleo-l073rz-sx1276
  $ joinery monitor --emulated
  $ joinery monitor --emulated my-sensor.ts --board pro-mini-rfm95 --fast --seconds 120`;

async function monitor(application: string | undefined, options: MonitorOptions): Promise<void> {
  const { port, emulated = false } = options;
  if (port !== undefined && emulated) {
    throw new Refusal(
      "--port is the serial port of a real board, and --emulated asks for an emulated one: give one of the two",
      EXIT.usage,
    );
  }
  if (port === undefined && !emulated) {
    throw new Refusal("say which board: --port /dev/ttyUSB0 for a real one, or --emulated", EXIT.usage);
  }
  const ofOther =
    port === undefined
      ? "baud"
      : (["fast", "seconds", "keepGoing", "lua"] as const).find((name) => options[name] !== undefined);
  if (ofOther !== undefined && options[ofOther] !== undefined) {
    const option = ofOther === "keepGoing" ? "keep-going" : ofOther;
    throw new Refusal(`--${option} belongs to ${port === undefined ? "--port" : "--emulated"}`, EXIT.usage);
  }
  if (port !== undefined && application !== undefined) {
    throw new Refusal(
      "a real board runs what it has been flashed with: leave the application out",
      EXIT.usage,
    );
  }
  const choice = choiceOf(application, options, "anywhere");
  if (port !== undefined) return watchPort(port, choice, options);
  sayExample(choice);
  await watchEmulated(choice, options);
}

async function watchPort(path: string, choice: Choice, options: MonitorOptions): Promise<void> {
  const { console } = await refusing(async () => loadBoard(choice.board, choice.boards));
  const baud = options.baud ?? console.baud;
  try {
    const port = await openSerialPort(path, baud, (octets) => process.stdout.write(octets));
    process.once("SIGINT", () => port.close());
    say(`the console at ${path}, ${baud} Bd; Ctrl-C ends`);
    await port.closed;
  } catch (error) {
    throw error instanceof SerialError ? new Refusal(error.message, EXIT[error.kind]) : error;
  }
}

async function watchEmulated(
  choice: Choice,
  { fast = false, seconds, keepGoing, lua }: MonitorOptions,
): Promise<void> {
  const end = new AbortController();
  process.once("SIGINT", () => end.abort());
  const ended = await runLoneBoard({
    ...{ ...choice, lua, keepGoing, limitS: seconds, realTime: !fast, seed: 1, end: end.signal },
    onConsoleLine: (line) => process.stdout.write(`${line}\n`),
    onNotice: say,
  }).catch((error: unknown) => {
    if (!(error instanceof RigError)) throw error;
    throw refusalOf(error);
  });
  process.exitCode = ended === "failed" ? EXIT.failed : EXIT.done;
}

function say(text: string): void {
  process.stderr.write(`joinery: ${text}\n`);
}

function positive(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > 0x7fffffff) {
    throw new InvalidArgumentError("It must be a whole number of at least 1.");
  }
  return value;
}
