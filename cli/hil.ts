/** `joinery hil …`: runs devices against gateways and servers. */
import { type Command, InvalidArgumentError, Option } from "commander";
import pc from "picocolors";
import {
  captureOf,
  type Debugging,
  FAULT_NAMES,
  FAULTS,
  type Fault,
  GATEWAY_PROTOCOLS,
  type GatewayProtocol,
  type JoinReport,
  junitXml,
  type RecordedPacket,
  RigError,
  reportPage,
  runForeignJoin,
  runJoin,
  summary,
  type TimelineEntry,
  timelineHead,
  timelineLine,
  VIRTUAL_EPOCH_MS,
} from "../hil/rig/index.ts";
import { addChoice, type ChoiceOptions, choiceOf } from "./choice.ts";
import { EXIT, Refusal, refusalOf } from "./exit.ts";
import { GDB_PORT, gdbPort, sayWhereToDebug } from "./gdb-port.ts";
import { addHilCampaign } from "./hil-campaign.ts";
import { addHilFleet } from "./hil-fleet.ts";
import { runScenarios, scenariosIn, TIMES } from "./hil-scenarios.ts";
import { addHilTest } from "./hil-test.ts";
import { addHilUi } from "./hil-ui.ts";
import { endingSoon, interruptible } from "./interruption.ts";
import { luaOption } from "./lua-option.ts";
import { type OutputFile, writeOutputFiles } from "./output-file.ts";
import { captureFormatOf, checkReportFiles } from "./report-files.ts";
import { scenarioList } from "./scenario-files.ts";

export interface RunOptions extends ChoiceOptions {
  lua?: "5.1" | "5.3";
  seed: number;
  state?: string;
  json?: boolean;
  junit?: string;
  html?: string;
  pcap?: string;
  fault?: Fault;
  gateway?: GatewayProtocol;
  networkServer?: string;
  gatewayEui?: string;
  keepGoing?: boolean;
  gdb?: number | true;
  time?: (typeof TIMES)[number];
  port?: string;
  listen?: string;
  flash?: boolean;
  matrix?: boolean;
  crystalPpm?: number;
  radioCrystalPpm?: number;
  list?: boolean;
}

export function addHil(program: Command): void {
  const hil = program.command("hil").description("hardware-in-the-loop runs, on emulated boards");
  const run = hil
    .command("run")
    .description(
      "compile the firmware, boot it, and take it through scenarios: join it to a real Join Server",
    )
    .argument(
      "[scenarios...]",
      "what to run (default: join): scenarios, see below, and files *.spec.ts. Behind them may stand the " +
        "TypeScript file of the application; without one it is the project's or the sensor example",
    );
  addChoice(run)
    .addOption(luaOption())
    .option(
      "--seed <n>",
      "what everything random in the run follows from, DevEUI and keys too unless --state keeps them",
      wholeNumber,
      1,
    )
    .option("--state <dir>", "keep the EEPROM and the Join Server's database there between runs")
    .option("--json", "print one JSON document on stdout and nothing else")
    .option("--junit <file>", "write the checks as JUnit XML")
    .option("--html <file>", "write what happened as one page for a browser")
    .option("--pcap <file>", "write what was on the air for Wireshark; *.pcapng has comments too")
    .addOption(
      new Option(
        "--gateway <protocol>",
        "how gateway and Network Server speak: Semtech UDP, or Basics Station",
      ).choices(GATEWAY_PROTOCOLS),
    )
    .option(
      "--network-server <url>",
      "join by somebody else's Network Server, in real time: udp://host:port, wss://host:port; with --state",
    )
    .option("--gateway-eui <eui>", "the gateway's EUI, as that Network Server knows it", eui)
    .addOption(new Option("--fault <name>", "break one thing and see it refused").choices(FAULT_NAMES))
    .option("--keep-going", "go on where the firmware misuses the hardware, which else ends the run")
    .option(
      "--gdb [port]",
      `let gdb debug the board: it waits for it at a port of 127.0.0.1 (default: ${GDB_PORT})`,
      gdbPort,
    )
    .addOption(
      new Option("--time <kind>", "lockstep: as fast as it goes; real: a second takes one").choices(TIMES),
    )
    .option(
      "--port <port>",
      "with --time real: the serial port of a real board; or pty, for one at a pair of pseudo-terminals",
    )
    .option(
      "--crystal-ppm <ppm>",
      "by how much the board's clock runs fast, or with - slow (default: 0)",
      ppm,
    )
    .option("--radio-crystal-ppm <ppm>", "by how much the carrier of its radio is off (default: 0)", ppm)
    .option(
      "--listen <url>",
      "of a real board: where gateways reach the Network Server, udp://host:port or ws://127.0.0.1:port",
    )
    .option("--no-flash", "of a real board: leave the image that it has")
    .option("--matrix", "on every board and with every version and region, but for those that are named")
    .option("--list", "say what scenarios there are, and run nothing")
    .addHelpText("after", () => `\n${scenarioHelp()}\n\n${faultHelp()}\n\n${EXAMPLES}`);
  run.action(async (what: readonly string[], options: RunOptions) => {
    if (options.list) {
      process.stdout.write(`${scenarioList().join("\n")}\n`);
      return;
    }
    const { scenarios, application } = scenariosIn(what);
    const isJoin = scenarios.length === 1 && scenarios[0] === "join" && !options.matrix;
    // Somebody else's server is in real time by itself.
    const isOwnTime = options.time !== "real" || options.networkServer !== undefined;
    if (isJoin && isOwnTime && options.port === undefined && options.listen === undefined)
      await runScenario(application, options);
    else await runScenarios(scenarios, application, options);
  });
  addHilCampaign(hil);
  addHilFleet(hil);
  addHilTest(hil);
  addHilUi(hil);
}

