/** The downlink of a run: what the Application Server has for the device. */

import type { RegionName } from "../../toolchain/regions/index.ts";
import { NetworkPlan } from "../lorawan/index.ts";
import { RigError } from "./rig-error.ts";

export interface Downlink {
  /** 1 to 223: the FPorts of applications. */
  readonly fPort: number;
  /** At most 51 octets; 49 with LoRaWAN 1.1, where the network's RekeyConf goes with them. */
  readonly payload: Uint8Array;
}

export const DEFAULT_DOWNLINK: Downlink = { fPort: 10, payload: Uint8Array.of(0x01, 0x02, 0xff, 0x00) };

const MAX_F_PORT = 223;

/** CID and payload of RekeyConf, which answers RekeyInd of a 1.1 device's first uplink (TS001-1.1, 5.10). */
const REKEY_CONF_OCTETS = 2;

/** Octets of the longest FRMPayload that the firmware takes. */
const FIRMWARE_LIMIT = 51;

/** Throws RigError where no device could be sent this: whatever data rate it joins at, its frame must hold the payload. */
export function refuseDownlink(
  { fPort, payload }: Downlink,
  lorawan: "1.0.4" | "1.1",
  region: RegionName,
): void {
  if (!Number.isInteger(fPort) || fPort < 1 || fPort > MAX_F_PORT) {
    throw new RigError("usage", `downlink.fPort is ${fPort}: an application's FPort is 1 to ${MAX_F_PORT}`);
  }
  if (!(payload instanceof Uint8Array)) {
    throw new RigError(
      "usage",
      'downlink.payload must be octets: Uint8Array.of(1, 2), Buffer.from("0102", "hex")',
    );
  }
  const longest = Math.min(new NetworkPlan(region).leastFrmPayloadOctets, FIRMWARE_LIMIT);
  const limit = longest - (lorawan === "1.1" ? REKEY_CONF_OCTETS : 0);
  if (payload.length > limit) {
    throw new RigError(
      "usage",
      `downlink.payload has ${payload.length} octets: at the slowest data rate a device of LoRaWAN ${lorawan} can be sent ${limit}`,
    );
  }
}
