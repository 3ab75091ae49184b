/**
 * The same functions as an image for the ATmega328P, against the same known answers: on the emulated board, and on
 * simavr as an independent judge of its answers and of its time.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { VirtualClock } from "../../../hil/clock/index.ts";
import { createMachine } from "../../../hil/emulator/index.ts";
import { buildImage, type Image } from "../../../toolchain/image/index.ts";
import { loadProcessorBoard } from "../../support/processor-board.ts";
import { SimavrBoard } from "../../unit/emulator/support/simavr-board.ts";
import { specifyVectors } from "../spec.ts";
import { imageSubject } from "./image-subject.ts";
import { tracesOf } from "./key-traces.ts";

/** An octet on the console, and the cycle that it is written in. */
interface Said {
  readonly octet: number;
  readonly cycle: number;
}

/** The RAM of an ATmega328P (DS40002061B, 8.3). */
const RAM = 0x100;
const RAM_BYTES = 2048;

/** What simavr may run on for, behind the last octet. */
const SPARE_CYCLES = 1000;

function runEmulated(image: Image, store: Uint8Array): Said[] {
  const findings: string[] = [];
  const clock = new VirtualClock();
  const machine = createMachine(image, {
    clock,
    eeprom: Uint8Array.from(store),
    onFinding: (finding) => findings.push(finding.message),
  });
  const said: Said[] = [];
  machine.onConsole((octet) => said.push({ octet, cycle: machine.cycles }));
  const isWhole = () => said.length > 0 && said.length > said[0].octet;
  for (let untilMs = 1; !isWhole(); untilMs++) {
    assert.ok(untilMs < 1000, "no answer within a second of the board's time");
    clock.advanceTo(machine.runUntil(untilMs * 1e6));
  }
  assert.deepEqual(findings, []);
  assert.deepEqual(tracesOf(store, octetsOf(said), machine.readRam(RAM, RAM_BYTES)), []);
  return said;
}

function octetsOf(said: readonly Said[]): Uint8Array {
  return Uint8Array.from(said, ({ octet }) => octet);
}

describe("known answers, as an image for the ATmega328P", () => {
  let outDir: string;
  let image: Image;

  const build = (name: string, config: Readonly<Record<string, boolean>> = {}) =>
    buildImage({
      board: loadProcessorBoard("pro-mini-rfm95"),
      entry: new URL("runner.ts", import.meta.url).pathname,
      config,
      outDir: join(outDir, name),
    });

  before(async function () {
    this.timeout(60_000);
    outDir = mkdtempSync(join(tmpdir(), "joinery-vectors-"));
    image = await build("image");
  });

  after(() => rmSync(outDir, { recursive: true, force: true }));

  describe("on the emulated board", () => {
    specifyVectors(() => imageSubject((store) => octetsOf(runEmulated(image, store))));
  });

  describe("on the emulated board, with the round keys kept and TS004-1.0.0", () => {
    let scheduled: Image;
    before(async function () {
      this.timeout(60_000);
      scheduled = await build("scheduled", { KEY_SCHEDULE: true, FRAGMENTATION_V1: true });
    });
    specifyVectors(() => imageSubject((store) => octetsOf(runEmulated(scheduled, store))), 1);
  });

  describe("on simavr, which says each octet in the very cycle that the emulated board does", () => {
    let simavr: SimavrBoard;
    before(() => {
      simavr = new SimavrBoard();
    });
    after(() => simavr.remove());

    specifyVectors(() =>
      imageSubject((store) => {
        const ours = runEmulated(image, store);
        const cycles = ours[ours.length - 1].cycle + SPARE_CYCLES;
        const theirs = simavr
          .run(image, store, cycles)
          .map(({ value, cycle }): Said => ({ octet: value, cycle }));
        assert.deepEqual(theirs, ours);
        return octetsOf(theirs);
      }),
    );
  });
});
