/**
 * The store of a device in two sectors of a flash, which take turns: the layout is that of
 * boards/processors/rp2040/flash-store.c.
 *
 * A sector of 4096 octets: what the store held when the sector was begun; at 1024 a serial number, 32 bits, and its
 * complement; from 1280 on a word for each octet written since, its address (bits 0 to 15) and value (16 to 23), and
 * the complement of that word. All least significant octet first. What does not fit its complement was never completed.
 */
import { EepromError } from "./eeprom.ts";

const SECTOR_BYTES = 4096;
const SECTORS = 2;
const SERIAL_AT = 1024;
const LOG_AT = 1280;
const CHECKED_BYTES = 8;
const FIRST_SERIAL = 1;
const ERASED = 0xffffffff;

export const FLASH_STORE_BYTES = SECTORS * SECTOR_BYTES;

/** The sectors of a store that holds `contents`, at most 1024 octets, and has not been written since. */
export function packFlashStore(contents: Uint8Array): Uint8Array {
  if (contents.length > SERIAL_AT) {
    throw new RangeError(`a store of ${contents.length} octets; a sector has room for ${SERIAL_AT}`);
  }
  const sectors = Buffer.alloc(FLASH_STORE_BYTES, 0xff);
  sectors.set(contents);
  sectors.writeUInt32LE(FIRST_SERIAL, SERIAL_AT);
  sectors.writeUInt32LE(~FIRST_SERIAL >>> 0, SERIAL_AT + 4);
  return sectors;
}

/**
 * The `length` octets that a store holds, 0xff where none was written. Throws EepromError where it has another size.
 */
export function unpackFlashStore(stored: Uint8Array, length: number): Uint8Array {
  if (stored.length !== FLASH_STORE_BYTES) {
    throw new EepromError(`${stored.length} octets are no store of ${SECTORS} sectors of ${SECTOR_BYTES}`);
  }
  const contents = new Uint8Array(length).fill(0xff);
  const sector = newestSector(Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength));
  if (sector === undefined) return contents;
  contents.set(sector.subarray(0, length));
  for (let at = LOG_AT; at < SECTOR_BYTES; at += CHECKED_BYTES) {
    if (isErased(sector, at)) break;
    const word = checkedWord(sector, at);
    if (word !== undefined && (word & 0xffff) < length) contents[word & 0xffff] = (word >> 16) & 0xff;
  }
  return contents;
}

/** Of the sectors that are whole the one that was begun later: serial numbers may wrap. */
function newestSector(stored: Buffer): Buffer | undefined {
  let newest: { sector: Buffer; serial: number } | undefined;
  for (let start = 0; start < FLASH_STORE_BYTES; start += SECTOR_BYTES) {
    const sector = stored.subarray(start, start + SECTOR_BYTES);
    const serial = checkedWord(sector, SERIAL_AT);
    if (serial === undefined || (newest !== undefined && ((serial - newest.serial) | 0) < 0)) continue;
    newest = { sector, serial };
  }
  return newest?.sector;
}

function isErased(sector: Buffer, at: number): boolean {
  return sector.readUInt32LE(at) === ERASED && sector.readUInt32LE(at + 4) === ERASED;
}

/** The word at an offset, where its complement follows. */
function checkedWord(sector: Buffer, at: number): number | undefined {
  const word = sector.readUInt32LE(at);
  return word === ~sector.readUInt32LE(at + 4) >>> 0 ? word : undefined;
}
