/**
 * DNS messages as an authoritative server reads and writes them (RFC 1035 section 4.1, EDNS by RFC 6891,
 * DNSSEC bits by RFC 4035 section 3.1.6).
 *
 * Queries are read here rather than by dns-packet because an answer must repeat the question octet by octet
 * (resolvers vary the case of its letters and compare), and because any octet may arrive in a label.
 */
import { type Answer, RCODE, type Rcode } from "./answer.ts";
import { nameFromWire, nameToWire, parentName, ROOT } from "./domain-name.ts";
import { type ResourceRecord, recordToWire } from "./record.ts";

const HEADER_OCTETS = 12;
const FLAG = { QR: 0x8000, AA: 0x0400, TC: 0x0200, RD: 0x0100, CD: 0x0010 } as const;
const OPCODE_MASK = 0x7800;
const TYPE_OPT = 41;
const DNSSEC_OK = 0x8000;
/** UDP without EDNS (RFC 1035 section 4.2.1). */
const PLAIN_UDP_OCTETS = 512;
/** Largest datagram that is sent or announced: passes every path without fragments (RFC 9715). */
const MAX_UDP_OCTETS = 1232;
const MAX_TCP_OCTETS = 0xffff;
const MAX_POINTER_OFFSET = 0x3fff;

/** A query in so far as it could be read. */
export interface Query {
  readonly id: number;
  readonly flags: number;
  readonly opcode: number;
  readonly question?: {
    /** Canonical. */
    readonly name: string;
    readonly type: number;
    readonly class: number;
    /** The question section as it came. */
    readonly octets: Buffer;
  };
  readonly edns?: { readonly udpOctets: number; readonly version: number; readonly dnssecOk: boolean };
  /** Set if the message is malformed: answer with this code. */
  readonly error?: Rcode;
}

/** The offset after a name that may be compressed. */
function skipName(message: Buffer, offset: number): number {
  let at = offset;
  for (;;) {
    const length = message.readUInt8(at);
    if (length === 0) return at + 1;
    if (length >= 0xc0) return at + 2;
    at += 1 + length;
  }
}

/** The OPT record among the records that follow the question. @throws RangeError or Error on malformed records. */
function readEdns(message: Buffer, offset: number): Query["edns"] {
  const before = message.readUInt16BE(6) + message.readUInt16BE(8);
  const additional = message.readUInt16BE(10);
  let edns: Query["edns"];
  let at = offset;
  for (let i = 0; i < before + additional; i++) {
    const fixed = skipName(message, at);
    const isOpt = message.readUInt16BE(fixed) === TYPE_OPT;
    if (isOpt && (edns !== undefined || i < before || fixed !== at + 1))
      throw new Error("misplaced OPT record");
    if (isOpt) {
      edns = {
        udpOctets: message.readUInt16BE(fixed + 2),
        version: message.readUInt8(fixed + 5),
        dnssecOk: (message.readUInt16BE(fixed + 6) & DNSSEC_OK) !== 0,
      };
    }
    at = fixed + 10 + message.readUInt16BE(fixed + 8);
    if (at > message.length) throw new Error("the message ends inside a record");
  }
  return edns;
}

/**
 * Reads a message sent to the server.
 * @returns undefined if it deserves no answer: too short for a header, or itself a response.
 */
export function readQuery(message: Buffer): Query | undefined {
  if (message.length < HEADER_OCTETS) return undefined;
  const flags = message.readUInt16BE(2);
  if ((flags & FLAG.QR) !== 0) return undefined;
  const header = { id: message.readUInt16BE(0), flags, opcode: (flags & OPCODE_MASK) >> 11 };
  if (header.opcode !== 0) return { ...header, error: RCODE.NOTIMP };
  try {
    if (message.readUInt16BE(4) !== 1) return { ...header, error: RCODE.FORMERR };
    const { name, end } = nameFromWire(message, HEADER_OCTETS);
    const question = {
      name,
      type: message.readUInt16BE(end),
      class: message.readUInt16BE(end + 2),
      octets: message.subarray(HEADER_OCTETS, end + 4),
    };
    const edns = readEdns(message, end + 4);
    const error = edns !== undefined && edns.version > 0 ? RCODE.BADVERS : undefined;
    return { ...header, question, edns, error };
  } catch {
    // Whatever is wrong with the octets, the asker learns it by the response code.
    return { ...header, error: RCODE.FORMERR };
  }
}

/** Collects a message; owner names are compressed against those before (RFC 1035 section 4.1.4). */
class MessageWriter {
  readonly #parts: Buffer[] = [];
  readonly #offsets = new Map<string, number>();
  length = 0;

