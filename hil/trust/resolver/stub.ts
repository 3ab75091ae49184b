/**
 * A DNS stub (RFC 1035 section 4.2): UDP, then TCP for what does not fit (RFC 7766), with EDNS (RFC 6891) asking for
 * DNSSEC records. Messages are sent with CD set (RFC 4035 section 3.2.2): the validator here is the judge, and wants
 * to see what a validating server would hide behind SERVFAIL.
 */
import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { connect, isIPv6 } from "node:net";
import {
  CHECKING_DISABLED,
  type DecodedPacket,
  DNSSEC_OK,
  decode,
  encode,
  type Packet,
  RECURSION_DESIRED,
  type RecordType,
} from "dns-packet";
import { canonicalName, DnsFailure, type DnsMessage, groupRrsets } from "../dnssec/index.ts";

/** What passes every path unfragmented (DNS flag day 2020). */
const UDP_PAYLOAD_OCTETS = 1232;

export interface DnsServer {
  /** An address, not a name. */
  readonly host: string;
  readonly port: number;
}

function query(name: string, type: string): { id: number; message: Buffer } {
  const id = randomInt(0x10000);
  const opt = { type: "OPT", name: ".", udpPayloadSize: UDP_PAYLOAD_OCTETS, flags: DNSSEC_OK, options: [] };
  const packet: Packet = {
    type: "query",
    id,
    flags: RECURSION_DESIRED | CHECKING_DISABLED,
    questions: [{ name, type: type as RecordType, class: "IN" }],
    additionals: [opt as unknown as NonNullable<Packet["additionals"]>[number]],
  };
  return { id, message: encode(packet) };
}

/** The answer in `octets` if it is one to this question; undefined for strays and forgeries. @throws if unreadable */
function answerTo(octets: Buffer, id: number, name: string, type: string): DecodedPacket | undefined {
  if (octets.length < 12 || octets.readUInt16BE(0) !== id) return undefined;
  const packet = decode(octets);
  const question = packet.questions?.[0];
  const fits = packet.flag_qr && question && canonicalName(question.name) === name && question.type === type;
  return fits ? packet : undefined;
}

/** One datagram out, the first fitting one back. The socket is connected: other senders are not heard. */
function askByUdp(server: DnsServer, name: string, type: string, timeoutMs: number): Promise<DecodedPacket> {
  return new Promise((resolve, reject) => {
    const { id, message } = query(name, type);
    const socket = createSocket(isIPv6(server.host) ? "udp6" : "udp4");
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      socket.close();
      settle();
    };
    const fail = (kind: "timeout" | "server-failure" | "malformed", detail: string): void =>
      end(() => reject(new DnsFailure(kind, name, type, `${detail} (${server.host}:${server.port}, UDP)`)));
    const timer = setTimeout(() => fail("timeout", `no answer within ${timeoutMs} ms`), timeoutMs);
    socket.on("error", (error) =>
      fail("server-failure", `the name server is not reachable: ${error.message}`),
    );
    socket.on("message", (octets) => {
      try {
        const packet = answerTo(octets, id, name, type);
        if (packet) end(() => resolve(packet));
      } catch (error) {
        fail("malformed", `the answer cannot be read: ${(error as Error).message}`);
      }
    });
    socket.connect(server.port, server.host, () => socket.send(message));
  });
}

/** One exchange on a connection of its own; each message is preceded by its length (RFC 1035 section 4.2.2). */
function askByTcp(server: DnsServer, name: string, type: string, timeoutMs: number): Promise<DecodedPacket> {
  return new Promise((resolve, reject) => {
    const { id, message } = query(name, type);
    const socket = connect({ host: server.host, port: server.port });
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      socket.destroy();
      settle();
    };
    const fail = (kind: "timeout" | "server-failure" | "malformed", detail: string): void =>
      end(() => reject(new DnsFailure(kind, name, type, `${detail} (${server.host}:${server.port}, TCP)`)));
    const timer = setTimeout(() => fail("timeout", `no answer within ${timeoutMs} ms`), timeoutMs);
    let received = Buffer.alloc(0);
    socket.on("error", (error) =>
      fail("server-failure", `the name server is not reachable: ${error.message}`),
    );
    socket.on("end", () => fail("server-failure", "the name server closed the connection"));
    socket.on("data", (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return;
      try {
        const packet = answerTo(received.subarray(2, 2 + received.readUInt16BE(0)), id, name, type);
        if (packet) end(() => resolve(packet));
        else fail("malformed", "the answer is not to this question");
      } catch (error) {
        fail("malformed", `the answer cannot be read: ${(error as Error).message}`);
      }
    });
    const length = Buffer.alloc(2);
    length.writeUInt16BE(message.length);
    socket.write(Buffer.concat([length, message]));
  });
}

/** @types/dns-packet leaves the response code out. */
const rcodeOf = (packet: DecodedPacket): string => (packet as DecodedPacket & { rcode: string }).rcode;

/**
 * One question to one server.
 * @param name canonical
 * @param timeoutMs for the whole exchange, by TCP too
 * @throws DnsFailure of kind timeout, server-failure or malformed
 */
export async function askServer(
  server: DnsServer,
  name: string,
  type: string,
  timeoutMs: number,
): Promise<DnsMessage> {
  const deadlineMs = performance.now() + timeoutMs;
  const byUdp = await askByUdp(server, name, type, timeoutMs);
  const leftMs = Math.max(1, Math.ceil(deadlineMs - performance.now()));
  const packet = byUdp.flag_tc ? await askByTcp(server, name, type, leftMs) : byUdp;
  const rcode = rcodeOf(packet);
  if (rcode !== "NOERROR" && rcode !== "NXDOMAIN")
    throw new DnsFailure(
      "server-failure",
      name,
      type,
      `the name server answered ${rcode} (${server.host}:${server.port})`,
    );
  return {
    answers: groupRrsets(packet.answers ?? []),
    authorities: groupRrsets(packet.authorities ?? []),
  };
}
