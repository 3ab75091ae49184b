/** Octets as TS002 messages have them: upper-case hexadecimal. */
export function upperHex(octets: Uint8Array): string {
  return Buffer.from(octets).toString("hex").toUpperCase();
}
