/** {{name}}: what the device measures and sends. The LoRaWAN stack calls the three functions below. */
import { batteryLevel } from "joinery/hal";
import { type Bytes, type Int, store16be, type u8, u16 } from "joinery/lang";

/** Seconds from uplink to uplink. @config */
export const PERIOD_S: Int<1, 500000> = 60;

/** FPort of the uplinks. */
export const UPLINK_PORT = 1;

/** Octets of the longest payload: 51 at most, so that the slowest data rate can carry it. */
export const MAX_PAYLOAD = 4;

/** FPort of the downlinks that the application takes as commands. */
const COMMAND_PORT = 10;

let sampleCount: u16 = 0;
let lastCommand: u8 = 0;

/** Called once, before the device joins. */
export function setup(): void {
  sampleCount = 0;
  lastCommand = 0;
}

/**
 * Called for each uplink: writes the payload and returns its length in octets. Octets: sample number (2), battery level,
 * last command. hil/join.spec.ts expects just these: change both together.
 */
export function sample(payload: Bytes<4>): Int<0, 4> {
  sampleCount = u16(sampleCount + 1);
  store16be(payload, 0, sampleCount);
  payload[2] = batteryLevel();
  payload[3] = lastCommand;
  return 4;
}

/**
 * Called for each downlink on an FPort of the application: the first `length` octets of `payload`. The stack has printed
 * it on the console, unless "config" in joinery.json says "PRINT_DOWNLINKS": false.
 */
export function onDownlink(port: u8, payload: Bytes<51>, length: Int<0, 51>): void {
  if (port === COMMAND_PORT && length > 0) lastCommand = payload[0];
}
