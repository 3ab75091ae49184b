/**
 * Intel HEX, the text form in which programmers such as avrdude take flash and EEPROM: "Hexadecimal
 * Object File Format Specification", revision A, 1988. Data records (00) of 16 octets and the end record
 * (01) suffice: the memories here are smaller than the 64 KiB that a record's address reaches.
 */

const RECORD_OCTETS = 16;

/** The HEX text of `octets`, which lie from address 0 on. Throws RangeError above 64 KiB. */
export function intelHex(octets: Uint8Array): string {
  if (octets.length > 0x10000) throw new RangeError(`${octets.length} octets do not fit 64 KiB`);
  const lines: string[] = [];
  for (let at = 0; at < octets.length; at += RECORD_OCTETS) {
    lines.push(record(at, 0x00, octets.subarray(at, at + RECORD_OCTETS)));
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
