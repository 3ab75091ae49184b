/**
 * Whether the certification protocol is switched off for good: an octet of the store beside the identity, in a group of
 * eight of its own, so that a write that power loss cuts spoils nothing else. Provisioning leaves it unwritten.
 */
import { storeRead, storeWrite } from "../hal/index.ts";
import { ABP } from "./identity.ts";

const ADDRESS = ABP ? 88 : 56;
/** FPort 224; unwritten octets are FF or 00. */
const OFF = 224;

export function isCertificationOff(): boolean {
  return storeRead(ADDRESS) === OFF;
}

/** Until the device is provisioned again. */
export function switchCertificationOff(): void {
  storeWrite(ADDRESS, OFF);
}
