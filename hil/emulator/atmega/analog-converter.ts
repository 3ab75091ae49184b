/**
 * The analogue-to-digital converter: data sheet DS40002061B, section 24 (Atmel-7766J, section 24). avr8js converts, by
 * single conversions; this adds what it leaves out of ADCSRA, and reports the modes that it does not have. Nothing is
 * connected to the inputs of the emulated boards: they are at 0 V. The band gap is at 1.1 V, the supply at 3.3 V.
 */
import { type ADCConfig, AVRADC, type CPU } from "avr8js";
import { ADCSRA } from "./registers.ts";

/** Typical for the boards, and what their currents are given for. */
const SUPPLY_VOLTS = 3.3;

/** Bits of ADCSRA (24.9.2). */
const ENABLE = 0x80;
const START_CONVERSION = 0x40;
const AUTO_TRIGGER = 0x20;
const INTERRUPT_FLAG = 0x10;
const INTERRUPT_ENABLE = 0x08;

/** Connects the converter to the registers of `cpu`. */
export function attachConverter(cpu: CPU, config: ADCConfig, report: (message: string) => void): void {
  const interrupt = {
    address: config.adcInterrupt,
    flagRegister: ADCSRA,
    flagMask: INTERRUPT_FLAG,
    enableRegister: ADCSRA,
    enableMask: INTERRUPT_ENABLE,
  };
  const converter = new AVRADC(cpu, config);
  converter.avcc = SUPPLY_VOLTS;
  converter.aref = SUPPLY_VOLTS;
  const write = cpu.writeHooks[ADCSRA];
  cpu.writeHooks[ADCSRA] = (value, old, address, mask) => {
    if (value & AUTO_TRIGGER) {
      report(
        "has conversions started by a trigger (ADATE), which the emulation does not do: start each by ADSC",
      );
    }
    const isEnabled = (value & ENABLE) !== 0;
    const underWay = old & START_CONVERSION;
    if (underWay && !isEnabled) {
      report("switches the converter off while it converts, which the emulation does not do: wait for ADSC");
    }
    cpu.clearInterruptByFlag(interrupt, value); // the flag is cleared by writing one
    const kept = (value & ~INTERRUPT_FLAG) | (old & ~value & INTERRUPT_FLAG) | underWay;
    const next = isEnabled ? kept : kept & ~START_CONVERSION;
    cpu.data[ADCSRA] = next;
    return write(next, old, address, mask) || true;
  };
}
