/** The changes of a port's pins, which interrupts are made of. */
import type { AVRIOPort } from "avr8js";

/** What this file needs of the private side of avr8js's port: called for each pin whose level changes. */
interface PortInternals {
  toggleInterrupt: (pin: number, rising: boolean) => void;
}

/** Calls `listener` too at each change of a pin, which also happens while the program drives it. */
export function onPinChange(port: AVRIOPort, listener: (pin: number, level: boolean) => void): void {
  const internals = port as unknown as PortInternals;
  const others = internals.toggleInterrupt.bind(port);
  internals.toggleInterrupt = (pin, rising) => {
    others(pin, rising);
    listener(pin, rising);
  };
}
