/** The capture file of libpcap (draft-ietf-opsawg-pcap), with timestamps in nanoseconds. */

/** A packet with its link-layer header. */
export interface CapturedPacket {
  /** Unix time in nanoseconds. */
  readonly atNs: bigint;
  readonly octets: Uint8Array;
}

/** What stands before the first packet. */
const PCAP_HEAD_OCTETS = 24;
const MAGIC_NANOSECONDS = 0xa1b23c4d;
const SNAP_OCTETS = 65_535;
const NS_A_SECOND = 1_000_000_000n;

/** The file with these packets, all of one link type. */
export function pcapFile(linkType: number, packets: readonly CapturedPacket[]): Uint8Array {
  const head = Buffer.alloc(PCAP_HEAD_OCTETS);
  head.writeUInt32LE(MAGIC_NANOSECONDS, 0);
  head.writeUInt16LE(2, 4);
  head.writeUInt16LE(4, 6);
  head.writeUInt32LE(SNAP_OCTETS, 16);
  head.writeUInt32LE(linkType, 20);
  return Buffer.concat([head, ...packets.flatMap((packet) => [recordHead(packet), packet.octets])]);
}

/** Files of `pcapFile` as one: the packets of each after those of the one before. */
export function joinedPcap(files: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(files.map((file, index) => file.subarray(index === 0 ? 0 : PCAP_HEAD_OCTETS)));
}

function recordHead({ atNs, octets }: CapturedPacket): Uint8Array {
  const head = Buffer.alloc(16);
  head.writeUInt32LE(Number(atNs / NS_A_SECOND), 0);
  head.writeUInt32LE(Number(atNs % NS_A_SECOND), 4);
  head.writeUInt32LE(octets.length, 8);
  head.writeUInt32LE(octets.length, 12);
  return head;
}