  append(octets: Buffer): void {
    this.#parts.push(octets);
    this.length += octets.length;
  }

  /** Notes where a name written at `offset` stands, and its ancestors that were not written before. */
  remember(name: string, offset: number): void {
    let at = offset;
    for (let rest = name; rest !== ROOT && at <= MAX_POINTER_OFFSET; rest = parentName(rest)) {
      if (!this.#offsets.has(rest)) this.#offsets.set(rest, at);
      at += nameToWire(rest)[0] + 1;
    }
  }

  record(record: ResourceRecord): void {
    const full = recordToWire(record);
    const nameOctets = nameToWire(record.name).length;
    const start = this.length;
    let rest = record.name;
    while (rest !== ROOT && !this.#offsets.has(rest)) rest = parentName(rest);
    if (rest === ROOT) {
      this.append(full);
    } else {
      const kept = nameOctets - nameToWire(rest).length;
      const pointer = Buffer.alloc(2);
      pointer.writeUInt16BE(0xc000 | this.#offsets.get(rest)!);
      this.append(Buffer.concat([full.subarray(0, kept), pointer, full.subarray(nameOctets)]));
    }
    this.remember(record.name, start);
  }

  toBuffer(): Buffer {
    return Buffer.concat(this.#parts, this.length);
  }
}

/** OPT of a response (RFC 6891 section 6.1.2, DO copied by RFC 3225 section 3). */
function optRecord(rcode: Rcode, dnssecOk: boolean): Buffer {
  const opt = Buffer.alloc(11);
  opt.writeUInt16BE(TYPE_OPT, 1);
  opt.writeUInt16BE(MAX_UDP_OCTETS, 3);
  opt.writeUInt8(rcode >> 4, 5);
  opt.writeUInt16BE(dnssecOk ? DNSSEC_OK : 0, 7);
  return opt;
}

function responseSizeLimit(query: Query, transport: "udp" | "tcp"): number {
  // The announced size speaks of datagrams only; over TCP it means nothing (RFC 6891 section 6.2.5).
  if (transport === "tcp") return MAX_TCP_OCTETS;
  if (query.edns === undefined) return PLAIN_UDP_OCTETS;
  return Math.min(Math.max(query.edns.udpOctets, PLAIN_UDP_OCTETS), MAX_UDP_OCTETS);
}

/** Writes the response; over UDP, one that does not fit is cut to its header and says so by TC (RFC 2181 section 9). */
export function writeResponse(query: Query, answer: Answer, transport: "udp" | "tcp"): Buffer {
  const dnssecOk = query.edns?.dnssecOk ?? false;
  const sections = [answer.answers, answer.authorities, answer.additionals].map((section) =>
    section
      // Proofs are for those who asked for DNSSEC, unless the proof itself is the answer (RFC 4035 section 3.1).
      .filter((rrset) => dnssecOk || rrset.type !== "NSEC" || answer.answers.includes(rrset))
      .filter((rrset) => dnssecOk || rrset.type !== "DS" || section !== answer.authorities)
      .flatMap((rrset) => (dnssecOk ? [...rrset.records, ...rrset.signatures] : rrset.records)),
  );
  const response = compose(query, answer, sections, 0);
  if (response.length <= responseSizeLimit(query, transport)) return response;
  return compose(query, answer, [[], [], []], FLAG.TC);
}

function compose(
  query: Query,
  answer: Answer,
  sections: readonly ResourceRecord[][],
  extraFlags: number,
): Buffer {
  const writer = new MessageWriter();
  const copied = query.flags & (OPCODE_MASK | FLAG.RD | FLAG.CD);
  const flags = FLAG.QR | copied | (answer.authoritative ? FLAG.AA : 0) | extraFlags | (answer.rcode & 0xf);
  const opt = query.edns === undefined ? undefined : optRecord(answer.rcode, query.edns.dnssecOk);
  const counts = [query.question ? 1 : 0, ...sections.map((section) => section.length)];
  if (opt !== undefined) counts[3] += 1;
  const header = Buffer.alloc(HEADER_OCTETS);
  for (const [i, field] of [query.id, flags, ...counts].entries()) header.writeUInt16BE(field, 2 * i);
  writer.append(header);
  if (query.question !== undefined) {
    writer.append(query.question.octets);
    writer.remember(query.question.name, HEADER_OCTETS);
  }
  for (const record of sections.flat()) writer.record(record);
  if (opt !== undefined) writer.append(opt);
  return writer.toBuffer();
}
