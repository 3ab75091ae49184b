/**
 * The example application: a 4-octet reading on FPort 2 each period. The reading is the number of the sample and the
 * battery level, as a board without sensors has no other. It has no use for downlinks, which the stack prints.
 */
import { batteryLevel } from "../hal/index.ts";
import { type Bytes, type Int, store16be, type u8, u16 } from "../lang/index.ts";

/** Seconds from uplink to uplink. @config */
export const PERIOD_S: Int<1, 500000> = 60;

/** FPort of the uplinks. */
export const UPLINK_PORT = 2;

/** Octets of the longest payload: 51 at most, so that the slowest data rate can carry it. */
export const MAX_PAYLOAD = 4;

let sampleCount: u16 = 0;

/** Called once, before the device joins. */
export function setup(): void {
  sampleCount = 0;
}

/** Called for each uplink: writes the payload and returns its length. Octets: sample number (2), battery level, 0. */
export function sample(payload: Bytes<4>): Int<0, 4> {
  store16be(payload, 0, sampleCount);
  payload[2] = batteryLevel();
  payload[3] = 0;
  sampleCount = u16(sampleCount + 1);
  return 4;
}

/** Called for each downlink with a payload for the application. */
// biome-ignore lint/correctness/noUnusedFunctionParameters: a hook is given what it is given
export function onDownlink(port: u8, payload: Bytes<51>, length: Int<0, 51>): void {}
