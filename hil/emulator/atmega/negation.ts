/**
 * NEG of 0x80, which avr8js takes for a result without overflow (AVR Instruction Set Manual, DS40002198, "NEG": V is
 * set if, and only if, the result is 0x80). What avr-gcc makes of a negated octet branches on it.
 */
import { avrInstruction, type CPU } from "avr8js";
import { SREG } from "./registers.ts";

const OVERFLOW = 0x08;
const SIGN = 0x10;

/** NEG, 1001 010d dddd 0001. */
export function isNegation(opcode: number): boolean {
  return (opcode & 0xfe0f) === 0x9401;
}

/** After avr8js has executed a NEG: the overflow, and the sign that follows from it. */
export function completeNegation(cpu: CPU, opcode: number): void {
  if (cpu.data[(opcode >> 4) & 0x1f] === 0x80) cpu.data[SREG] = (cpu.data[SREG] & ~SIGN) | OVERFLOW;
}

/** The instruction at `cpu.pc`, with NEG as the chip does it: for a bare core, without a board. */
export function executeInstruction(cpu: CPU): void {
  const opcode = cpu.progMem[cpu.pc];
  avrInstruction(cpu);
  if (isNegation(opcode)) completeNegation(cpu, opcode);
}
