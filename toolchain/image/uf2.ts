/**
 * UF2, the form in which boot loaders that show up as a drive take flash: "USB Flashing Format (UF2)",
 * github.com/microsoft/uf2. Blocks of 512 octets, each with its place in the flash and 256 octets for it.
 */

const BLOCK_OCTETS = 512;
/** What a block puts into the flash, from a multiple of as much on. */
export const UF2_PAGE_OCTETS = 256;
const MAGIC_START0 = 0x0a324655;
const MAGIC_START1 = 0x9e5d5157;
const MAGIC_END = 0x0ab16f30;
const FAMILY_ID_PRESENT = 0x00002000;

/** `octets`, which lie from `address` on, for the boot loaders of a family; the last block is filled with zeros. */
export function uf2(octets: Uint8Array, address: number, family: number): Buffer {
  if (address % UF2_PAGE_OCTETS !== 0) throw new RangeError(`address ${address} is no multiple of 256`);
  const count = Math.ceil(octets.length / UF2_PAGE_OCTETS);
  const file = Buffer.alloc(count * BLOCK_OCTETS);
  for (let number = 0; number < count; number++) {
    const block = file.subarray(number * BLOCK_OCTETS, (number + 1) * BLOCK_OCTETS);
    const from = number * UF2_PAGE_OCTETS;
    const header = [
      MAGIC_START0,
      MAGIC_START1,
      FAMILY_ID_PRESENT,
      address + from,
      UF2_PAGE_OCTETS,
      number,
      count,
      family,
    ];
    header.forEach((word, index) => {
      block.writeUInt32LE(word, 4 * index);
    });
    block.set(octets.subarray(from, from + UF2_PAGE_OCTETS), 4 * header.length);
    block.writeUInt32LE(MAGIC_END, BLOCK_OCTETS - 4);
  }
  return file;
}
