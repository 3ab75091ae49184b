/**
 * How deep the machine code of an AVR program lets the stack grow: each routine is walked along all its ways,
 * with the stack pointer as a distance from its value at the entry.
 *
 * avr-gcc makes room on the stack by PUSH, by RCALL to the next instruction, and by arithmetic on a copy of the
 * stack pointer in a pair of registers; all three are followed. What is not understood is a doubt, never a guess.
 */
import type { ElfFile, ElfFileSymbol } from "../elf-file.ts";
import { decode, type Operation } from "./avr-instructions.ts";
import {
  addWord,
  agree,
  copyOf,
  forgetCalled,
  type State,
  stateAtEntry,
  subtract,
  type Value,
} from "./avr-registers.ts";
import type { Call, Doubt, MachineCode, PointerCall, Routine } from "./routine.ts";

const Z = 30;

/** Where the processor starts. */
const RESET = 0;

/** EF_AVR_MACH: architectures whose program counter has 22 bits. */
const WIDE_PROGRAM_COUNTER = [6, 106, 107];

/** Fragments of libgcc that functions jump into: they are part of whoever does. */
const FRAGMENTS = ["__prologue_saves__", "__epilogue_restores__"];
/** libgcc's end of a `switch` by table: goes to one of the places that the function's table lists. */
const TABLE_JUMPS = ["__tablejump2__", "__tablejump__", "__tablejump_elpm__"];
/**
 * Where an interrupt without a handler leads: to `__vector_default`, which starts the program anew unless it is
 * written.
 */
const NO_HANDLER = "__bad_interrupt";

/** `flash`: the contents from address 0. */
export function avrCode(elf: ElfFile, flash: Uint8Array): MachineCode {
  const memory = Buffer.from(flash.buffer, flash.byteOffset, flash.byteLength);
  const addressBytes = WIDE_PROGRAM_COUNTER.includes(elf.flags & 0x7f) ? 3 : 2;
  const named = (name: string) => elf.symbols.find((symbol) => symbol.name === name)?.address;
  const functions = elf.symbols.filter(
    ({ kind, size, name, address }) =>
      (kind === "function" || (kind === "label" && size > 0)) &&
      address !== RESET &&
      !FRAGMENTS.includes(name) &&
      !TABLE_JUMPS.includes(name),
  );
  const found = new Map<number, AvrRoutine>();
  const program: Program = {
    routine: (address) => {
      const known = found.get(address);
      if (known !== undefined) return known;
      found.set(address, UNDER_WAY);
      const routine = new Walk(program, address).routine();
      found.set(address, routine);
      return routine;
    },
    memory,
    addressBytes,
    entries: new Set(functions.map(({ address }) => address)),
    bodies: functions.filter(({ size }) => size > 0),
    tableJumps: new Set(TABLE_JUMPS.flatMap((name) => named(name) ?? [])),
  };
  const handlers = elf.symbols
    .filter(
      ({ name, address }) =>
        /^__vector_(\d+|default)$/.test(name) && ![RESET, named(NO_HANDLER)].includes(address),
    )
    .map(({ address }) => address);
  return {
    interruptBytes: addressBytes,
    reset: RESET,
    handlers: [...new Set(handlers)].sort((a, b) => a - b),
    routine: program.routine,
  };
}

interface AvrRoutine extends Routine {
  /** Whether a way leads back to the caller. */
  readonly returns: boolean;
}

/** Stands for a routine that calls itself, by others or not, while it is looked at. */
const UNDER_WAY: AvrRoutine = {
  ownBytes: 0,
  calls: [],
  pointerCalls: [],
  enablesInterrupts: false,
  doubts: [],
  returnPlace: () => undefined,
  returns: true,
};

interface Program {
  routine(address: number): AvrRoutine;
  readonly memory: Buffer;
  readonly addressBytes: number;
  /** Where functions begin. */
  readonly entries: ReadonlySet<number>;
  readonly bodies: readonly ElfFileSymbol[];
  readonly tableJumps: ReadonlySet<number>;
}

