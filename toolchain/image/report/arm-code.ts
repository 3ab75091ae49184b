/**
 * How deep the machine code of a Cortex-M0+ program lets the stack grow: each routine is walked along all its ways,
 * with what its instructions have put on the stack. Encodings are those of the "ARMv6-M Architecture Reference
 * Manual", chapter A5.
 *
 * What is not understood is a doubt, never a guess.
 */
import type { ElfFile, ElfSection } from "../elf-file.ts";
import { VECTORS } from "./arm-layout.ts";
import type { Call, Doubt, MachineCode, PointerCall, ReturnPlace, Routine } from "./routine.ts";

const LR = 14;
const SP = 13;
const PC = 15;
/** Registers that a call may change (AAPCS, 6.1.1): r0 to r3, r12, lr. */
const CALL_CLOBBERED = 0x500f;
/** Eight registers, and four octets where the stack is not aligned to eight (B1.5.6). */
const INTERRUPT_BYTES = 36;

/**
 * libgcc's way into a `switch`: the offsets of its cases stand behind the call, counted in `scale` octets from there.
 */
const CASES = /^__gnu_thumb1_case_(sqi|uqi|shi|uhi|si)$/;
/** Those helpers push two registers at most, and do not return to where they were called. */
const CASES_ROUTINE: Routine = {
  ownBytes: 8,
  calls: [],
  pointerCalls: [],
  enablesInterrupts: false,
  doubts: [],
  returnPlace: () => undefined,
};

/**
 * Functions that call the boot ROM of an RP2040 through pointers, and nothing else so (boards/processors/rp2040/rom.c).
 * What that takes of the stack: its source goes four calls deep, each with eight registers and a return address at
 * most.
 */
const ROM_CALLER = /^rom_/;
const ROM_BYTES = 4 * 36;

/** What is known at an instruction. */
interface State {
  /** The words on the stack since the entry, the last pushed last: whether it is the return address. */
  readonly stack: readonly boolean[];
  /** Registers that hold the return address, a bit each. */
  readonly returns: number;
}

interface Program {
  halfword(address: number): number;
  isCode(address: number): boolean;
  /** The end of the data at an address. */
  dataEnd(address: number): number;
  /** The name of the routine that begins at an address. */
  entryName(address: number): string | undefined;
}

/** The code is what the section .text holds, in the flash or copied from there into the RAM. */
export function armCode(elf: ElfFile): MachineCode {
  const { octets: memory, address: start } = textOf(elf);
  const program = programOf(elf, memory, start);
  const vectors = elf.symbols.find(({ name }) => name === VECTORS);
  const entries = Array.from({ length: (vectors?.size ?? 0) / 4 }, (_, index) =>
    memory.readUInt32LE(vectors!.address - start + 4 * index),
  );
  const [, reset = elf.entry, ...handlers] = entries.map((entry) => entry & ~1);
  const found = new Map<number, Routine>();
  return {
    interruptBytes: INTERRUPT_BYTES,
    reset: reset & ~1,
    handlers: [...new Set(handlers.filter((handler) => handler !== 0))],
    routine: (address) => {
      const name = program.entryName(address) ?? "";
      const known = found.get(address) ?? routineAt(program, address, name);
      found.set(address, known);
      return known;
    },
  };
}

function routineAt(program: Program, address: number, name: string): Routine {
  if (CASES.test(name)) return CASES_ROUTINE;
  const routine = new Walk(program, address).routine();
  if (!ROM_CALLER.test(name)) return routine;
  const deepestCall = Math.max(0, ...routine.pointerCalls.map(({ depth }) => depth));
  return { ...routine, ownBytes: Math.max(routine.ownBytes, deepestCall + ROM_BYTES), pointerCalls: [] };
}

function textOf({ sections }: ElfFile): Pick<ElfSection, "octets" | "address"> {
  return sections.get(".text") ?? { octets: Buffer.alloc(0), address: 0 };
}

