/** Reads what follows one another in a section of an ELF file, least significant octet first. */
import { text } from "./elf-file.ts";

export class Cursor {
  readonly octets: Buffer;
  at: number;

  constructor(octets: Buffer, at = 0) {
    this.octets = octets;
    this.at = at;
  }

  /** An unsigned number of 1, 2, 4 or 8 octets; of 8 the lower four count. */
  unsigned(size: number): number {
    const at = this.at;
    this.at += size;
    return this.octets.readUIntLE(at, Math.min(size, 4));
  }

  /** ULEB128, "DWARF Debugging Information Format", version 4, section 7.6: seven bits an octet. */
  leb128(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const octet = this.octets[this.at++];
      value += (octet & 0x7f) * scale;
      if ((octet & 0x80) === 0) return value;
    }
  }

  /** SLEB128: the same in two's complement. */
  signedLeb128(): number {
    const start = this.at;
    const value = this.leb128();
    const octets = this.at - start;
    return (this.octets[this.at - 1] & 0x40) === 0 ? value : value - 128 ** octets;
  }

  text(): string {
    const found = text(this.octets, this.at);
    this.at += found.length + 1;
    return found;
  }
}