/** One pass over all ways through a routine. */
class Walk {
  readonly #program: Program;
  readonly #entry: number;
  readonly #depths = new Map<number, number>();
  readonly #states = new Map<number, State>();
  readonly #queue: number[] = [];
  /** Jumps by table, whose targets are looked for when nothing else is left to walk. */
  readonly #tableJumps: { readonly at: number; readonly state: State }[] = [];
  readonly #calls = new Map<string, Call>();
  readonly #pointerCalls = new Map<number, PointerCall>();
  readonly #doubts = new Map<number, Doubt>();
  #ownBytes = 0;
  #enablesInterrupts = false;
  #returns = false;

  constructor(program: Program, entry: number) {
    this.#program = program;
    this.#entry = entry;
  }

  routine(): AvrRoutine {
    this.#reach(this.#entry, stateAtEntry());
    do {
      for (let at = this.#queue.pop(); at !== undefined; at = this.#queue.pop()) this.#step(at);
    } while (this.#takeTableJump());
    return {
      ownBytes: this.#ownBytes,
      calls: [...this.#calls.values()].sort((a, b) => a.at - b.at),
      pointerCalls: [...this.#pointerCalls.values()].sort((a, b) => a.at - b.at),
      enablesInterrupts: this.#enablesInterrupts,
      doubts: [...this.#doubts.values()].sort((a, b) => a.at - b.at),
      returnPlace: (at) => {
        const depth = this.#depths.get(at);
        return depth === undefined
          ? undefined
          : { offset: depth, frameBytes: depth + this.#program.addressBytes };
      },
      returns: this.#returns || this.#doubts.size > 0,
    };
  }

  /** Puts an address on the way; where it is known already, what is known of it shrinks to what both ways agree on. */
  #reach(at: number, state: State): void {
    const known = this.#states.get(at);
    if (known === undefined) {
      this.#depths.set(at, state.depth);
      this.#states.set(at, copyOf(state));
      this.#queue.push(at);
      return;
    }
    if (known.depth !== state.depth) {
      this.#doubt(at, "the depth of the stack differs by the way that leads here");
      return;
    }
    if (agree(known, state)) this.#queue.push(at);
  }

  #step(at: number): void {
    const state = copyOf(this.#states.get(at)!);
    const { length, operation } = decode(this.#program.memory, at);
    const next = at + length;
    if (this.#goesOn(at, next, state, operation)) this.#fallThrough(at, next, state);
  }

  /** Does what the instruction does; whether the next one follows. */
  #goesOn(at: number, next: number, state: State, operation: Operation): boolean {
    switch (operation.kind) {
      case "jump":
        this.#jump(at, operation.target, state);
        return false;
      case "branch":
        this.#jump(at, operation.target, state);
        return true;
      case "skip":
        this.#reach(next + decode(this.#program.memory, next).length, state);
        return true;
      case "call":
        if (operation.target !== next) return this.#call(at, operation.target, state);
        this.#deepen(state, this.#program.addressBytes);
        return true;
      case "callIndirect": {
        const depth = state.depth + this.#program.addressBytes;
        this.#pointerCalls.set(at, { at, depth });
        this.#deepest(depth);
        forgetCalled(state);
        return true;
      }
      case "jumpIndirect":
        this.#jumpIndirect(at, state);
        return false;
      case "return":
        this.#returns = true;
        if (state.depth !== 0) this.#doubt(at, `returns with ${state.depth} octets on the stack`);
        return false;
      case "enableInterrupts":
        this.#enablesInterrupts = true;
        return true;
      case "invalid":
        this.#doubt(at, "not an instruction");
        return false;
      default:
        this.#change(at, state, operation);
        return true;
    }
  }

  /** The next instruction; where another function begins, as with aliases in libraries, that one's. */
  #fallThrough(at: number, next: number, state: State): void {
    if (this.#program.entries.has(next) && next !== this.#entry) this.#goOverTo(at, next, state);
    else this.#reach(next, state);
  }

  #jump(at: number, target: number, state: State): void {
    if (target === RESET) return; // a restart: the stack begins anew
    if (this.#program.tableJumps.has(target)) this.#tableJumps.push({ at, state });
    else this.#fallThrough(at, target, state);
  }

  /** Another function takes over, and returns in this one's place. */
  #goOverTo(at: number, target: number, state: State): void {
    this.#calls.set(`${at} ${target}`, { at, target, depth: state.depth });
    if (this.#program.routine(target).returns) {
      this.#returns = true;
      if (state.depth !== 0) this.#doubt(at, `leaves with ${state.depth} octets on the stack`);
    }
  }

  /** Whether the callee returns. */
  #call(at: number, target: number, state: State): boolean {
    const depth = state.depth + this.#program.addressBytes;
    this.#calls.set(`${at} ${target}`, { at, target, depth });
    this.#deepest(depth);
    forgetCalled(state);
    return this.#program.routine(target).returns;
  }

  /** IJMP: to a constant, as out of libgcc's fragments, or unknown. */
  #jumpIndirect(at: number, state: State): void {
    const [low, high] = [state.registers[Z], state.registers[Z + 1]];
    if (low?.kind === "constant" && high?.kind === "constant") {
      this.#jump(at, (low.value | (high.value << 8)) * 2, state);
    } else {
      this.#doubt(at, "jumps to an address that is not known");
    }
  }

  /**
   * A `switch` by table leads to places in its function that nothing else leads to, and to such that are known:
   * the first address not walked yet is one of them, because the compiler leaves nothing that is not reached.
   */
  #takeTableJump(): boolean {
    for (const { at, state } of this.#tableJumps) {
      const body = this.#program.bodies.find(({ address, size }) => at >= address && at < address + size);
      if (body === undefined) {
        this.#doubt(at, "jumps by a table outside a function");
        continue;
      }
      for (let next = body.address; next < body.address + body.size; ) {
        if (!this.#states.has(next)) {
          this.#reach(next, state);
          return true;
        }
        next += decode(this.#program.memory, next).length;
      }
    }
    return false;
  }

  #change(at: number, state: State, operation: Operation): void {
    const { registers, carried } = state;
    // A pair is taken apart by neighbouring instructions, but for loads and moves between them.
    if (operation.kind !== "load" && operation.kind !== "move") state.carried = undefined;
    switch (operation.kind) {
      case "push":
        this.#deepen(state, 1);
        break;
      case "pop":
        registers[operation.register] = undefined;
        this.#deepen(state, -1);
        break;
      case "readStack":
        registers[operation.register] = { kind: operation.part, depth: state.depth };
        break;
      case "writeStack":
        this.#writeStack(at, state, operation.part, registers[operation.register]);
        break;
      case "load":
        registers[operation.register] = { kind: "constant", value: operation.value };
        break;
      case "move":
        for (let i = 0; i < operation.count; i++) {
          registers[operation.to + i] = registers[operation.from + i];
        }
        break;
      case "addWord":
        addWord(registers, operation.register, operation.value);
        break;
      case "subtract":
        subtract(state, operation.register, operation.value, operation.withCarry ? carried : "none");
        break;
      case "combine": {
        const by = registers[operation.by];
        if (by?.kind === "constant") {
          const value = operation.adds ? -by.value : by.value;
          subtract(state, operation.register, value, operation.withCarry ? carried : "none");
        } else {
          registers[operation.register] = undefined;
        }
        break;
      }
      case "other":
        for (const register of operation.changes) registers[register] = undefined;
    }
  }

  #writeStack(at: number, state: State, part: "low" | "high", value: Value | undefined): void {
    if (value?.kind === "constant" && this.#entry === RESET) {
      state.depth = 0; // the start-up code sets the stack pointer to the end of the RAM
      return;
    }
    if (value?.kind !== part) {
      this.#doubt(at, "sets the stack pointer to something that is not known");
    } else if (state.halfWritten === undefined) {
      state.halfWritten = value.depth;
    } else if (state.halfWritten !== value.depth) {
      this.#doubt(at, "sets the halves of the stack pointer to different places");
    } else {
      state.halfWritten = undefined;
      this.#deepen(state, value.depth - state.depth);
    }
  }

  #deepen(state: State, bytes: number): void {
    state.depth += bytes;
    this.#deepest(state.depth);
  }

  #deepest(depth: number): void {
    this.#ownBytes = Math.max(this.#ownBytes, depth);
  }

  #doubt(at: number, reason: string): void {
    if (!this.#doubts.has(at)) this.#doubts.set(at, { at, reason });
  }
}