const GDB_NOTES = [
  "break FILE:LINE stops at a line of the TypeScript, the application's too. quit lets the run go on, kill ends it.",
  "Where the firmware misuses the hardware the program stops, and the run fails.",
];

const EXAMPLES = `Examples:
  $ joinery hil run join
  $ joinery hil run join --region US915
  $ joinery hil run join --lorawan 1.0.4 --junit join.xml
  $ joinery hil run join my-sensor.ts --config PERIOD_S=10
  $ joinery hil run join --board nodemcu-rfm95 --lua 5.3
  $ joinery hil run join --state ./state --json
  $ joinery hil run join --gateway station
  $ joinery hil run join --html join.html --pcap join.pcap
  $ joinery hil run join --network-server wss://lns.example:8887 --state ./state
  $ joinery hil run join --fault bogus-dnssec
  $ joinery hil run join --gdb
  $ joinery hil run exchange adr --board pro-mini-rfm95 --html runs.html --pcap runs.pcapng
  $ joinery hil run join exchange --time real --config PERIOD_S=10
  $ joinery hil run exchange --time real --port /dev/ttyUSB0 --state ./board --listen udp://0.0.0.0:1700
  $ joinery hil run --matrix --junit joinery.xml`;

function scenarioHelp(): string {
  return ["Scenarios:", ...scenarioList().map((line) => `  ${line}`)].join("\n");
}

function faultHelp(): string {
  const width = Math.max(...FAULT_NAMES.map((name) => name.length));
  return ["Faults:", ...FAULT_NAMES.map((name) => `  ${name.padEnd(width)}  ${FAULTS[name]}`)].join("\n");
}

async function runScenario(application: string | undefined, options: RunOptions): Promise<void> {
  const palette = pc.createColors(pc.isColorSupported && process.stdout.isTTY === true);
  const print = (text: string) => {
    if (!options.json) process.stdout.write(`${text}\n`);
  };
  const { lua, seed, state, fault, gateway, keepGoing, gdb, junit, html, pcap, networkServer } = options;
  const { crystalPpm, radioCrystalPpm } = options;
  checkReportFiles(options);
  let begun = false;
  let air: readonly RecordedPacket[] | undefined;
  const common = {
    ...choiceOf(application, options, "anywhere"),
    ...{ lua, seed, state, keepGoing, crystalPpm, radioCrystalPpm },
    onEntry: (entry: TimelineEntry) => {
      if (!begun) print(timelineHead(palette));
      begun = true;
      print(timelineLine(entry, palette));
    },
    onAir: (packets: readonly RecordedPacket[]) => {
      air = packets;
    },
  };
  if (networkServer !== undefined) refuseForeign(options);
  else if (options.gatewayEui !== undefined)
    throw new Refusal(
      "--gateway-eui goes with --network-server: the rig's own knows its gateway",
      EXIT.usage,
    );
  let report: JoinReport | undefined;
  const running = interruptible(async (end) => {
    const run =
      networkServer === undefined
        ? runJoin({ ...common, end, fault, gateway, debugging: debuggingOf(gdb) })
        : runForeignJoin({
            ...{ ...common, end, networkServer, gatewayEui: options.gatewayEui },
            gatewayToken: process.env.JOINERY_GATEWAY_TOKEN,
          });
    report = await endingSoon(run, end);
  });
  const failure = await running.then(
    () => undefined,
    (error: unknown) => (error instanceof RigError ? refusalOf(error) : error),
  );
  // What there is, also where a signal or a fault has ended the run.
  const written = writeOutputFiles([
    ...(air === undefined ? [] : [captureFile(air, pcap)]),
    ...(report === undefined ? [] : reportFiles(report, junit, html)),
  ]);
  if (report !== undefined) {
    if (options.json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    print(summary(report, palette));
  }
  if (failure !== undefined) throw failure;
  process.exitCode = written && report?.verdict === "passed" ? EXIT.done : EXIT.failed;
}

function reportFiles(report: JoinReport, junit: string | undefined, html: string | undefined): OutputFile[] {
  return [
    { what: "JUnit", path: junit, content: () => junitXml(report) },
    { what: "HTML", path: html, content: () => reportPage(report) },
  ];
}

function debuggingOf(gdb: RunOptions["gdb"]): Debugging | undefined {
  if (gdb === undefined) return undefined;
  return { port: gdb === true ? GDB_PORT : gdb, onReady: (start) => sayWhereToDebug(start, GDB_NOTES) };
}

/** Throws Refusal for options that say something about servers of the rig. */
function refuseForeign({ fault, gateway, gdb }: RunOptions): void {
  const chosen = Object.entries({ fault, gateway, gdb }).find(([, value]) => value !== undefined);
  if (chosen === undefined) return;
  const reasons: Readonly<Record<string, string>> = {
    fault: "faults are of the rig's own servers",
    gateway: "its URL says how gateways speak to it",
    gdb: "it does not wait while a debugger holds the board",
  };
  throw new Refusal(`--${chosen[0]} does not go with --network-server: ${reasons[chosen[0]]}`, EXIT.usage);
}

function captureFile(packets: readonly RecordedPacket[], path: string | undefined): OutputFile {
  return {
    what: "capture",
    path,
    content: () => captureOf(packets, VIRTUAL_EPOCH_MS, captureFormatOf(path)),
  };
}

function eui(text: string): string {
  if (!/^[0-9A-Fa-f]{16}$/.test(text)) throw new InvalidArgumentError("It must have 16 hexadecimal digits.");
  return text.toUpperCase();
}

function ppm(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value))
    throw new InvalidArgumentError("It must be a number of ppm.");
  return value;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 0xffffffff) {
    throw new InvalidArgumentError("It must be a whole number from 0 to 4294967295.");
  }
  return value;
}
