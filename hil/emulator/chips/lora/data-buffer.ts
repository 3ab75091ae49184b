/**
 * The data buffer of a LoRa modem: 256 octets that the host and the modem reach each at pointers of its own. All
 * addresses wrap. SX1276 datasheet, section 4.1.2.3; SX1261/2 datasheet, chapter 7. Sleep clears it.
 */
export class DataBuffer {
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
