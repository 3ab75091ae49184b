/** The image of a board, freshly provisioned, on its emulated machine against a network. */
import { runLockstep } from "../../../../hil/clock/index.ts";
import { createMachine, type ProcessorMachine } from "../../../../hil/emulator/index.ts";
import type { Image } from "../../../../toolchain/image/index.ts";
import { Bench } from "./bench.ts";
import { Network, type NetworkOptions } from "./network.ts";

const SECOND_NS = 1e9;

/** Sees the machine and its bench before they start. */
export type Prepare = (machine: ProcessorMachine, bench: Bench) => void;

export async function runBoard(
  image: Image,
  networkOptions: NetworkOptions,
  options: {
    readonly durationS: number;
    readonly clockErrorPpm: number;
    readonly watchdogError?: number;
    readonly prepare?: Prepare;
  },
) {
  const { durationS, clockErrorPpm, watchdogError, prepare = () => {} } = options;
  const bench = new Bench();
  const network = new Network(bench, networkOptions);
  const machine: ProcessorMachine = createMachine(image, {
    clock: bench.clock,
    eeprom: bench.eeprom,
    clockErrorPpm,
    watchdogError,
    onFinding: (finding) => bench.findings.push(finding.message),
  });
  machine.attachRadio(bench.addRadio(machine), image.board.pins);
  let console = "";
  machine.onConsole((octet) => {
    console += String.fromCharCode(octet);
  });
  prepare(machine, bench);
  await runLockstep({
    clock: bench.clock,
    machines: [machine],
    participants: [],
    done: () => false,
    limitNs: durationS * SECOND_NS,
  });
  return { bench, network, machine, lines: () => console.split("\n") };
}
