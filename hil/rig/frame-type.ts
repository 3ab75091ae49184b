/** What a packet on the air is to LoRaWAN. */
import type { Transmission } from "../air/index.ts";
import { FrameError, type FType, fTypeOf } from "../lorawan/index.ts";

/** Undefined: nothing that LoRaWAN knows. */
export function frameTypeOf(packet: Transmission): FType | "beacon" | undefined {
  // Of all that LoRaWAN sends, only beacons have no header.
  if (packet.modulation === "lora" && packet.implicitHeader) return "beacon";
  try {
    return fTypeOf(packet.payload);
  } catch (error) {
    if (error instanceof FrameError) return undefined;
    throw error;
  }
}
