/** A machine that runs a program, with everything it reports. */
import { VirtualClock } from "../../../../hil/clock/index.ts";
import type { Finding, ProcessorMachine } from "../../../../hil/emulator/index.ts";

export interface BenchOptions {
  readonly clock: VirtualClock;
  readonly onFinding: (finding: Finding) => void;
}

/** Where a program has its variables. */
export type Symbols = ReadonlyMap<string, { readonly address: number; readonly size: number }>;

export class MachineBench<M extends ProcessorMachine = ProcessorMachine> {
  readonly clock = new VirtualClock();
  readonly findings: Finding[] = [];
  readonly machine: M;
  readonly #symbols: Symbols;
  #console = "";

  constructor(program: { readonly symbols: Symbols }, boot: (options: BenchOptions) => M) {
    this.#symbols = program.symbols;
    this.machine = boot({ clock: this.clock, onFinding: (finding) => this.findings.push(finding) });
    this.machine.onConsole((octet) => {
      this.#console += String.fromCharCode(octet);
    });
  }

  get console(): string {
    return this.#console;
  }

  get messages(): string[] {
    return this.findings.map((finding) => finding.message);
  }

  /** Runs to an instant, as lockstep would: in slices that end at the actions of the clock. */
  runTo(untilNs: number): void {
    while (this.clock.nowNs() < untilNs) {
      const sliceNs = Math.min(untilNs, this.clock.nextNs);
      this.clock.advanceTo(this.machine.runUntil(sliceNs));
    }
  }

  /** Runs until the program has set its variable `done` to 1. Throws after `limitNs`. */
  runUntilDone(limitNs = 10e9): void {
    while (this.u8("done") !== 1) {
      if (this.clock.nowNs() > limitNs) {
        throw new Error(`the program is not done after ${limitNs} ns; findings: ${this.messages.join("; ")}`);
      }
      this.runTo(this.clock.nowNs() + 100_000);
    }
  }

  u8(variable: string, index = 0): number {
    return this.octets(variable)[index];
  }

  u16(variable: string, index = 0): number {
    return Buffer.from(this.octets(variable)).readUInt16LE(2 * index);
  }

  u32(variable: string, index = 0): number {
    return Buffer.from(this.octets(variable)).readUInt32LE(4 * index);
  }

  octets(variable: string): Uint8Array {
    const symbol = this.#symbols.get(variable);
    if (symbol === undefined) throw new Error(`the program has no variable ${variable}`);
    return this.machine.readRam(symbol.address, symbol.size);
  }
}
