/**
 * The capture file of Wireshark (draft-ietf-opsawg-pcapng): as the one of libpcap, and each packet may have a comment, which
 * says what its link-layer header cannot.
 */
import type { CapturedPacket } from "./pcap.ts";

export interface CommentedPacket extends CapturedPacket {
  readonly comment: string;
}

const SECTION_HEADER = 0x0a0d0d0a;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const INTERFACE_DESCRIPTION = 1;
const ENHANCED_PACKET = 6;
const OPTION_COMMENT = 1;
const OPTION_INTERFACE_NAME = 2;
const OPTION_TIME_RESOLUTION = 9;
/** Of timestamps: 10 to the power of minus this, in seconds. */
const NANOSECONDS = 9;

/** The file with these packets of one link type, from an interface of that name. */
export function pcapngFile(
  linkType: number,
  interfaceName: string,
  packets: readonly CommentedPacket[],
): Uint8Array {
  const section = Buffer.alloc(16);
  section.writeUInt32LE(BYTE_ORDER_MAGIC, 0);
  section.writeUInt16LE(1, 4);
  // The length of the section is not given.
  section.writeBigInt64LE(-1n, 8);
  const description = Buffer.alloc(8);
  description.writeUInt16LE(linkType, 0);
  return Buffer.concat([
    block(SECTION_HEADER, section),
    block(
      INTERFACE_DESCRIPTION,
      description,
      options(
        [OPTION_INTERFACE_NAME, Buffer.from(interfaceName)],
        [OPTION_TIME_RESOLUTION, Buffer.of(NANOSECONDS)],
      ),
    ),
    ...packets.map(packetBlock),
  ]);
}

/** Files of `pcapngFile` as one: the interface of each, and its packets, after those of the one before. */
export function joinedPcapng(files: readonly Uint8Array[]): Uint8Array {
  const [first] = files;
  const blocks = files.flatMap((file, index) => {
    const [, ...others] = blocksOf(file);
    for (const one of others) {
      if (one.readUInt32LE(0) === ENHANCED_PACKET) one.writeUInt32LE(index, 8);
    }
    return others;
  });
  return Buffer.concat([blocksOf(first)[0], ...blocks]);
}

/** Copies. */
function blocksOf(file: Uint8Array): Buffer[] {
  const octets = Buffer.from(file);
  const blocks: Buffer[] = [];
  for (let at = 0; at < octets.length; at += octets.readUInt32LE(at + 4)) {
    blocks.push(octets.subarray(at, at + octets.readUInt32LE(at + 4)));
  }
  return blocks;
}

function packetBlock({ atNs, octets, comment }: CommentedPacket): Uint8Array {
  const head = Buffer.alloc(20);
  head.writeUInt32LE(Number(atNs >> 32n), 4);
  head.writeUInt32LE(Number(atNs & 0xffffffffn), 8);
  head.writeUInt32LE(octets.length, 12);
  head.writeUInt32LE(octets.length, 16);
  return block(ENHANCED_PACKET, head, padded(octets), options([OPTION_COMMENT, Buffer.from(comment)]));
}

/** Type, length, content, and the length again. */
function block(type: number, ...content: readonly Uint8Array[]): Uint8Array {
  const body = Buffer.concat(content);
  const head = Buffer.alloc(8);
  head.writeUInt32LE(type, 0);
  head.writeUInt32LE(body.length + 12, 4);
  return Buffer.concat([head, body, head.subarray(4)]);
}

function options(...list: readonly (readonly [code: number, value: Uint8Array])[]): Uint8Array {
  const encoded = list.flatMap(([code, value]) => {
    const head = Buffer.alloc(4);
    head.writeUInt16LE(code, 0);
    head.writeUInt16LE(value.length, 2);
    return [head, padded(value)];
  });
  return Buffer.concat([...encoded, Buffer.alloc(4)]);
}

/** Up to the next multiple of four octets. */
function padded(octets: Uint8Array): Uint8Array {
  return Buffer.concat([octets, Buffer.alloc(-octets.length & 3)]);
}
