/** A Lua machine with what it reports, for programs written by hand. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { VirtualClock } from "../../../../hil/clock/index.ts";
import {
  buildLuaHost,
  type Finding,
  type LuaDialect,
  LuaMachine,
  type LuaMachineOptions,
} from "../../../../hil/emulator/index.ts";
import { cacheFolder } from "../../../../hil/rig/cache-folder.ts";
import { isLuaBoard, loadBoard } from "../../../../toolchain/image/index.ts";

export const DIALECTS: readonly LuaDialect[] = ["5.1", "5.3"];

const board = loadBoard("nodemcu-rfm95");
if (!isLuaBoard(board)) throw new Error("nodemcu-rfm95 must run Lua");
export const BOARD = board;

export class LuaBench {
  readonly clock = new VirtualClock();
  readonly machine: LuaMachine;
  readonly findings: Finding[] = [];
  readonly ends: string[] = [];
  #console = "";

  /** `files`: texts by name; "init.lua" runs at power-up. */
  constructor(
    dialect: LuaDialect,
    files: Readonly<Record<string, string>>,
    options: Partial<LuaMachineOptions> = {},
  ) {
    this.machine = new LuaMachine({
      clock: this.clock,
      host: buildLuaHost(dialect, cacheFolder()),
      files: new Map(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)])),
      eeprom: new Uint8Array(1024).fill(0xff),
      heapBytes: BOARD.heapBytes,
      timing: BOARD.timing,
      onFinding: (finding) => this.findings.push(finding),
      onEnd: (reason) => this.ends.push(reason),
      ...options,
    });
    this.machine.onConsole((octet) => {
      this.#console += String.fromCharCode(octet);
    });
  }

  /** A bench whose program is the board's HAL with `program` as the text of joinery.lua. */
  static onHal(dialect: LuaDialect, program: string, options: Partial<LuaMachineOptions> = {}): LuaBench {
    const boardFile = (name: string) => readFileSync(join(BOARD.dir, name), "utf8");
    return new LuaBench(
      dialect,
      { "init.lua": boardFile("init.lua"), "hal.lua": boardFile("hal.lua"), "joinery.lua": program },
      options,
    );
  }

  get console(): string {
    return this.#console;
  }

  /** Runs to an instant, as lockstep would. */
  runTo(untilNs: number): void {
    while (this.clock.nowNs() < untilNs) {
      const sliceNs = Math.min(untilNs, this.clock.nextNs, this.clock.nowNs() + 1_000_000);
      this.clock.advanceTo(this.machine.runUntil(sliceNs));
    }
  }
}
