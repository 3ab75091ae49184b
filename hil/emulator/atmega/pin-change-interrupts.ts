/**
 * The pin change interrupts: data sheet DS40002061B, section 13.1 (Atmel-7766J, section 11). Takes the place of
 * avr8js's, which has no PCICR, and drops a change that waits when PCMSK is written. A change is seen without the I/O
 * clock too.
 */
import type { CPU } from "avr8js";
import { onPinChange } from "./input-edges.ts";
import type { PinChangeGroup } from "./part.ts";
import { type Ports, portOf } from "./ports.ts";
import { PCICR, PCIFR } from "./registers.ts";

export function attachPinChangeInterrupts(cpu: CPU, ports: Ports, groups: readonly PinChangeGroup[]): void {
  const interrupts = groups.map(({ bit, vector }) => ({
    address: vector,
    flagRegister: PCIFR,
    flagMask: 1 << bit,
    enableRegister: PCICR,
    enableMask: 1 << bit,
  }));
  groups.forEach(({ port, maskRegister }, index) => {
    onPinChange(portOf(ports, port), (pin) => {
      if (cpu.data[maskRegister] & (1 << pin)) cpu.setInterruptFlag(interrupts[index]);
    });
  });
  cpu.writeHooks[PCICR] = (value) => {
    cpu.data[PCICR] = value;
    for (const interrupt of interrupts) cpu.updateInterruptEnable(interrupt, value);
    return true;
  };
  cpu.writeHooks[PCIFR] = (value, _old, _address, mask) => {
    for (const interrupt of interrupts) cpu.clearInterruptByFlag(interrupt, value & mask);
    return true;
  };
}
