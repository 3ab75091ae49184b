/**
 * DevAddr and the NetID that assigns it: type prefix | NwkID | NwkAddr.
 * LoRaWAN Backend Interfaces TS002-1.0, NetID types 0 to 7.
 */
import { FrameError } from "./frame-error.ts";

interface NetIdType {
  /** Leading bits of every DevAddr of this type, and how many they are. */
  readonly prefix: number;
  readonly prefixBits: number;
  readonly nwkIdBits: number;
  readonly nwkAddrBits: number;
}

const NET_ID_TYPES: readonly NetIdType[] = [
  { prefix: 0b0, prefixBits: 1, nwkIdBits: 6, nwkAddrBits: 25 },
  { prefix: 0b10, prefixBits: 2, nwkIdBits: 6, nwkAddrBits: 24 },
  { prefix: 0b110, prefixBits: 3, nwkIdBits: 9, nwkAddrBits: 20 },
  { prefix: 0b1110, prefixBits: 4, nwkIdBits: 11, nwkAddrBits: 17 },
  { prefix: 0b11110, prefixBits: 5, nwkIdBits: 12, nwkAddrBits: 15 },
  { prefix: 0b111110, prefixBits: 6, nwkIdBits: 13, nwkAddrBits: 13 },
  { prefix: 0b1111110, prefixBits: 7, nwkIdBits: 15, nwkAddrBits: 10 },
  { prefix: 0b11111110, prefixBits: 8, nwkIdBits: 17, nwkAddrBits: 7 },
];

function typeOf(netId: string): { type: NetIdType; nwkId: number } {
  if (!/^[0-9A-Fa-f]{6}$/.test(netId))
    throw new FrameError(`"${netId}" is not a NetID (6 hexadecimal digits)`);
  const value = Number.parseInt(netId, 16);
  const type = NET_ID_TYPES[value >>> 21];
  return { type, nwkId: value % 2 ** type.nwkIdBits };
}

/** How many devices the network can tell apart: 2 to the power of this. */
export function nwkAddrBits(netId: string): number {
  return typeOf(netId).type.nwkAddrBits;
}

/**
 * The DevAddr that the network `netId` gives as its number `nwkAddr`.
 * @throws FrameError if `nwkAddr` needs more bits than the NetID's type has.
 */
export function devAddrOf(netId: string, nwkAddr: number): string {
  const { type, nwkId } = typeOf(netId);
  if (!Number.isInteger(nwkAddr) || nwkAddr < 0 || nwkAddr >= 2 ** type.nwkAddrBits)
    throw new FrameError(
      `NwkAddr ${nwkAddr} does not fit the ${type.nwkAddrBits} bits that NetID ${netId} leaves`,
    );
  const value = type.prefix * 2 ** (32 - type.prefixBits) + nwkId * 2 ** type.nwkAddrBits + nwkAddr;
  return value.toString(16).toUpperCase().padStart(8, "0");
}

/** Whether a DevAddr was assigned under this NetID. */
export function isDevAddrOf(devAddr: string, netId: string): boolean {
  const bits = nwkAddrBits(netId);
  return (Number.parseInt(devAddr, 16) ^ Number.parseInt(devAddrOf(netId, 0), 16)) >>> bits === 0;
}
