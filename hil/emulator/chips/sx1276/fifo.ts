/**
 * The data buffer of the LoRa modem, datasheet section 4.1.2.3: 256 octets that the host reaches
 * through RegFifo at FifoAddrPtr and the modem at its own pointers. All addresses wrap. Sleep clears it.
 */
export class Fifo {
  readonly #octets = new Uint8Array(256);

  read(address: number): number {
    return this.#octets[address & 0xff];
  }

  write(address: number, octet: number): void {
    this.#octets[address & 0xff] = octet;
  }

  /** `length` octets from `address`, across the end of the buffer if need be. */
  slice(address: number, length: number): Uint8Array {
    return Uint8Array.from({ length }, (_, index) => this.read(address + index));
  }

  store(address: number, octets: Uint8Array): void {
    octets.forEach((octet, index) => {
      this.write(address + index, octet);
    });
  }

  clear(): void {
    this.#octets.fill(0);
  }
}
