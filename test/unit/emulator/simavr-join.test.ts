/**
 * simavr as an independent judge of a whole join: the same image, with the same EEPROM and a radio that answers and
 * raises its lines as it did on the emulated board, does the same, and when.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runLockstep } from "../../../hil/clock/index.ts";
import { createMachine } from "../../../hil/emulator/index.ts";
import { buildImage, type Image } from "../../../toolchain/image/index.ts";
import { loadProcessorBoard } from "../../support/processor-board.ts";
import { Bench } from "../firmware/support/bench.ts";
import { Network } from "../firmware/support/network.ts";
import { FEATHER, PRO_MINI } from "./support/programs.ts";
import { type Deed, record, SimavrBoard } from "./support/simavr-board.ts";

/** The join and the first uplink, with its windows. */
const DURATION_S = 15;
/**
 * Three counts of Timer1. From one sleep that Timer1 ends, which brings the two together, to the next up to five
 * interrupts come, that of the watchdog among them, and simavr does not count the four cycles of an interrupt's entry.
 */
const MOST_CYCLES_APART = 24;
/**
 * Before the join-request the device rests: up to nine naps of the watchdog, each of which ends by a wake-up and an
 * interrupt, eight cycles that simavr does not count. The first edge that the radio raises brings the two together.
 */
const MOST_CYCLES_APART_BY_NAPS = 9 * 8;

describe("a join on an emulated ATmega against simavr", () => {
  let folder: string;
  let simavr: SimavrBoard;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "joinery-simavr-join-"));
    simavr = new SimavrBoard();
  });
  after(() => {
    simavr.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const { board, lorawan11 } of [
    { board: PRO_MINI, lorawan11: false },
    { board: PRO_MINI, lorawan11: true },
    { board: FEATHER, lorawan11: true },
  ]) {
    it(`of ${board}, LoRaWAN ${lorawan11 ? "1.1" : "1.0.4"}: the same commands to the radio at the same times`, async () => {
      const image = await buildImage({
        board: loadProcessorBoard(board),
        config: { LORAWAN_1_1: lorawan11 },
        outDir: join(folder, `${board}-${lorawan11}`),
      });
      const { ours, eeprom, radio } = await joinEmulated(image, lorawan11);
      const cycles = DURATION_S * image.board.clockHz;
      const theirs = simavr.run(image, eeprom, cycles, radio);

      const saying = ({ what, value }: Deed) => `${what} ${value}`;
      assert.deepEqual(theirs.map(saying), ours.map(saying));
      const [firstEdge] = radio.flatMap((line) => line.match(/^dio .* 1 ([1-9]\d*)$/)?.slice(1) ?? []);
      const apart = ours.filter(({ cycle }, i) => {
        const byNaps = cycle < Number(firstEdge) ? MOST_CYCLES_APART_BY_NAPS : 0;
        return Math.abs(theirs[i].cycle - cycle) > MOST_CYCLES_APART + byNaps;
      });
      assert.deepEqual(apart, []);
    });
  }
});

async function joinEmulated(image: Image, lorawan11: boolean) {
  const bench = new Bench();
  const network = new Network(bench, { lorawan11 });
  const eeprom = Uint8Array.from(bench.eeprom);
  const machine = createMachine(image, {
    clock: bench.clock,
    eeprom: bench.eeprom,
    onFinding: ({ message }) => bench.findings.push(message),
  });
  const { chip, recording } = record(machine, bench.addRadio(machine), image.board.pins);
  machine.attachRadio(chip, image.board.pins);
  await runLockstep({
    clock: bench.clock,
    machines: [machine],
    participants: [],
    done: () => false,
    limitNs: DURATION_S * 1e9,
  });
  assert.deepEqual(bench.findings, []);
  assert.equal(network.received.length, 1, "the uplink has reached the network");
  return { ours: recording.deeds, eeprom, radio: recording.radio };
}
