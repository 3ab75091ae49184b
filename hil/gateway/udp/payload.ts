/** What rxpk and txpk have in common: modulation and payload. PROTOCOL.TXT v1.4, sections 4 and 6. */
import type { JsonMembers } from "../json-members.ts";

const LORA_DATR = /^SF([5-9]|1[0-2])BW([1-9]\d{0,3})$/;

/** "SF7BW125" taken apart. Undefined for anything else. */
export function parseDatr(datr: string): { spreadingFactor: number; bandwidthHz: number } | undefined {
  const match = LORA_DATR.exec(datr);
  if (match === null) return undefined;
  return { spreadingFactor: Number(match[1]), bandwidthHz: Number(match[2]) * 1000 };
}

export function formatDatr(rate: { spreadingFactor: number; bandwidthHz: number }): string {
  return `SF${rate.spreadingFactor}BW${rate.bandwidthHz / 1000}`;
}

/** Member "datr" of a LoRa packet. */
export function loraDatr(members: JsonMembers): string {
  return members.matching("datr", LORA_DATR, "SF7BW125");
}

/** Members "size" and "data": base64 with or without padding, as long as size says. */
export function sizedData(members: JsonMembers): { size: number; data: string } {
  const size = members.unsigned("size");
  const data = members.matching("data", /^[A-Za-z0-9+/]*={0,2}$/, "SGVsbG8=");
  const length = Buffer.from(data, "base64").length;
  if (data.replace(/=+$/, "").length % 4 === 1) throw members.error("data", "is cut off: not whole octets");
  if (length !== size) throw members.error("size", `is ${size}, but data has ${length} octets`);
  return { size, data };
}

/** The octets of "data". */
export function payloadOf(packet: { readonly data: string }): Buffer {
  return Buffer.from(packet.data, "base64");
}
