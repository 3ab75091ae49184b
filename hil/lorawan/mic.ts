/** The Message Integrity Code: the last four octets of every frame, the first four of an AES-CMAC. */
import { timingSafeEqual } from "node:crypto";
import { aesCmac } from "./aes.ts";

export const MIC_OCTETS = 4;

/** First four octets of AES-CMAC(key, parts one after the other). */
export function cmacMic(key: Uint8Array, ...parts: Uint8Array[]): Buffer {
  return aesCmac(key, Buffer.concat(parts)).subarray(0, MIC_OCTETS);
}

/** Compares two MICs in constant time: the answer's delay tells a forger nothing about how far he got. */
export function micEquals(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
