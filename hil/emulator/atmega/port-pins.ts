/** The pins of the ports, "PB2". */
import { type AVRIOPort, PinState } from "avr8js";
import type { Pins } from "../pins.ts";
import type { Peripherals, PortLetter } from "./peripherals.ts";

export class PortPins implements Pins {
  readonly #ports: Peripherals["ports"];

  constructor(ports: Peripherals["ports"]) {
    this.#ports = ports;
  }

  drive(pin: string, level: boolean): void {
    const { port, index } = this.#find(pin);
    port.setPin(index, level);
  }

  isLow(pin: string): boolean {
    const { port, index } = this.#find(pin);
    return port.pinState(index) === PinState.Low;
  }

  onChange(listener: () => void): void {
    for (const port of Object.values(this.#ports)) port.addListener(listener);
  }

  #find(pin: string): { port: AVRIOPort; index: number } {
    const match = /^P([BCD])([0-7])$/.exec(pin);
    if (match === null) throw new RangeError(`an ATmega328P has no pin "${pin}"`);
    return { port: this.#ports[match[1] as PortLetter], index: Number(match[2]) };
  }
}
