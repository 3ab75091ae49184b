/**
 * What a gateway shall send, member "txpk" of PULL_RESP, and whether it will, member "txpk_ack" of TX_ACK.
 * PROTOCOL.TXT v1.4, section 6. Members keep the protocol's names.
 */
import type { JsonMembers } from "../json-members.ts";
import { loraDatr, sizedData } from "./payload.ts";

interface TxpkCommon {
  /** Send at once; tmst and tmms do not count. */
  readonly imme?: boolean;
  /** Send when the gateway's counter says so: microseconds modulo 2^32. */
  readonly tmst?: number;
  /** Send at this GPS time, in milliseconds. */
  readonly tmms?: number;
  /** MHz. */
  readonly freq: number;
  readonly rfch?: number;
  /** dBm. */
  readonly powe?: number;
  /** Programmed preamble, in symbols (LoRa) or octets (FSK). */
  readonly prea?: number;
  /** No payload CRC. */
  readonly ncrc?: boolean;
  readonly size: number;
  /** Base64, padding optional. */
  readonly data: string;
}

export interface LoraTxpk extends TxpkCommon {
  readonly modu: "LORA";
  readonly datr: string;
  readonly codr: string;
  /** Inverted IQ; LoRaWAN downlinks are. */
  readonly ipol?: boolean;
}

export interface FskTxpk extends TxpkCommon {
  readonly modu: "FSK";
  /** Bits per second. */
  readonly datr: number;
  /** Hz. */
  readonly fdev?: number;
}

export type Txpk = LoraTxpk | FskTxpk;

export const TX_ACK_ERRORS = [
  "NONE",
  "TOO_LATE",
  "TOO_EARLY",
  "COLLISION_PACKET",
  "COLLISION_BEACON",
  "TX_FREQ",
  "TX_POWER",
  "GPS_UNLOCKED",
] as const;

/** "NONE": the packet is programmed. */
export type TxAckError = (typeof TX_ACK_ERRORS)[number];

/** Throws PacketError at the first member that is missing or wrong. */
export function parseTxpk(members: JsonMembers): Txpk {
  const modu = members.oneOf("modu", ["LORA", "FSK"]);
  const common: TxpkCommon = {
    imme: members.optional("imme", (member) => members.boolean(member)),
    tmst: members.optional("tmst", (member) => members.unsigned(member)),
    tmms: members.optional("tmms", (member) => members.integer(member)),
    freq: members.number("freq"),
    rfch: members.optional("rfch", (member) => members.unsigned(member)),
    powe: members.optional("powe", (member) => members.integer(member)),
    prea: members.optional("prea", (member) => members.unsigned(member)),
    ncrc: members.optional("ncrc", (member) => members.boolean(member)),
    ...sizedData(members),
  };
  if (common.imme !== true && common.tmst === undefined && common.tmms === undefined) {
    throw members.error("imme", "is not true, and neither tmst nor tmms says when to send");
  }
  if (modu === "FSK") {
    return {
      ...common,
      modu,
      datr: members.unsigned("datr"),
      fdev: members.optional("fdev", (member) => members.unsigned(member)),
    };
  }
  return {
    ...common,
    modu,
    datr: loraDatr(members),
    codr: members.matching("codr", /^4\/[5-8]$/, "4/5"),
    ipol: members.optional("ipol", (member) => members.boolean(member)),
  };
}
