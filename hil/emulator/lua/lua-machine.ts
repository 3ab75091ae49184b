/**
 * A NodeMCU board as a machine: a Lua program in a process of its own, with a heap that ends. The process runs
 * the interpreter and the modules of NodeMCU (host/), this side has its pins, its store, its console and its
 * time. Every exchange waits for the other side, so a run depends on its seed alone.
 *
 * Time passes by what the program does: a fixed time for an instruction of the virtual machine, for a call into
 * a module, for a write to the store. The work of the garbage collector takes none.
 */
import type { Timer, VirtualClock } from "../../clock/index.ts";
import type { RadioChip } from "../chips/index.ts";
import { ConsoleLine } from "../console-line.ts";
import type { Finding } from "../finding.ts";
import { FindingLog } from "../finding-log.ts";
import type { CutPhase, Machine, RadioPins } from "../machine.ts";
import { RadioPort } from "../radio-port.ts";
import { Slice } from "../slice.ts";
import { StoreCut } from "../store-cut.ts";
import type { LuaHost } from "./host-build.ts";
import { HostProcess } from "./host-process.ts";
import { ModulePins } from "./module-pins.ts";

export interface LuaMachineOptions {
  readonly clock: VirtualClock;
  readonly host: LuaHost;
  /** The files in the flash by name: `init.lua` is what runs at power-up. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Modules of the Lua Flash Store by name, as byte code: a board executes them there, so they take no heap. */
  readonly flashStore?: ReadonlyMap<string, Uint8Array>;
  /** The contents of the store, the file `device.eeprom`; read and written in place. */
  readonly eeprom: Uint8Array;
  /** Octets of heap that the program may take, beside the libraries. */
  readonly heapBytes: number;
  /** Nanoseconds of an instruction, of a call into a module, of a write of an octet to the store. */
  readonly timing: {
    readonly instructionNs: number;
    readonly moduleCallNs: number;
    readonly storeWriteNs: number;
  };
  /** The error of this very board's clock, in parts per million. */
  readonly clockErrorPpm?: number;
  /** Receives each misuse by the program once. */
  readonly onFinding?: (finding: Finding) => void;
  /** The program has ended by an error, with its text and the way to it. The machine stands still from here on. */
  readonly onEnd?: (reason: string) => void;
}

const STORE_FILE = "device.eeprom";
/** What the names of the Lua Flash Store's modules begin with (host/rig.c). */
const FLASH_STORE = "lfs/";
const ERASED = 0xff;

export class LuaMachine implements Machine {
  readonly eeprom: Uint8Array;

  readonly #clock: VirtualClock;
  readonly #options: LuaMachineOptions;
  readonly #radio = new RadioPort();
  readonly #console = new ConsoleLine(undefined, (message) => this.report(message));
  readonly #findings: FindingLog;
  readonly #storeCut = new StoreCut();
  readonly #slice = new Slice();

  /** Undefined while the power is off. */
  #host: HostProcess | undefined;
  #pins = new ModulePins(this);
  #codeBytes = 0;
  /** The time that the program has reached. */
  #reachedNs = 0;
  /** When the program has something to do; Infinity where only a pin can wake it, or nothing. */
  #wakeNs = Number.POSITIVE_INFINITY;
  #hasEnded = false;
  #heapPeakBytes = 0;

  /** Powered up at the present instant of the clock. */
  constructor(options: LuaMachineOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.eeprom = options.eeprom;
    this.#findings = new FindingLog(options.onFinding);
    this.powerOn();
  }

