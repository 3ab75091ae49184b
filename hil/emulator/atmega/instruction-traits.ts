/**
 * What of each instruction in flash avr8js leaves out, found once per image so that the main loop tests
 * one octet. Encodings: AVR Instruction Set Manual, DS40002198.
 */
import { isNegation } from "./negation.ts";

/** Nothing to add: avr8js executes it right. */
export const PLAIN = 0;
/** SLEEP, 1001 0101 1000 1000: a NOP in avr8js. */
export const SLEEP = 1;
/**
 * No interrupt is served between this instruction and the next: SEI (1001 0100 0111 1000) and RETI
 * (1001 0101 0001 1000), data sheet section 7.7, and likewise OUT to SREG (1011 1111 rrrr 1111), which
 * avr-gcc relies on where it restores SREG between the two halves of the stack pointer.
 */
export const DEFERS_INTERRUPTS = 2;
/** The stack may have grown: PUSH, CALL, RCALL, ICALL, and OUT to SPL, the half that is written last. */
export const MOVES_STACK = 4;
/** CBI, 1001 1000 AAAA Abbb, takes two cycles; avr8js counts one. */
export const LONGER_BY_A_CYCLE = 8;
/** NEG: see negation.ts. */
export const NEGATES = 32;
/** Not part of the image: the program counter has gone astray. */
export const ERASED = 16;

/** One octet of the above, or-ed, for each word of the flash, of which `imageWords` are the image. */
export function instructionTraits(flash: Uint16Array, imageWords: number): Uint8Array {
  return Uint8Array.from(flash, (opcode, address) => (address < imageWords ? traitsOf(opcode) : ERASED));
}

function traitsOf(opcode: number): number {
  if (opcode === 0x9588) return SLEEP;
  if (opcode === 0x9478 || opcode === 0x9518 || (opcode & 0xfe0f) === 0xbe0f) return DEFERS_INTERRUPTS;
  if ((opcode & 0xfe0f) === 0x920f) return MOVES_STACK; // PUSH  1001 001d dddd 1111
  if ((opcode & 0xfe0e) === 0x940e) return MOVES_STACK; // CALL  1001 010k kkkk 111k
  if ((opcode & 0xf000) === 0xd000) return MOVES_STACK; // RCALL 1101 kkkk kkkk kkkk
  if (opcode === 0x9509) return MOVES_STACK; //            ICALL 1001 0101 0000 1001
  if ((opcode & 0xfe0f) === 0xbe0d) return MOVES_STACK; // OUT   1011 1AAr rrrr AAAA with A = 0x3d
  if ((opcode & 0xff00) === 0x9800) return LONGER_BY_A_CYCLE;
  if (isNegation(opcode)) return NEGATES;
  return PLAIN;
}
