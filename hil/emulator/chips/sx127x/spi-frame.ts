/**
 * SPI framing, datasheet section 2.2: after NSS falls, octet 0 is the address with bit 7 set for a write;
 * the octets that follow are a burst over rising addresses, except at RegFifo, which stays.
 */
import { Reg } from "./registers.ts";

export interface RegisterBus {
  readRegister(address: number): number;
  writeRegister(address: number, value: number): void;
}

export class SpiFrame {
  readonly #bus: RegisterBus;
  #selected = false;
  #address: number | undefined;
  #writing = false;

  constructor(bus: RegisterBus) {
    this.#bus = bus;
  }

  select(selected: boolean): void {
    this.#selected = selected;
    this.#address = undefined;
  }

  transfer(out: number): number {
    if (!this.#selected) return 0;
    if (this.#address === undefined) {
      this.#address = out & 0x7f;
      this.#writing = (out & 0x80) !== 0;
      return 0;
    }
    const address = this.#address;
    if (address !== Reg.Fifo) this.#address = (address + 1) & 0x7f;
    if (!this.#writing) return this.#bus.readRegister(address);
    this.#bus.writeRegister(address, out & 0xff);
    return 0;
  }
}
