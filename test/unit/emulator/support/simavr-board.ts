/**
 * A board with an ATmega on simavr, and what its program does there. simavr comes from Debian: apt-get install
 * libsimavr-dev.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { RadioChip } from "../../../../hil/emulator/chips/index.ts";
import type { ProcessorMachine } from "../../../../hil/emulator/index.ts";
import type { Image, ProcessorBoard } from "../../../../toolchain/image/index.ts";

const SOURCE = fileURLToPath(new URL("./simavr-board.c", import.meta.url));
const CYCLE_NS = 125;
const MOST_OUTPUT_BYTES = 64 * 1024 * 1024;

/** What a program does where others see it: the level of NSS, an octet to the radio, an octet to the console. */
export interface Deed {
  readonly what: "select" | "octet" | "console";
  readonly value: number;
  /** Of the processor's clock since power-up, those counted that it stands in power-down. */
  readonly cycle: number;
}

/** What a radio does to a program, for simavr to do again, and what the program does. */
export interface Recording {
  readonly deeds: readonly Deed[];
  /** The lines that simavr-board.c reads. */
  readonly radio: readonly string[];
}

/**
 * Records what passes between `machine`, which has not run yet, its console and `chip`, which the caller attaches to
 * `pins`.
 */
export function record(
  machine: ProcessorMachine,
  chip: RadioChip,
  { dio0, dio1 }: ProcessorBoard["pins"],
): { readonly chip: RadioChip; readonly recording: Recording } {
  const deeds: Deed[] = [];
  const radio: string[] = [];
  let transferring = false;
  const cycleNow = () => Math.round(machine.nowNs() / CYCLE_NS);
  const note = (what: Deed["what"], value: number) => deeds.push({ what, value, cycle: cycleNow() });
  machine.onConsole((octet) => note("console", octet));
  const recorded: RadioChip = {
    select(selected) {
      note("select", selected ? 0 : 1);
      chip.select(selected);
    },
    transfer(out) {
      note("octet", out);
      transferring = true;
      const answer = chip.transfer(out);
      transferring = false;
      radio.push(`answer ${answer}`);
      return answer;
    },
    reset: (asserted) => chip.reset(asserted),
    onDio: (listener) =>
      chip.onDio((dio, level) => {
        const pin = [dio0, dio1][dio];
        const cycle = transferring ? 0 : cycleNow();
        if (pin !== undefined) radio.push(`dio ${pin[1]} ${pin[2]} ${level ? 1 : 0} ${cycle}`);
        listener(dio, level);
      }),
  };
  return { chip: recorded, recording: { deeds, radio } };
}

export class SimavrBoard {
  readonly #folder = mkdtempSync(join(tmpdir(), "joinery-simavr-"));
  readonly #program = join(this.#folder, "simavr-board");

  constructor() {
    execFileSync("gcc", ["-Wall", "-Wextra", "-Werror", "-O2", SOURCE, "-o", this.#program, "-lsimavr"], {
      stdio: "pipe",
    });
  }

  /** Runs an image from power-up for `cycles`, with these contents of the EEPROM. Throws where simavr gives up. */
  run(
    { board, elfPath }: Pick<Image, "board" | "elfPath">,
    eeprom: Uint8Array,
    cycles: number,
    radio: readonly string[] = [],
  ): Deed[] {
    const eepromPath = join(this.#folder, "eeprom.bin");
    writeFileSync(eepromPath, eeprom);
    const { status, signal, stdout, stderr, error } = spawnSync(
      this.#program,
      [board.processor, board.pins.radioSelect.slice(1), elfPath, eepromPath, `${cycles}`],
      { input: radio.map((line) => `${line}\n`).join(""), encoding: "utf8", maxBuffer: MOST_OUTPUT_BYTES },
    );
    if (error !== undefined) throw error;
    if (status !== 0) throw new Error(`simavr-board ended with ${status ?? signal}: ${stderr}`);
    const lines = stdout.trimEnd().split("\n");
    return lines.map((line) => {
      const [, what, value, cycle] = line.match(/^(select|octet|console) (\d+) (\d+)$/) ?? [];
      if (what === undefined) throw new Error(`simavr-board says "${line}"`);
      return { what: what as Deed["what"], value: Number(value), cycle: Number(cycle) };
    });
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
