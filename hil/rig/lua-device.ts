/** The device under test as a Lua program in a process with a heap that ends. */
import type { LuaProgram } from "../../toolchain/image/index.ts";
import { traceToSource } from "../../toolchain/lua/index.ts";
import { type LuaHost, LuaMachine } from "../emulator/index.ts";
import { connect, type DeviceOptions, type DeviceUnderTest, type Firmware, storeFormatOf } from "./device.ts";
import type { Check, LuaFigures } from "./report/join-report.ts";

/** Heap that must stay free for the application, in octets. */
const HEAP_TO_SPARE = 4096;

/** The file whose lines come from TypeScript. */
const PROGRAM_FILE = "joinery.lua";

/** What NodeMCU runs at power-up: a file. The others are modules of its Lua Flash Store. */
const START_FILE = "init.lua";

interface Flash {
  readonly files: Map<string, Uint8Array>;
  readonly flashStore: Map<string, Uint8Array>;
}

/** A Lua program as firmware that can be booted. */
export function luaFirmware(program: LuaProgram, host: LuaHost): Firmware {
  const flash: Flash = { files: new Map(), flashStore: new Map() };
  for (const [name, text] of program.files) {
    if (name === START_FILE) flash.files.set(name, Buffer.from(text));
    else flash.flashStore.set(name.replace(/\.lua$/, ""), Buffer.from(text));
  }
  return { board: program.board, boot: (options) => new LuaDevice(program, host, flash, options) };
}

class LuaDevice implements DeviceUnderTest {
  readonly machine: LuaMachine;
  readonly #program: LuaProgram;

  constructor(program: LuaProgram, host: LuaHost, flash: Flash, options: DeviceOptions) {
    const { clock, eeprom, crystals, onFinding, onFailure } = options;
    const { heapBytes, timing } = program.board;
    this.#program = program;
    this.machine = new LuaMachine({
      clock,
      host,
      ...flash,
      eeprom,
      heapBytes,
      timing,
      clockErrorPpm: crystals?.crystalPpm,
      onFinding,
      onEnd: (text) => {
        const [reason, ...trace] = traceToSource(text, PROGRAM_FILE, program.origins).split("\n");
        onFailure(`the Lua program has ended: ${reason}`, trace);
      },
    });
    connect(this.machine, program.board, options);
  }

  get store(): Uint8Array {
    return storeFormatOf(this.#program.board).unpack(this.machine.eeprom);
  }

  get memory(): LuaFigures {
    return {
      lua: this.#program.dialect,
      bundleBytes: this.#program.bundleBytes,
      codeBytes: this.machine.codeBytes,
      heapPeakBytes: this.machine.heapPeakBytes,
      heapLimitBytes: this.#program.board.heapBytes,
    };
  }

  energy(): undefined {}

  checkMemory(): Check {
    const { heapPeakBytes, heapLimitBytes } = this.memory;
    const spare = heapLimitBytes - heapPeakBytes;
    return {
      name: "board: the program leaves heap to spare",
      ok: spare >= HEAP_TO_SPARE,
      detail: `${heapPeakBytes} B at its peak leave ${spare} of ${heapLimitBytes} B`,
    };
  }

  readVariable(name: string): Uint8Array {
    return this.machine.readVariable(name);
  }

  debug(): undefined {}

  close(): void {
    this.machine.close();
  }
}
