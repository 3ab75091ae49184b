/** The image of a board, freshly provisioned, on its emulated machine against a network. */
import { runLockstep } from "../../../../hil/clock/index.ts";
import { createMachine, type ProcessorMachine } from "../../../../hil/emulator/index.ts";
import { type Image, storeLayoutOf } from "../../../../toolchain/image/index.ts";
import { eepromImage, storeFormat } from "../../../../toolchain/provisioning/index.ts";
import { Bench, IDENTITY } from "./bench.ts";
import { Network, type NetworkOptions } from "./network.ts";

const SECOND_NS = 1e9;

/** Sees the machine, its bench and its network before they start. */
export type Prepare = (machine: ProcessorMachine, bench: Bench, network: Network) => void;

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
  const { board } = image;
  const bench = new Bench(board.radio);
  const network = new Network(bench, networkOptions);
  const machine: ProcessorMachine = createMachine(image, {
    clock: bench.clock,
    eeprom:
      board.eepromBytes === bench.eeprom.length
        ? bench.eeprom
        : storeFormat(storeLayoutOf(board), board.eepromBytes).pack(eepromImage(IDENTITY, board.eepromBytes)),
    clockErrorPpm,
    watchdogError,
    onFinding: (finding) => bench.findings.push(finding.message),
  });
  machine.attachRadio(bench.addRadio(machine), image.board.pins);
  let console = "";
  machine.onConsole((octet) => {
    console += String.fromCharCode(octet);
  });
  prepare(machine, bench, network);
  await runLockstep({
    clock: bench.clock,
    machines: [machine],
    participants: [],
    done: () => false,
    limitNs: durationS * SECOND_NS,
  });
  return { bench, network, machine, lines: () => console.split("\n") };
}
