/** Takes down each join-request of the device as it goes on the air, and keeps the store that says that its DevNonce is used. */
import { readNonces } from "../../toolchain/provisioning/index.ts";
import type { Air } from "../air/index.ts";
import { FType, parseJoinRequest } from "../lorawan/index.ts";
import { DEVICE_STATION, type DeviceUnderTest } from "./device.ts";
import { frameTypeOf } from "./frame-type.ts";
import type { Observations } from "./observations.ts";
import type { ProvisionedDevice } from "./provisioned-device.ts";

/**
 * To be called before anybody else listens to the air: what is kept must not depend on who reads of it. `provisioned` is
 * undefined where nothing is kept.
 */
export function noteJoinAttempts(
  air: Air,
  seen: Observations,
  provisioned: ProvisionedDevice | undefined,
  device: () => DeviceUnderTest,
  station = DEVICE_STATION,
): void {
  air.onTransmission((transmission) => {
    if (transmission.from !== station || frameTypeOf(transmission) !== FType.joinRequest) return;
    const { devNonce } = parseJoinRequest(transmission.payload);
    // On the air a DevNonce is used: whatever happens to this process, the kept EEPROM must know.
    provisioned?.keep();
    const storedDevNonce = readNonces(device().store).nextDevNonce;
    seen.joinAttempts.push({ devNonce, transmission, storedDevNonce });
  });
}
