/**
 * What is known of the registers of an AVR at a place of its program, as far as copies of the stack pointer need it:
 * constants, and octets of the stack pointer itself.
 */

/** What is known of a register: a constant, or an octet of the entry's stack pointer less `depth`. */
export type Value =
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "low" | "high"; readonly depth: number };

export interface State {
  depth: number;
  readonly registers: (Value | undefined)[];
  /** What the last subtraction or addition of a low octet changed the depth by: the carry's meaning. */
  carried: number | undefined;
  /** The depth that one half of the stack pointer has been written for, until the other is. */
  halfWritten: number | undefined;
}

/** Always zero in code that gcc compiled. */
const ZERO_REGISTER = 1;
const ZERO: Value = { kind: "constant", value: 0 };
/** Registers that a call may change (avr-gcc's ABI): r0, r18 to r27, r30, r31. */
const CALL_CLOBBERED = [0, ...Array.from({ length: 10 }, (_, index) => 18 + index), 30, 31];

/** Where a routine begins: nothing is known of its registers but the one that is always zero. */
export function stateAtEntry(): State {
  const registers: (Value | undefined)[] = new Array(32).fill(undefined);
  registers[ZERO_REGISTER] = ZERO;
  return { depth: 0, registers, carried: undefined, halfWritten: undefined };
}

export function copyOf(state: State): State {
  return { ...state, registers: [...state.registers] };
}

/** Forgets of `known` what another way to its place does not agree on; whether that was anything. */
export function agree(known: State, other: State): boolean {
  let changed = false;
  known.registers.forEach((value, register) => {
    if (value === undefined || same(value, other.registers[register])) return;
    known.registers[register] = undefined;
    changed = true;
  });
  for (const field of ["carried", "halfWritten"] as const) {
    if (known[field] === undefined || known[field] === other[field]) continue;
    known[field] = undefined;
    changed = true;
  }
  return changed;
}

function same(a: Value, b: Value | undefined): boolean {
  if (a.kind === "constant") return b?.kind === "constant" && a.value === b.value;
  return b !== undefined && b.kind !== "constant" && a.kind === b.kind && a.depth === b.depth;
}

/** What a call leaves. */
export function forgetCalled({ registers }: State): void {
  for (const register of CALL_CLOBBERED) registers[register] = undefined;
  registers[ZERO_REGISTER] = ZERO;
}

/** Adds to a pair of registers, which stays a copy of the stack pointer if it was one. */
export function addWord(registers: State["registers"], register: number, value: number): void {
  const [low, high] = [registers[register], registers[register + 1]];
  const known = low?.kind === "low" && high?.kind === "high" && low.depth === high.depth;
  registers[register] = known ? { kind: "low", depth: low.depth - value } : undefined;
  registers[register + 1] = known ? { kind: "high", depth: low.depth - value } : undefined;
}

/**
 * Subtracts a constant from a register. Of a copy of the stack pointer the low octet is taken first, and the high
 * one with its carry: together a number of 16 bits, that may stand for a negative one.
 */
export function subtract(
  state: State,
  register: number,
  value: number,
  carried: number | "none" | undefined,
): void {
  const { registers } = state;
  const before = registers[register];
  registers[register] = undefined;
  if (before?.kind === "low" && carried === "none") {
    registers[register] = { kind: "low", depth: before.depth + value };
    state.carried = value;
  } else if (before?.kind === "high" && typeof carried === "number") {
    const change = ((carried + value * 256) << 16) >> 16;
    const depth = before.depth + change;
    registers[register] = { kind: "high", depth };
    // The low octet is that of the whole.
    const low = registers[register - 1];
    if (low?.kind === "low" && ((low.depth - depth) & 0xff) === 0) {
      registers[register - 1] = { kind: "low", depth };
    }
  }
}