/** Marks of code and data are the symbols $t and $d ("ELF for the Arm Architecture", 5.5.5). */
function programOf(elf: ElfFile, memory: Buffer, start: number): Program {
  const marks = elf.symbols
    .filter(({ name }) => /^\$[td](\.|$)/.test(name))
    .map(({ name, address }) => ({ address, isCode: name.startsWith("$t") }))
    .sort((a, b) => a.address - b.address);
  const names = new Map(
    elf.symbols
      .filter(({ kind, name }) => kind === "function" || CASES.test(name))
      .map(({ address, name }) => [address, name]),
  );
  const end = start + memory.length;
  return {
    halfword: (address) => memory.readUInt16LE(address - start),
    isCode: (address) =>
      address >= start &&
      address + 2 <= end &&
      (marks.findLast((mark) => mark.address <= address)?.isCode ?? false),
    dataEnd: (address) => marks.find((mark) => mark.isCode && mark.address > address)?.address ?? end,
    entryName: (address) => names.get(address),
  };
}

/** Steps of a walk at most at one instruction: where the stack grows on each of them, it grows in a loop. */
const MOST_VISITS = 64;

class Walk {
  readonly #program: Program;
  readonly #entry: number;
  readonly #calls: Call[] = [];
  readonly #pointerCalls: PointerCall[] = [];
  readonly #doubts = new Map<number, Doubt>();
  readonly #pending: { readonly at: number; readonly state: State }[] = [];
  readonly #visits = new Map<number, Set<string>>();
  /** Undefined where they differ by the way that leads there. */
  readonly #returnPlaces = new Map<number, ReturnPlace | undefined>();
  #deepest = 0;

  constructor(program: Program, entry: number) {
    this.#program = program;
    this.#entry = entry;
  }

  /** Interrupts of one priority do not interrupt each other, and the boards give them none. */
  routine(): Routine {
    this.#pending.push({ at: this.#entry, state: { stack: [], returns: 1 << LR } });
    for (let next = this.#pending.pop(); next !== undefined; next = this.#pending.pop()) {
      this.#walkFrom(next.at, next.state);
    }
    return {
      ownBytes: this.#deepest,
      calls: this.#calls,
      pointerCalls: this.#pointerCalls,
      enablesInterrupts: false,
      doubts: [...this.#doubts.values()],
      returnPlace: (at) => this.#returnPlaces.get(at),
    };
  }

  #doubt(at: number, reason: string): undefined {
    this.#doubts.set(at, { at, reason });
    return undefined;
  }

  /** Follows the instructions until the way ends, or joins one that was walked in the same state. */
  #walkFrom(from: number, begin: State): void {
    let at = from;
    for (let state: State | undefined = begin; state !== undefined; ) {
      if (!this.#program.isCode(at)) return; // behind a call that does not return
      if (at !== from && this.#program.entryName(at) !== undefined) {
        this.#noteCall(at, at, state);
        return;
      }
      const key = `${state.stack.map(Number).join("")} ${state.returns}`;
      const seen = this.#visits.get(at) ?? new Set();
      if (seen.has(key)) return;
      if (seen.size >= MOST_VISITS) {
        this.#doubt(at, "grows the stack in a loop");
        return;
      }
      const place = returnPlaceIn(state);
      this.#returnPlaces.set(
        at,
        seen.size === 0 || isEqual(this.#returnPlaces.get(at), place) ? place : undefined,
      );
      this.#visits.set(at, seen.add(key));
      const step = this.#step(at, state);
      at = step.next;
      state = step.state;
      if (state !== undefined) this.#deepest = Math.max(this.#deepest, 4 * state.stack.length);
    }
  }

