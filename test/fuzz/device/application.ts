/** The application of the device under fuzz: the harness says how long each payload is, and what is asked of the network. */
import { type Bytes, fill, type Int, type u8 } from "../../../firmware/lang/index.ts";
import { requestLinkCheck, requestTime } from "../../../firmware/lorawan/link.ts";

/** Seconds from uplink to uplink. @config */
export const PERIOD_S: Int<1, 500000> = 60;
export const UPLINK_PORT = 223;
export const MAX_PAYLOAD = 51;

/** Octets of the next payload. @extern harness_payload_length */
export function payloadLength(): Int<0, 51> {
  return 0;
}

/** Bit 0: LinkCheckReq goes with the next uplink; bit 1: DeviceTimeReq. @extern harness_requests */
export function requests(): u8 {
  return 0;
}

export function setup(): void {}

export function sample(payload: Bytes<51>): Int<0, 51> {
  const wanted = requests();
  if ((wanted & 1) !== 0) requestLinkCheck();
  if ((wanted & 2) !== 0) requestTime();
  fill(payload, 0, 51, 0x5a);
  return payloadLength();
}

// biome-ignore lint/correctness/noUnusedFunctionParameters: a hook is given what it is given
export function onDownlink(port: u8, payload: Bytes<51>, length: Int<0, 51>): void {}
