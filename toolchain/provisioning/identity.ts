/** What a device is born with: its names, and the root keys that nobody but the Join Server shares. */
import { randomBytes } from "node:crypto";

/** EUIs as people write them: 16 upper-case hexadecimal digits, most significant first. Keys: 16 octets. */
export interface DeviceIdentity {
  readonly devEui: string;
  readonly joinEui: string;
  /** Root key of LoRaWAN 1.1 for the network side. A 1.0.x device does not use it. */
  readonly nwkKey: Uint8Array;
  /** Root key for the application side; in LoRaWAN 1.0.x the only root key. */
  readonly appKey: Uint8Array;
}

/**
 * A new identity under `joinEui`. The root keys come from the system's CSPRNG, whatever `devEui` is; `keyOf` gives others
 * to a device that exists for the length of a test only.
 */
export function generateIdentity(
  names: { devEui: string; joinEui: string },
  keyOf: (name: "nwkKey" | "appKey") => Uint8Array = () => randomBytes(16),
): DeviceIdentity {
  for (const [name, value] of Object.entries(names)) {
    if (!/^[0-9A-F]{16}$/.test(value)) {
      throw new TypeError(`${name} must be 16 upper-case hexadecimal digits, not "${value}"`);
    }
  }
  return { ...names, nwkKey: keyOf("nwkKey"), appKey: keyOf("appKey") };
}
