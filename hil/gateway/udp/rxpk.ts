/** What a gateway heard: member "rxpk" of PUSH_DATA. PROTOCOL.TXT v1.4, section 4. Members keep the protocol's names. */
import type { JsonMembers } from "../json-members.ts";
import { loraDatr, sizedData } from "./payload.ts";

interface RxpkCommon {
  /** UTC of the reception, ISO 8601 compact; gateways with GPS only. */
  readonly time?: string;
  /** GPS time of the reception in milliseconds; gateways with GPS only. */
  readonly tmms?: number;
  /** The gateway's counter at the end of the packet: microseconds modulo 2^32. */
  readonly tmst: number;
  /** MHz. */
  readonly freq: number;
  readonly chan: number;
  readonly rfch: number;
  /** Payload CRC: 1 good, -1 bad, 0 none. */
  readonly stat: 1 | -1 | 0;
  /** dBm. */
  readonly rssi: number;
  readonly size: number;
  /** Base64. */
  readonly data: string;
}

export interface LoraRxpk extends RxpkCommon {
  readonly modu: "LORA";
  readonly datr: string;
  readonly codr: string;
  /** dB. */
  readonly lsnr: number;
}

export interface FskRxpk extends RxpkCommon {
  readonly modu: "FSK";
  /** Bits per second. */
  readonly datr: number;
}

export type Rxpk = LoraRxpk | FskRxpk;

/** Throws PacketError at the first member that is missing or wrong. */
export function parseRxpk(members: JsonMembers): Rxpk {
  const modu = members.oneOf("modu", ["LORA", "FSK"]);
  const common: RxpkCommon = {
    time: members.optional("time", (member) => members.string(member)),
    tmms: members.optional("tmms", (member) => members.integer(member)),
    tmst: members.unsigned("tmst"),
    freq: members.number("freq"),
    chan: members.unsigned("chan"),
    rfch: members.unsigned("rfch"),
    stat: members.oneOf("stat", [1, -1, 0]),
    rssi: members.number("rssi"),
    ...sizedData(members),
  };
  if (modu === "FSK") return { ...common, modu, datr: members.unsigned("datr") };
  return {
    ...common,
    modu,
    datr: loraDatr(members),
    // The reference forwarder writes OFF where the header did not tell.
    codr: members.matching("codr", /^(4\/[5-8]|OFF)$/, "4/5"),
    lsnr: members.number("lsnr"),
  };
}
