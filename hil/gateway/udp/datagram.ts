/**
 * The datagrams of the Semtech UDP protocol, version 2: Lora-net/packet_forwarder PROTOCOL.TXT v1.4,
 * sections 3 and 5. EUIs are upper-case hexadecimal, big-endian as on the wire.
 */
import { JsonMembers } from "../json-members.ts";
import { PacketError } from "../packet-error.ts";
import { parseRxpk, type Rxpk } from "./rxpk.ts";
import { parseStat, type Stat } from "./stat.ts";
import { parseTxpk, TX_ACK_ERRORS, type TxAckError, type Txpk } from "./txpk.ts";

const VERSION = 2;
const HEADER_OCTETS = 4;
const EUI_OCTETS = 8;

/** Octet 3. */
const TYPES = {
  PUSH_DATA: 0x00,
  PUSH_ACK: 0x01,
  PULL_DATA: 0x02,
  PULL_RESP: 0x03,
  PULL_ACK: 0x04,
  TX_ACK: 0x05,
} as const;

type PacketType = keyof typeof TYPES;

export interface PushData {
  readonly type: "PUSH_DATA";
  /** 16 bits, as in every datagram. */
  readonly token: number;
  readonly gatewayEui: string;
  readonly rxpk: readonly Rxpk[];
  readonly stat?: Stat;
}

export interface PullData {
  readonly type: "PULL_DATA";
  readonly token: number;
  readonly gatewayEui: string;
}

export interface TxAck {
  readonly type: "TX_ACK";
  readonly token: number;
  readonly gatewayEui: string;
  readonly error: TxAckError;
}

export interface PushAck {
  readonly type: "PUSH_ACK";
  readonly token: number;
}

export interface PullAck {
  readonly type: "PULL_ACK";
  readonly token: number;
}

export interface PullResp {
  readonly type: "PULL_RESP";
  readonly token: number;
  readonly txpk: Txpk;
}

export type FromGateway = PushData | PullData | TxAck;
export type FromServer = PushAck | PullAck | PullResp;

/** Reads what a gateway sent. Throws PacketError. */
export function parseFromGateway(datagram: Uint8Array): FromGateway {
  const { type, token, body } = parseHeader(datagram);
  if (type === "PUSH_DATA") {
    const { gatewayEui, rest } = takeEui(body);
    return { type, token, gatewayEui, ...parsePushObject(parseJson(rest)) };
  }
  if (type === "PULL_DATA") {
    const { gatewayEui, rest } = takeEui(body);
    expectEnd(type, rest);
    return { type, token, gatewayEui };
  }
  if (type === "TX_ACK") {
    const { gatewayEui, rest } = takeEui(body);
    return { type, token, gatewayEui, error: rest.length === 0 ? "NONE" : parseTxAck(parseJson(rest)) };
  }
  throw new PacketError("identifier", `${type} goes from server to gateway`);
}

/** Reads what a server sent. Throws PacketError. */
export function parseFromServer(datagram: Uint8Array): FromServer {
  const { type, token, body } = parseHeader(datagram);
  if (type === "PUSH_ACK" || type === "PULL_ACK") {
    expectEnd(type, body);
    return { type, token };
  }
  if (type === "PULL_RESP") {
    const root = new JsonMembers(parseJson(body), "PULL_RESP");
    return { type, token, txpk: parseTxpk(new JsonMembers(root.value("txpk"), "txpk")) };
  }
  throw new PacketError("identifier", `${type} goes from gateway to server`);
}

export function encode(packet: FromGateway | FromServer): Buffer {
  const header = Buffer.from([VERSION, packet.token >> 8, packet.token & 0xff, TYPES[packet.type]]);
  switch (packet.type) {
    case "PUSH_ACK":
    case "PULL_ACK":
      return header;
    case "PULL_DATA":
      return Buffer.concat([header, eui(packet.gatewayEui)]);
    case "PUSH_DATA": {
      const rxpk = packet.rxpk.length > 0 ? packet.rxpk : undefined;
      return Buffer.concat([header, eui(packet.gatewayEui), json({ rxpk, stat: packet.stat })]);
    }
    case "PULL_RESP":
      return Buffer.concat([header, json({ txpk: packet.txpk })]);
    case "TX_ACK": {
      const answer = packet.error === "NONE" ? Buffer.alloc(0) : json({ txpk_ack: { error: packet.error } });
      return Buffer.concat([header, eui(packet.gatewayEui), answer]);
    }
  }
}

function parseHeader(datagram: Uint8Array): { type: PacketType; token: number; body: Buffer } {
  if (datagram.length < HEADER_OCTETS) {
    throw new PacketError("datagram", `has ${datagram.length} octets, the header alone has ${HEADER_OCTETS}`);
  }
  if (datagram[0] !== VERSION) {
    throw new PacketError("version", `is ${datagram[0]}, only version ${VERSION} of the protocol is spoken`);
  }
  const type = (Object.keys(TYPES) as PacketType[]).find((name) => TYPES[name] === datagram[3]);
  if (type === undefined) throw new PacketError("identifier", `${datagram[3]} is not one of the protocol`);
  const body = Buffer.from(datagram.buffer, datagram.byteOffset, datagram.byteLength).subarray(HEADER_OCTETS);
  return { type, token: (datagram[1] << 8) | datagram[2], body };
}

function takeEui(body: Buffer): { gatewayEui: string; rest: Buffer } {
  if (body.length < EUI_OCTETS) {
    throw new PacketError("gateway EUI", `has ${body.length} octets instead of ${EUI_OCTETS}`);
  }
  return {
    gatewayEui: body.toString("hex", 0, EUI_OCTETS).toUpperCase(),
    rest: body.subarray(EUI_OCTETS),
  };
}

function expectEnd(type: PacketType, rest: Buffer): void {
  if (rest.length > 0) throw new PacketError(type, `${rest.length} octets follow where the datagram ends`);
}

function parseJson(octets: Buffer): unknown {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(octets);
  } catch {
    throw new PacketError("JSON", "is not valid UTF-8");
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new PacketError("JSON", (error as Error).message);
  }
}

function parsePushObject(value: unknown): { rxpk: Rxpk[]; stat?: Stat } {
  const root = new JsonMembers(value, "PUSH_DATA");
  const list = root.optional("rxpk", (member) => root.value(member)) ?? [];
  if (!Array.isArray(list)) throw root.error("rxpk", "expected an array");
  return {
    rxpk: list.map((entry, index) => parseRxpk(new JsonMembers(entry, `rxpk[${index}]`))),
    stat: root.optional("stat", (member) => parseStat(new JsonMembers(root.value(member), "stat"))),
  };
}

function parseTxAck(value: unknown): TxAckError {
  const root = new JsonMembers(value, "TX_ACK");
  return new JsonMembers(root.value("txpk_ack"), "txpk_ack").oneOf("error", TX_ACK_ERRORS);
}

function eui(hex: string): Buffer {
  if (!/^[0-9A-Fa-f]{16}$/.test(hex)) {
    throw new RangeError(`gateway EUI "${hex}" must have 16 hexadecimal digits`);
  }
  return Buffer.from(hex, "hex");
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
