/**
 * Instructions of AVR processors, as far as the depth of the stack and the way through the program depend on
 * them. "AVR Instruction Set Manual", DS40002198B; the patterns of the opcodes are those of its section 6.
 */

/** What an instruction does to the way on, the stack, or the registers that may hold a copy of the stack pointer. */
export type Operation =
  | { readonly kind: "push" }
  | { readonly kind: "pop"; readonly register: number }
  /** Reads an octet of the stack pointer. */
  | { readonly kind: "readStack"; readonly register: number; readonly part: "low" | "high" }
  | { readonly kind: "writeStack"; readonly register: number; readonly part: "low" | "high" }
  | { readonly kind: "load"; readonly register: number; readonly value: number }
  /** Copies `count` registers. */
  | { readonly kind: "move"; readonly to: number; readonly from: number; readonly count: 1 | 2 }
  /** Adds to a pair of registers; negative for SBIW. */
  | { readonly kind: "addWord"; readonly register: number; readonly value: number }
  | {
      readonly kind: "subtract";
      readonly register: number;
      readonly value: number;
      readonly withCarry: boolean;
    }
  | {
      readonly kind: "combine";
      readonly register: number;
      readonly by: number;
      readonly adds: boolean;
      readonly withCarry: boolean;
    }
  | { readonly kind: "jump"; readonly target: number }
  | { readonly kind: "branch"; readonly target: number }
  /** Leaves the next instruction out, or not. */
  | { readonly kind: "skip" }
  | { readonly kind: "call"; readonly target: number }
  | { readonly kind: "callIndirect" }
  | { readonly kind: "jumpIndirect" }
  | { readonly kind: "return" }
  | { readonly kind: "enableInterrupts" }
  /** Anything else: changes these registers and nothing that matters here besides. */
  | { readonly kind: "other"; readonly changes: readonly number[] }
  | { readonly kind: "invalid" };

export interface Instruction {
  /** Octets. */
  readonly length: 2 | 4;
  readonly operation: Operation;
}

const STACK_POINTER_LOW = 0x3d;
const STACK_POINTER_HIGH = 0x3e;
/** The same registers in the data space. */
const DATA_STACK_POINTER = [0x5d, 0x5e];

const X = 26;
const Y = 28;
const Z = 30;

/** Reads the instruction at an even octet address of the flash. */
export function decode(flash: Buffer, address: number): Instruction {
  if (address < 0 || address + 2 > flash.length) return { length: 2, operation: { kind: "invalid" } };
  const word = flash.readUInt16LE(address);
  const isLong = (word & 0xfe0e) === 0x940c || (word & 0xfe0e) === 0x940e || (word & 0xfc0f) === 0x9000;
  if (isLong && address + 4 > flash.length) return { length: 2, operation: { kind: "invalid" } };
  const second = isLong ? flash.readUInt16LE(address + 2) : 0;
  return { length: isLong ? 4 : 2, operation: operationOf(word, second, address) };
}

function operationOf(word: number, second: number, address: number): Operation {
  switch (word >> 12) {
    case 0x0:
    case 0x1:
    case 0x2:
      return betweenRegisters(word);
    case 0x3: // CPI
      return other();
    case 0x4: // SBCI
      return { kind: "subtract", register: upper(word), value: immediate(word), withCarry: true };
    case 0x5: // SUBI
      return { kind: "subtract", register: upper(word), value: immediate(word), withCarry: false };
    case 0x6: // ORI
    case 0x7: // ANDI
      return other(upper(word));
    case 0x8:
    case 0xa: // LDD, STD
      return (word & 0x0200) === 0 ? other(destination(word)) : other();
    case 0x9:
      return various(word, second);
    case 0xb: // IN, OUT
      return portOperation(word);
    case 0xc: // RJMP
      return { kind: "jump", target: relative(word, address, 12) };
    case 0xd: // RCALL
      return { kind: "call", target: relative(word, address, 12) };
    case 0xe: // LDI
      return { kind: "load", register: upper(word), value: immediate(word) };
    default:
      return branchOrBit(word, address);
  }
}

/** 0x0000 to 0x2fff: arithmetic and moves between registers. */
function betweenRegisters(word: number): Operation {
  const [register, by] = [destination(word), source(word)];
  switch (word >> 10) {
    case 0x0: {
      if (word === 0) return other(); // NOP
      if (word >> 8 === 1) {
        return { kind: "move", to: ((word >> 4) & 0xf) * 2, from: (word & 0xf) * 2, count: 2 }; // MOVW
      }
      return word >> 8 === 0 ? { kind: "invalid" } : other(0, 1); // MULS, MULSU, FMUL
    }
    case 0x1: // CPC
    case 0x5: // CP
      return other();
    case 0x2: // SBC
      return { kind: "combine", register, by, adds: false, withCarry: true };
    case 0x3: // ADD
      return { kind: "combine", register, by, adds: true, withCarry: false };
    case 0x4: // CPSE
      return { kind: "skip" };
    case 0x6: // SUB
      return { kind: "combine", register, by, adds: false, withCarry: false };
    case 0x7: // ADC
      return { kind: "combine", register, by, adds: true, withCarry: true };
    case 0xb: // MOV
      return { kind: "move", to: register, from: by, count: 1 };
    case 0x9: // EOR: with itself it clears
      return register === by ? { kind: "load", register, value: 0 } : other(register);
    default: // AND, OR
      return other(register);
  }
}

