/** How a gateway is: member "stat" of PUSH_DATA. PROTOCOL.TXT v1.4, section 4. Members keep the protocol's names. */
import type { JsonMembers } from "../json-members.ts";

export interface Stat {
  /** UTC, ISO 8601 expanded: "2014-01-12 08:59:28 GMT". */
  readonly time: string;
  /** Degrees north. */
  readonly lati?: number;
  /** Degrees east. */
  readonly long?: number;
  /** Metres. */
  readonly alti?: number;
  /** Packets received, */
  readonly rxnb: number;
  /** of these with a good CRC, */
  readonly rxok: number;
  /** and of these forwarded. */
  readonly rxfw: number;
  /** Percentage of upstream datagrams that were acknowledged. */
  readonly ackr: number;
  /** Downlink datagrams received, */
  readonly dwnb: number;
  /** and packets sent. */
  readonly txnb: number;
  /** Degrees Celsius. */
  readonly temp?: number;
}

/** Throws PacketError at the first member that is missing or wrong. */
export function parseStat(members: JsonMembers): Stat {
  return {
    time: members.string("time"),
    lati: members.optional("lati", (member) => members.number(member)),
    long: members.optional("long", (member) => members.number(member)),
    alti: members.optional("alti", (member) => members.number(member)),
    rxnb: members.unsigned("rxnb"),
    rxok: members.unsigned("rxok"),
    rxfw: members.unsigned("rxfw"),
    ackr: members.number("ackr"),
    dwnb: members.unsigned("dwnb"),
    txnb: members.unsigned("txnb"),
    temp: members.optional("temp", (member) => members.number(member)),
  };
}
