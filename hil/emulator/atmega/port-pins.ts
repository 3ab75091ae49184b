/** The pins of the ports, "PB2". */
import { type AVRIOPort, PinState } from "avr8js";
import type { Pins } from "../pins.ts";
import type { Part } from "./part.ts";
import type { Ports } from "./ports.ts";

export class PortPins implements Pins {
  readonly #part: Part;
  readonly #ports: Ports;

  constructor(part: Part, ports: Ports) {
    this.#part = part;
    this.#ports = ports;
  }

  drive(pin: string, level: boolean): void {
    const { port, index } = this.#find(pin);
    port.setPin(index, level);
  }

  driven(pin: string): boolean | undefined {
    const { port, index } = this.#find(pin);
    const state = port.pinState(index);
    return state === PinState.Low || state === PinState.High ? state === PinState.High : undefined;
  }

  onChange(listener: () => void): void {
    for (const port of this.#ports.values()) port.addListener(listener);
  }

  #find(pin: string): { port: AVRIOPort; index: number } {
    const [, letter, number] = /^P([A-Z])([0-7])$/.exec(pin) ?? [];
    const index = Number(number);
    const port = this.#ports.get(letter);
    if (port === undefined || !(this.#part.ports[letter].bonded & (1 << index))) {
      throw new RangeError(`an ${this.#part.name} has no pin "${pin}"`);
    }
    return { port, index };
  }
}