/** 0x9000 to 0x9fff. */
function various(word: number, second: number): Operation {
  if (word < 0x9200) return loadOperation(word, second);
  if (word < 0x9400) return storeOperation(word, second);
  if (word < 0x9600) return oneOperand(word, second);
  if (word < 0x9800) {
    const value = (word & 0xf) | ((word >> 2) & 0x30);
    const register = 24 + ((word >> 4) & 3) * 2;
    return { kind: "addWord", register, value: word < 0x9700 ? value : -value }; // ADIW, SBIW
  }
  if (word >= 0x9c00) return other(0, 1); // MUL
  return (word & 0x0100) !== 0 ? { kind: "skip" } : other(); // SBIC, SBIS; CBI, SBI
}

/** LDS, LD with change of the pointer, LPM, ELPM, POP. */
function loadOperation(word: number, second: number): Operation {
  const register = destination(word);
  const mode = word & 0xf;
  if (mode === 0xf) return { kind: "pop", register };
  if (mode === 0x0 && DATA_STACK_POINTER.includes(second)) {
    return { kind: "readStack", register, part: second === DATA_STACK_POINTER[0] ? "low" : "high" };
  }
  return other(register, ...changedPointer(mode));
}

/** STS, ST with change of the pointer, PUSH. */
function storeOperation(word: number, second: number): Operation {
  const mode = word & 0xf;
  if (mode === 0xf) return { kind: "push" };
  if (mode === 0x0 && DATA_STACK_POINTER.includes(second)) {
    const part = second === DATA_STACK_POINTER[0] ? "low" : "high";
    return { kind: "writeStack", register: destination(word), part };
  }
  // XCH, LAS, LAC, LAT (modes 4 to 7) change their register; stores do not.
  return mode >= 4 && mode <= 7 ? other(destination(word)) : other(...changedPointer(mode));
}

/** The pointer that LD, ST, LPM with increment or decrement changes. */
function changedPointer(mode: number): number[] {
  switch (mode) {
    case 0x1:
    case 0x2:
    case 0x5:
    case 0x7:
      return [Z, Z + 1];
    case 0x9:
    case 0xa:
      return [Y, Y + 1];
    case 0xd:
    case 0xe:
      return [X, X + 1];
    default:
      return [];
  }
}

/** 0x9400 to 0x95ff: one register, jumps, and what has no operand. */
function oneOperand(word: number, second: number): Operation {
  switch (word) {
    case 0x9409: // IJMP
    case 0x9419: // EIJMP
      return { kind: "jumpIndirect" };
    case 0x9508: // RET
    case 0x9518: // RETI
      return { kind: "return" };
    case 0x9509: // ICALL
    case 0x9519: // EICALL
      return { kind: "callIndirect" };
    case 0x9478: // SEI
      return { kind: "enableInterrupts" };
    case 0x95c8: // LPM
    case 0x95d8: // ELPM
      return other(0);
  }
  if ((word & 0xe) === 0xc || (word & 0xe) === 0xe) {
    const target = (((word & 0x01f0) << 13) | ((word & 1) << 16) | second) * 2;
    return { kind: (word & 0xe) === 0xc ? "jump" : "call", target }; // JMP, CALL
  }
  switch (word & 0xf) {
    case 0x0: // COM
    case 0x1: // NEG
    case 0x2: // SWAP
    case 0x3: // INC
    case 0x5: // ASR
    case 0x6: // LSR
    case 0x7: // ROR
    case 0xa: // DEC
      return other(destination(word));
    case 0x8: // the flags, SLEEP, WDR, BREAK, SPM
      return other();
    default:
      return { kind: "invalid" };
  }
}

function portOperation(word: number): Operation {
  const port = (word & 0xf) | ((word >> 5) & 0x30);
  const register = destination(word);
  const isStack = port === STACK_POINTER_LOW || port === STACK_POINTER_HIGH;
  const part = port === STACK_POINTER_LOW ? "low" : "high";
  if ((word & 0x0800) === 0) return isStack ? { kind: "readStack", register, part } : other(register);
  return isStack ? { kind: "writeStack", register, part } : other();
}

/** 0xf000 to 0xffff: branches, BLD, BST, SBRC, SBRS. */
function branchOrBit(word: number, address: number): Operation {
  if (word < 0xf800) return { kind: "branch", target: relative(word >> 3, address, 7) };
  if (word >= 0xfc00) return { kind: "skip" };
  return word < 0xfa00 ? other(destination(word)) : other();
}

function other(...changes: number[]): Operation {
  return { kind: "other", changes };
}

function destination(word: number): number {
  return (word >> 4) & 0x1f;
}

function source(word: number): number {
  return (word & 0xf) | ((word >> 5) & 0x10);
}

/** The register of an instruction that knows r16 to r31 only. */
function upper(word: number): number {
  return 16 + ((word >> 4) & 0xf);
}

function immediate(word: number): number {
  return (word & 0xf) | ((word >> 4) & 0xf0);
}

/** The octet address that a signed distance in words leads to from the next instruction. */
function relative(word: number, address: number, bits: number): number {
  const distance = (word << (32 - bits)) >> (32 - bits);
  return address + 2 + distance * 2;
}