  #noteCall(at: number, target: number, { stack }: State): void {
    const known = this.#calls.find((call) => call.at === at && call.target === target);
    if (known === undefined) this.#calls.push({ at, target, depth: 4 * stack.length });
    else if (known.depth < 4 * stack.length) {
      this.#calls[this.#calls.indexOf(known)] = { ...known, depth: 4 * stack.length };
    }
  }

  #branch(at: number, target: number, state: State): void {
    if (target !== this.#entry && this.#program.entryName(target) !== undefined)
      this.#noteCall(at, target, state);
    else this.#pending.push({ at: target, state });
  }

  /** What an instruction does; no state where the way ends. */
  #step(at: number, state: State): { next: number; state: State | undefined } {
    const code = this.#program.halfword(at);
    const ends = { next: at + 2, state: undefined };
    const goesOn = (change: Partial<State> = {}, octets = 2) => ({
      next: at + octets,
      state: { ...state, ...change },
    });
    const { stack, returns } = state;

    if (isBetween(code, 0xb400, 0xb5ff)) {
      const pushed = registersOf(code, LR)
        .reverse()
        .map((register) => (returns & (1 << register)) !== 0);
      return goesOn({ stack: [...stack, ...pushed] });
    }
    if (isBetween(code, 0xbc00, 0xbdff)) return this.#pop(at, code, state);
    if (isBetween(code, 0xb000, 0xb07f)) return this.#release(at, code & 0x7f, state);
    if (isBetween(code, 0xb080, 0xb0ff)) {
      return goesOn({ stack: [...stack, ...Array.from({ length: code & 0x7f }, () => false)] });
    }
    if (isBetween(code, 0xd000, 0xddff)) {
      this.#branch(at, at + 4 + signed(code, 8) * 2, state);
      return goesOn();
    }
    if (isBetween(code, 0xde00, 0xdeff)) return ends; // UDF
    if (isBetween(code, 0xe000, 0xe7ff)) {
      this.#branch(at, at + 4 + signed(code, 11) * 2, state);
      return ends;
    }
    if (isBetween(code, 0xf000, 0xf7ff)) return this.#wide(at, code, state);
    if ((code & 0xff87) === 0x4700) {
      const isReturn = (returns & (1 << ((code >> 3) & 15))) !== 0;
      if (!isReturn) this.#doubt(at, "goes on where a register says, and what that holds is not known");
      return ends;
    }
    if ((code & 0xff87) === 0x4780) {
      this.#pointerCalls.push({ at, depth: 4 * stack.length });
      return goesOn({ returns: returns & ~CALL_CLOBBERED });
    }
    if (isBetween(code, 0x4400, 0x46ff)) return this.#highRegisters(at, code, state);
    // LDR to a low register: of a constant, of a register's memory, of the stack.
    if (isBetween(code, 0x4800, 0x4fff)) return goesOn({ returns: returns & ~(1 << ((code >> 8) & 7)) });
    if (isBetween(code, 0x6800, 0x6fff)) return goesOn({ returns: returns & ~(1 << (code & 7)) });
    return goesOn();
  }

  #pop(at: number, code: number, state: State) {
    const stack = [...state.stack];
    let { returns } = state;
    for (const register of registersOf(code, PC)) {
      const isReturn = stack.pop();
      if (isReturn === undefined) {
        this.#doubt(at, "takes more from the stack than it has put there");
        return { next: at, state: undefined };
      }
      if (register === PC) {
        if (!isReturn) this.#doubt(at, "goes on where the stack says, and what that holds is not known");
        return { next: at, state: undefined };
      }
      returns = isReturn ? returns | (1 << register) : returns & ~(1 << register);
    }
    return { next: at + 2, state: { stack, returns } };
  }

  #release(at: number, words: number, state: State) {
    if (words <= state.stack.length) {
      return { next: at + 2, state: { ...state, stack: state.stack.slice(0, state.stack.length - words) } };
    }
    return { next: at, state: this.#doubt(at, "takes more from the stack than it has put there") };
  }

  /** ADD, CMP and MOV of any registers. */
  #highRegisters(at: number, code: number, state: State) {
    const target = ((code >> 4) & 8) | (code & 7);
    const source = (code >> 3) & 15;
    const operation = (code >> 8) & 3;
    const isComparison = operation === 1;
    if (isComparison) return { next: at + 2, state };
    if (target === SP)
      return { next: at, state: this.#doubt(at, "moves the stack by what a register holds") };
    if (target === PC) {
      return {
        next: at,
        state: this.#doubt(at, "goes on where a register says, and what that holds is not known"),
      };
    }
    const isCopy = operation === 2 && (state.returns & (1 << source)) !== 0;
    const others = state.returns & ~(1 << target);
    return { next: at + 2, state: { ...state, returns: isCopy ? others | (1 << target) : others } };
  }

  /** Instructions of 32 bits: BL, and those that do nothing to the stack. */
  #wide(at: number, code: number, state: State): { next: number; state: State | undefined } {
    const second = this.#program.halfword(at + 2);
    const behind = at + 4;
    if ((second & 0xd000) !== 0xd000) return { next: behind, state };
    const sign = (code >> 10) & 1;
    const [i1, i2] = [13, 11].map((bit) => 1 ^ ((second >> bit) & 1) ^ sign);
    const offset =
      (sign === 1 ? -(1 << 24) : 0) +
      (i1 << 23) +
      (i2 << 22) +
      ((code & 0x3ff) << 12) +
      ((second & 0x7ff) << 1);
    const target = behind + offset;
    const name = this.#program.entryName(target);
    if (name === undefined) {
      // A jump that is too far for B: lr was saved.
      this.#pending.push({ at: target, state: { ...state, returns: state.returns & ~(1 << LR) } });
      return { next: behind, state: undefined };
    }
    const after = { ...state, returns: state.returns & ~CALL_CLOBBERED };
    this.#noteCall(at, target, state);
    const cases = CASES.exec(name)?.[1];
    if (cases === undefined) return { next: behind, state: after };
    for (const at of this.#caseTargets(behind, cases)) this.#pending.push({ at, state: after });
    return { next: behind, state: undefined };
  }

  /** The places that the table behind the call of a helper leads to. */
  #caseTargets(table: number, kind: string): number[] {
    const word = (at: number) => this.#program.halfword(at) | (this.#program.halfword(at + 2) << 16);
    const octet = (at: number) => (this.#program.halfword(at & ~1) >> (8 * (at & 1))) & 0xff;
    const readers: Readonly<Record<string, readonly [width: number, read: (at: number) => number]>> = {
      uqi: [1, (at) => 2 * octet(at)],
      sqi: [1, (at) => 2 * signed(octet(at), 8)],
      uhi: [2, (at) => 2 * this.#program.halfword(at)],
      shi: [2, (at) => 2 * signed(this.#program.halfword(at), 16)],
      si: [4, word],
    };
    const [width, read] = readers[kind];
    const begin = kind === "si" ? (table + 2) & ~3 : table;
    const targets = new Set<number>();
    for (let at = begin; at + width <= this.#program.dataEnd(table); at += width)
      targets.add(begin + read(at));
    // An octet of padding is no case, and leads into the table.
    return [...targets].filter((target) => this.#program.isCode(target));
  }
}

function returnPlaceIn({ stack, returns }: State): ReturnPlace | undefined {
  const frameBytes = 4 * stack.length;
  const register = Array.from({ length: 16 }, (_, number) => number).find(
    (number) => (returns >> number) & 1,
  );
  if (register !== undefined) return { register, offset: 0, frameBytes };
  const index = stack.lastIndexOf(true);
  return index < 0 ? undefined : { offset: 4 * (stack.length - 1 - index), frameBytes };
}

function isEqual(a: ReturnPlace | undefined, b: ReturnPlace | undefined): boolean {
  return a?.register === b?.register && a?.offset === b?.offset && a?.frameBytes === b?.frameBytes;
}

function isBetween(code: number, first: number, last: number): boolean {
  return code >= first && code <= last;
}

/** The registers of a PUSH or POP, from the lowest; bit 8 stands for `ninth`. */
function registersOf(code: number, ninth: number): number[] {
  return [0, 1, 2, 3, 4, 5, 6, 7, ninth].filter((_, bit) => (code >> bit) & 1);
}

/** The low bits of a value as a number with a sign. */
function signed(value: number, bits: number): number {
  return (value << (32 - bits)) >> (32 - bits);
}
