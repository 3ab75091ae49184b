/** An application whose uplinks are as long as they may be: 51 octets, each the number of the uplink. */
import type { Bytes, Int, u8 } from "../../../../firmware/lang/index.ts";

/** Seconds from uplink to uplink. @config */
export const PERIOD_S: Int<1, 500000> = 60;
export const UPLINK_PORT = 223;
export const MAX_PAYLOAD = 51;

let count: u8 = 0;

export function setup(): void {}

export function sample(payload: Bytes<51>): Int<0, 51> {
  payload.fill(count++);
  return 51;
}

export function onDownlink(): void {}
