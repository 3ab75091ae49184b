/** The emulated boards: how fast they compute, and how much faster than real time they join. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runLockstep } from "../../hil/clock/index.ts";
import { createMachine, type ProcessorMachine } from "../../hil/emulator/index.ts";
import { storeFormatOf } from "../../hil/rig/device.ts";
import { buildImage, type Image } from "../../toolchain/image/index.ts";
import { loadProcessorBoard } from "../support/processor-board.ts";
import { EMULATED_BOARDS } from "../unit/emulator/support/emulated-boards.ts";
import { Bench as Air } from "../unit/firmware/support/bench.ts";
import { Network } from "../unit/firmware/support/network.ts";
import { type Bench, median } from "./table.ts";

const BUSY = fileURLToPath(new URL("./apps/busy.ts", import.meta.url));
const RUNS = 5;
/** Cycles of the board's processor in one measurement, and before the first. */
const BUSY_CYCLES = 20e6;
const STEPS = 20_000;
/** Within that every board has started its clocks: a crystal of 32 kHz takes up to 2 s. */
const START_UP_NS = 3e9;
/** From power-up to power-up: a join, and the first uplink with its windows. */
const LIFE_NS = 20e9;
const LIVES = 8;

interface Figures {
  readonly board: string;
  readonly processor: string;
  /** Of the program that computes without a pause, in millions a second of wall time; medians. */
  readonly megacycles: number;
  readonly megainstructions: number;
  /** Seconds of a board that joins every 20 s, in a second of wall time; median. */
  readonly boardSeconds: number;
}

export async function emulatorBench(progress: (what: string) => void): Promise<Bench> {
  const figures: Figures[] = [];
  for (const name of EMULATED_BOARDS) figures.push(await measureBoard(name, progress));
  const rows = figures.map(({ board, processor, megacycles, megainstructions, boardSeconds }) => [
    `${board} (${processor})`,
    megacycles.toFixed(1),
    megainstructions.toFixed(1),
    boardSeconds.toFixed(0),
  ]);
  const head = ["", "10^6 cycles", "10^6 instructions", "board's seconds, joining"];
  return { tables: [{ title: "Emulated boards, in a second", head, rows }], data: figures };
}

async function measureBoard(name: string, progress: (what: string) => void): Promise<Figures> {
  const board = loadProcessorBoard(name);
  const folder = mkdtempSync(join(tmpdir(), "joinery-bench-"));
  try {
    const firmware = { board, config: { LORAWAN_1_1: true } };
    progress(`${name}: builds two images`);
    const busy = await buildImage({ ...firmware, app: BUSY, outDir: join(folder, "busy") });
    const sensor = await buildImage({ ...firmware, outDir: join(folder, "sensor") });
    progress(`${name}: computes`);
    const megacycles = await measureBusy(busy);
    const megainstructions = megacycles / cyclesPerInstruction(busy);
    progress(`${name}: joins`);
    const boardSeconds = await measureJoining(sensor);
    return { board: name, processor: board.processor, megacycles, megainstructions, boardSeconds };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A board on a modelled air. Throws where its program does what it must not. */
function boot(image: Image): { machine: ProcessorMachine; air: Air } {
  const air = new Air(image.board.radio);
  const machine = createMachine(image, {
    clock: air.clock,
    eeprom: storeFormatOf(image.board).pack(air.eeprom),
    onFinding: ({ message }) => {
      throw new Error(`the firmware of ${image.board.name} ${message}`);
    },
  });
  machine.attachRadio(air.addRadio(machine), image.board.pins);
  return { machine, air };
}

/** Millions of cycles a second. */
async function measureBusy(image: Image): Promise<number> {
  const { machine, air } = boot(image);
  const run = async () => {
    const [from, start] = [machine.cycles, performance.now()];
    await runFor(machine, air, Math.round((BUSY_CYCLES / image.board.clockHz) * 1e9));
    return (machine.cycles - from) / 1000 / (performance.now() - start);
  };
  await run();
  const rates: number[] = [];
  for (let i = 0; i < RUNS; i++) rates.push(await run());
  return median(rates);
}

/** Of the program that computes without a pause, counted step by step once it has started up. */
function cyclesPerInstruction(image: Image): number {
  const { machine, air } = boot(image);
  air.clock.advanceTo(machine.runUntil(START_UP_NS));
  const { debugPort } = machine;
  const from = machine.cycles;
  const limitNs = START_UP_NS + 1e9;
  for (let i = 0; i < STEPS; i++) {
    debugPort.stepping = true;
    if (machine.runUntil(limitNs) >= limitNs)
      throw new Error(`${image.board.name} sleeps instead of computing`);
  }
  return (machine.cycles - from) / STEPS;
}

/** Seconds of the board in a second of wall time, over lives of a join and an uplink. */
async function measureJoining(image: Image): Promise<number> {
  const { machine, air } = boot(image);
  const { received } = new Network(air, { lorawan11: true });
  const rates: number[] = [];
  for (let life = 0; life < LIVES; life++) {
    const start = performance.now();
    machine.powerOn();
    await runFor(machine, air, LIFE_NS);
    machine.powerOff();
    rates.push(LIFE_NS / 1e6 / (performance.now() - start));
    if (received.length <= life) throw new Error(`${image.board.name} has not joined in ${LIFE_NS / 1e9} s`);
  }
  return median(rates);
}

async function runFor(machine: ProcessorMachine, { clock }: Air, durationNs: number): Promise<void> {
  const limitNs = clock.nowNs() + durationNs;
  await runLockstep({ clock, machines: [machine], participants: [], done: () => false, limitNs });
}
