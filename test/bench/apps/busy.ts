/**
 * An application that never comes to the radio: it encrypts for ever. Its sleep of a microsecond between times is for
 * the watchdog, which resets a board that never sleeps.
 */
import { wait } from "../../../firmware/clock/index.ts";
import { encryptBlock } from "../../../firmware/crypto/index.ts";
import type { Bytes, Int, u8 } from "../../../firmware/lang/index.ts";

/** Between two sleeps. */
const BLOCKS = 1000;

/** Seconds from uplink to uplink. @config */
export const PERIOD_S: Int<1, 500000> = 60;
/** FPort of the uplinks. */
export const UPLINK_PORT = 1;
/** Octets of the longest payload. */
export const MAX_PAYLOAD = 1;

const block = new Uint8Array(16);
/** Nothing sets it: the compiler does not know. */
let enough: boolean = false;

export function setup(): void {
  while (!enough) {
    for (let i = 0; i < BLOCKS; i++) encryptBlock(block, block);
    wait(1);
  }
}

export function sample(payload: Bytes<1>): Int<0, 1> {
  enough = payload[0] === 1;
  return 0;
}

export function onDownlink(port: u8, payload: Bytes<51>, length: Int<0, 51>): void {
  enough = port === 1 && length === payload[0];
}
