/** MHDR, the first octet: FType (7:5), RFU (4:2), Major (1:0). LoRaWAN L2 1.0.4 section 4.2, 1.1 section 4.2. */
import { FrameError } from "./frame-error.ts";

/** FType ("MType" in 1.1), value of bits 7:5. */
export const FType = {
  joinRequest: 0,
  joinAccept: 1,
  unconfirmedDataUp: 2,
  unconfirmedDataDown: 3,
  confirmedDataUp: 4,
  confirmedDataDown: 5,
  rejoinRequest: 6,
  proprietary: 7,
} as const;
export type FType = (typeof FType)[keyof typeof FType];

/**
 * FType of a PHYPayload.
 * @throws FrameError if it is empty or its Major version is not LoRaWAN R1.
 */
export function fTypeOf(phyPayload: Uint8Array): FType {
  if (phyPayload.length === 0) throw new FrameError("the PHYPayload is empty");
  const major = phyPayload[0] & 0x03;
  if (major !== 0) throw new FrameError(`Major ${major} is not LoRaWAN R1 (0)`);
  return (phyPayload[0] >>> 5) as FType;
}

/** MHDR of an outgoing frame; RFU bits and Major are zero. */
export function mhdr(fType: FType): number {
  return fType << 5;
}
