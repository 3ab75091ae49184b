/**
 * LoRaTap: the header that stands before a LoRa packet in a capture file (link type 270), after the document
 * of github.com/eriknl/LoRaTap. Version 0, which every Wireshark reads; version 1, which would tell coding rate, IQ and
 * modulation too, only newer ones do: in 4.0 the LoRaWAN frame would seem to begin inside the header.
 */
import { reportedSnrDb } from "../link-budget.ts";
import type { Transmission } from "../transmission.ts";

export const LINKTYPE_LORATAP = 270;

const HEADER_OCTETS = 15;
const BANDWIDTH_STEP_HZ = 125_000;
/** The octets of RSSI count dBm from here. Nothing weaker can be said, nor that nothing was received. */
const RSSI_ZERO_DBM = -139;
const LORAWAN_SYNC_WORD = 0x34;

/** How a station received a packet. */
export interface Level {
  readonly rssiDbm: number;
  readonly snrDb: number;
}

/**
 * Header and payload of a packet. `level` is the receiver's; undefined where none listened, which reads as the least RSSI
 * and an SNR of 0 dB.
 *
 * FSK has no place in version 0: spreading factor and bandwidth are 0 then, and the sync word is that of LoRaWAN, so that
 * readers decode the frame.
 */
export function loratapPacket(transmission: Transmission, level: Level | undefined): Uint8Array {
  const { frequencyHz, payload } = transmission;
  const isLora = transmission.modulation === "lora";
  const packet = Buffer.alloc(HEADER_OCTETS + payload.length);
  packet.writeUInt16BE(HEADER_OCTETS, 2);
  packet.writeUInt32BE(Math.round(frequencyHz), 4);
  packet.writeUInt8(isLora ? Math.round(transmission.bandwidthHz / BANDWIDTH_STEP_HZ) : 0, 8);
  packet.writeUInt8(isLora ? transmission.spreadingFactor : 0, 9);
  // The document counts the packet's RSSI in quarters below an SNR of 0 dB; no reader does, Wireshark by its author neither.
  const rssi = level === undefined ? 0 : octet(level.rssiDbm - RSSI_ZERO_DBM);
  packet.fill(rssi, 10, 13);
  packet.writeInt8(level === undefined ? 0 : quarters(reportedSnrDb(level.snrDb)), 13);
  packet.writeUInt8(isLora ? transmission.syncWord : LORAWAN_SYNC_WORD, 14);
  packet.set(payload, HEADER_OCTETS);
  return packet;
}

function octet(value: number): number {
  return Math.min(0xff, Math.max(0, Math.round(value)));
}

/** As a signed octet. */
function quarters(snrDb: number): number {
  return Math.max(-128, Math.round(snrDb * 4));
}