  nowNs(): number {
    return Math.max(this.#reachedNs, this.#clock.nowNs());
  }

  at(atNs: number, action: () => void): Timer {
    const timer = this.#clock.at(Math.max(atNs, this.nowNs()), action);
    this.#slice.shortenTo(timer.atNs);
    return timer;
  }

  get nextWakeNs(): number {
    if (this.#host === undefined || this.#hasEnded) return Number.POSITIVE_INFINITY;
    return this.#pins.hasEdges ? this.nowNs() : Math.max(this.#wakeNs, this.nowNs());
  }

  runUntil(untilNs: number): number {
    this.#slice.begin(untilNs);
    while (this.nextWakeNs < this.#slice.endNs) this.#run();
    return this.#slice.finish();
  }

  get powered(): boolean {
    return this.#host !== undefined;
  }

  powerOn(): void {
    if (this.#host !== undefined) return;
    const { host, heapBytes, timing, clockErrorPpm = 0, files, flashStore = new Map() } = this.#options;
    const { instructionNs, moduleCallNs, storeWriteNs } = timing;
    const settings = [heapBytes, instructionNs, moduleCallNs, storeWriteNs, clockErrorPpm];
    this.#host = new HostProcess(host.path, settings.map(String));
    const modules = [...flashStore].map(([name, octets]) => [FLASH_STORE + name, octets] as const);
    for (const [name, octets] of [...files, ...modules, [STORE_FILE, this.eeprom] as const]) {
      this.#host.write(`${name} ${octets.length}\n`);
      this.#host.write(octets);
    }
    this.#host.write("\n");
    this.#reachedNs = this.nowNs();
    this.#wakeNs = this.#reachedNs;
    this.#hasEnded = false;
    this.#pins = new ModulePins(this);
    this.#radio.connect(this.#pins);
  }

  powerOff(): void {
    if (this.#host === undefined) return;
    this.close();
    this.#storeCut.cancel();
    this.#radio.disconnect();
  }

  cutPowerAtStoreWrite(count: number, phase: CutPhase): void {
    this.#storeCut.plan(count, phase);
  }

  attachRadio(chip: RadioChip, pins: RadioPins): void {
    this.#radio.attach(chip, pins);
  }

  report(message: string): void {
    this.#findings.add({ atNs: this.nowNs(), message });
  }

  onConsole(listener: (octet: number) => void): void {
    this.#console.onOctet(listener);
  }

  /** No program for the module reads it. */
  consoleInput(_octets: Uint8Array): void {}

  /** The most heap that the program held at once since the first power-up, in octets. */
  get heapPeakBytes(): number {
    return this.#heapPeakBytes;
  }

  /** What the modules of the Lua Flash Store would take of the heap if they were not in the flash, in octets. */
  get codeBytes(): number {
    return this.#codeBytes;
  }

  /**
   * The octets of a variable by the name that the bundle gives it: "lorawan/session.ts:appSKey". Throws where the
   * power is off, where there is no such variable, and where it is not an array of octets.
   */
  readVariable(name: string): Uint8Array {
    if (this.#host === undefined) throw new Error(`${name} cannot be read: the board has no power`);
    this.#host.write(`? ${Buffer.from(name).toString("hex")}\n`);
    const [word, hex] = this.#host.readLine().split(" ");
    if (word !== "value") throw new Error(`${name} cannot be read: ${fromHex(hex).toString()}`);
    return new Uint8Array(fromHex(hex));
  }

  /** Of the process; undefined while the power is off. */
  get processId(): number | undefined {
    return this.#host?.pid;
  }

  /** Ends the process. The machine can be powered on again. */
  close(): void {
    this.#host?.kill();
    this.#host = undefined;
  }

  /** Lets the program run to the end of the slice, or to where it waits for something later. */
  #run(): void {
    this.#answer(0);
    for (let host = this.#host; host !== undefined; host = this.#host) {
      if (this.#hear(host.readLine())) return;
    }
  }

  /** A slice, or the answer to a request: how far the program may run, and what its pins did. */
  #answer(value: number): void {
    const edges = this.#pins.takeEdges().map(({ pin, level, atNs }) => ` ${pin} ${level ? 1 : 0} ${atNs}`);
    this.#host?.write(`${this.nowNs()} ${this.#slice.endNs} ${value} ${edges.length}${edges.join("")}\n`);
  }

  /** Does what a line of the host says (host/rig.c); true where that was its last for this slice. */
  #hear(line: string): boolean {
    const [word, now, first, second] = line.split(" ");
    this.#reachedNs = Number(now);
    switch (word) {
      case "slice":
        this.#wakeNs = this.#reachedNs;
        this.#measureHeap(first);
        return true;
      case "idle":
        this.#wakeNs = Number(first) < 0 ? Number.POSITIVE_INFINITY : Number(first);
        this.#measureHeap(second);
        return true;
      case "restart":
        this.#measureHeap(first);
        // The radio keeps its power, and what it is set to.
        this.close();
        this.powerOn();
        return true;
      case "end":
        this.#hasEnded = true;
        this.#measureHeap(first);
        this.#options.onEnd?.(fromHex(second).toString());
        return true;
      case "spi":
        this.#answer(this.#radio.exchange(Number(first)));
        return false;
      case "pin":
        this.#pins.set(Number(first), Number(second));
        this.#answer(0);
        return false;
      case "store":
        this.#writeStore(Number(first), Number(second));
        this.#answer(0);
        return false;
      case "code":
        this.#codeBytes = Number(first);
        return false;
      case "console":
        for (const octet of fromHex(first)) this.#console.transmit(octet);
        return false;
      case "finding":
        this.report(fromHex(first).toString());
        return false;
      default:
        throw new Error(`the Lua host says "${word}", which means nothing here`); // the rest may be a key
    }
  }

  #measureHeap(peak: string): void {
    this.#heapPeakBytes = Math.max(this.#heapPeakBytes, Number(peak));
  }

  /** Programs an octet, or cuts the power before, during or after that. */
  #writeStore(address: number, value: number): void {
    const phase = this.#storeCut.beginWrite();
    if (phase === undefined || phase === "after") this.eeprom[address] = value;
    else if (phase === "during") this.eeprom[address] = ERASED;
    if (phase !== undefined) this.powerOff();
  }
}

function fromHex(hex: string): Buffer {
  return Buffer.from(hex, "hex");
}
