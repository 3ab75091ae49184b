/**
 * Intel HEX, the text form in which programmers such as avrdude take flash and EEPROM: "Hexadecimal
 * Object File Format Specification", revision A, 1988. Data records (00) of 16 octets, the upper halves of addresses
 * above 64 KiB (04), and the end record (01) suffice.
 */

const RECORD_OCTETS = 16;
/** What the address of a record reaches. */
const SEGMENT_OCTETS = 0x10000;

/** The HEX text of `octets`, which lie from an address on that is a multiple of 16. Throws RangeError beyond 32 bits. */
export function intelHex(octets: Uint8Array, address = 0): string {
  if (address % RECORD_OCTETS !== 0) throw new RangeError(`address ${address} is no multiple of 16`);
  if (address + octets.length > 2 ** 32) {
    throw new RangeError(`${octets.length} octets from ${address} on pass 32 bits`);
  }
  const lines: string[] = [];
  let segment = 0;
  for (let at = 0; at < octets.length; at += RECORD_OCTETS) {
    const place = address + at;
    if (Math.floor(place / SEGMENT_OCTETS) !== segment) {
      segment = Math.floor(place / SEGMENT_OCTETS);
      lines.push(record(0, 0x04, Uint8Array.of(segment >> 8, segment & 0xff)));
    }
    lines.push(record(place % SEGMENT_OCTETS, 0x00, octets.subarray(at, at + RECORD_OCTETS)));
  }
  lines.push(record(0, 0x01, new Uint8Array(0)));
  return `${lines.join("\r\n")}\r\n`;
}

/** ":", length, address, type, data, and the octet that makes the sum of all a multiple of 256. */
function record(address: number, type: number, octets: Uint8Array): string {
  const body = Buffer.from([octets.length, address >> 8, address & 0xff, type, ...octets]);
  const sum = body.reduce((total, octet) => total + octet, 0);
  return `:${Buffer.from([...body, -sum & 0xff])
    .toString("hex")
    .toUpperCase()}`;
}
