/**
 * The gateways, through a server of the Semtech UDP protocol v2 (Lora-net/packet_forwarder PROTOCOL.TXT 1.4):
 * rxpk and txpk turned into this server's units and back.
 */
import type { LoRaDataRate } from "../../lorawan/index.ts";
import type { Reception } from "./reception.ts";

/** Members of rxpk that are read here. */
export interface ReceivedPacket {
  readonly tmst: number;
  /** MHz. */
  readonly freq: number;
  readonly modu: string;
  /** "SF7BW125" for LoRa, bits per second for FSK. */
  readonly datr: string | number;
  readonly rssi: number;
  readonly lsnr?: number;
}

/** The txpk of a LoRa downlink: at once, or at an instant of the gateway's own clock or of GPS time. */
export interface TransmitPacket {
  readonly imme: boolean;
  readonly tmst?: number;
  readonly tmms?: number;
  readonly freq: number;
  readonly rfch: number;
  readonly powe: number;
  readonly modu: "LORA";
  readonly datr: string;
  readonly codr: string;
  readonly ipol: boolean;
  readonly ncrc: boolean;
  readonly size: number;
  readonly data: string;
}

/** What this server needs of the server side of the protocol (hil/gateway has one). */
export interface GatewayServer {
  /** The listener runs before the gateway gets its PUSH_ACK. */
  onUplink(
    listener: (uplink: { gatewayEui: string; rxpk: ReceivedPacket; payload: Uint8Array }) => void,
  ): unknown;
  /** Resolves with the error of the gateway's TX_ACK, "NONE" if it will send; rejects if no TX_ACK comes. */
  sendDownlink(gatewayEui: string, txpk: TransmitPacket): Promise<string>;
}

/** When a gateway sends: by its own clock, microseconds modulo 2^32, or in milliseconds of GPS time. */
export type Timing = { readonly timestampUs: number } | { readonly gpsMs: number };

/** A downlink in this server's units. */
export interface Transmission {
  readonly gatewayEui: string;
  /** Undefined: at once. */
  readonly timing?: Timing;
  readonly frequencyHz: number;
  readonly dataRate: LoRaDataRate;
  readonly powerDbm: number;
  readonly phyPayload: Uint8Array;
}

/** Undefined for anything but LoRa, which is not heard here. */
export function receptionOf(
  uplink: { gatewayEui: string; rxpk: ReceivedPacket; payload: Uint8Array },
  receivedNs: number,
): Reception | undefined {
  const { rxpk } = uplink;
  const datr = /^SF(\d{1,2})BW(\d{3})$/.exec(String(rxpk.datr));
  if (rxpk.modu !== "LORA" || !datr) return undefined;
  return {
    gatewayEui: uplink.gatewayEui,
    phyPayload: uplink.payload,
    timestampUs: rxpk.tmst,
    receivedNs,
    frequencyHz: Math.round(rxpk.freq * 1e6),
    dataRate: { spreadingFactor: Number(datr[1]), bandwidthHz: Number(datr[2]) * 1000 },
    rssiDbm: rxpk.rssi,
    snrDb: rxpk.lsnr ?? Number.NEGATIVE_INFINITY,
  };
}

/** A LoRaWAN downlink: inverted IQ, no payload CRC, coding rate 4/5. */
export function txpkOf(transmission: Transmission): TransmitPacket {
  const { dataRate, phyPayload, timing } = transmission;
  return {
    imme: timing === undefined,
    ...members(timing),
    freq: transmission.frequencyHz / 1e6,
    rfch: 0,
    powe: transmission.powerDbm,
    modu: "LORA",
    datr: `SF${dataRate.spreadingFactor}BW${dataRate.bandwidthHz / 1000}`,
    codr: "4/5",
    ipol: true,
    ncrc: true,
    size: phyPayload.length,
    data: Buffer.from(phyPayload).toString("base64"),
  };
}

function members(timing: Timing | undefined): Pick<TransmitPacket, "tmst" | "tmms"> {
  if (timing === undefined) return {};
  return "gpsMs" in timing ? { tmms: timing.gpsMs } : { tmst: timing.timestampUs };
}
