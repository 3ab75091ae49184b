/**
 * Intel HEX, the text form in which programmers such as avrdude take flash and EEPROM: "Hexadecimal
 * Object File Format Specification", revision A, 1988. Data records (00) of 16 octets, the upper halves of addresses
 * above 64 KiB (04), and the end record (01) suffice.
 */

const RECORD_OCTETS = 16;
/** What the address of a record reaches. */
const SEGMENT_OCTETS = 0x10000;

/**
 * The HEX text of `octets`, which lie from an address on that is a multiple of 16. Throws RangeError beyond 32 bits.
 */
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

/** What a HEX file puts where: the octets from the first address on that it names, gaps as in erased flash. */
export interface HexContents {
  readonly address: number;
  readonly octets: Uint8Array;
}

/** The text is not Intel HEX, or not whole. */
export class HexError extends Error {
  override readonly name = "HexError";
}

/** More than this between two addresses is no memory of one processor. */
const LONGEST_OCTETS = 16 << 20;

/** Reads a HEX text. Throws HexError naming the line. Start addresses (03, 05) are passed over. */
export function readIntelHex(text: string): HexContents {
  const pieces: HexContents[] = [];
  let upper = 0;
  let ended = false;
  for (const [index, line] of text.trimEnd().split(/\r?\n/).entries()) {
    const fail = (fault: string) => new HexError(`line ${index + 1}: ${fault}`);
    if (ended) throw fail("something follows the end record");
    if (!/^:([0-9A-Fa-f]{2}){5,}$/.test(line)) throw fail("this is no record of Intel HEX");
    const octets = Buffer.from(line.slice(1), "hex");
    if ((octets.reduce((total, octet) => total + octet, 0) & 0xff) !== 0) throw fail("its checksum is wrong");
    if (octets.length !== octets[0] + 5) throw fail("its length is not what it says");
    const data = octets.subarray(4, -1);
    const type = octets[3];
    if (type === 0x00) pieces.push({ address: upper + octets.readUInt16BE(1), octets: data });
    else if (type === 0x01) ended = true;
    else if (type === 0x02 && data.length === 2) upper = data.readUInt16BE(0) * 0x10;
    else if (type === 0x04 && data.length === 2) upper = data.readUInt16BE(0) * SEGMENT_OCTETS;
    else if (type !== 0x03 && type !== 0x05) throw fail(`there is no record of type ${type}`);
  }
  if (!ended) throw new HexError("the end record is missing: the file is cut off");
  if (pieces.length === 0) throw new HexError("it holds no data");
  const address = pieces.reduce((least, piece) => Math.min(least, piece.address), Number.POSITIVE_INFINITY);
  const end = pieces.reduce((most, piece) => Math.max(most, piece.address + piece.octets.length), 0);
  if (end - address > LONGEST_OCTETS) throw new HexError("its addresses are too far apart for one memory");
  const octets = new Uint8Array(end - address).fill(0xff);
  for (const piece of pieces) octets.set(piece.octets, piece.address - address);
  return { address, octets };
}

/** ":", length, address, type, data, and the octet that makes the sum of all a multiple of 256. */
function record(address: number, type: number, octets: Uint8Array): string {
  const body = Buffer.from([octets.length, address >> 8, address & 0xff, type, ...octets]);
  const sum = body.reduce((total, octet) => total + octet, 0);
  return `:${Buffer.from([...body, -sum & 0xff])
    .toString("hex")
    .toUpperCase()}`;
}
