/** A device as it is handed to the Join Server. */
import type { MacVersion } from "../interfaces/index.ts";
import type { KeyedDevice } from "../storage/index.ts";

export interface DeviceRegistration {
  /** Hexadecimal as people write it; likewise `joinEui` and `homeNetId`. */
  readonly devEui: string;
  readonly joinEui: string;
  readonly macVersion: MacVersion;
  /** 16 octets. Needed for 1.1, not kept for 1.0.x. */
  readonly nwkKey?: Uint8Array;
  /** 16 octets. The one root key of a 1.0.x device. */
  readonly appKey: Uint8Array;
  readonly homeNetId: string;
  /** The Application Server that may have the AppSKey. */
  readonly asId?: string;
  /** Of a device that has joined elsewhere before, so that neither nonce repeats. */
  readonly lastDevNonce?: number;
  readonly lastJoinNonce?: number;
}

/** What is wrong with a registration, for the one who makes it. */
export class RegistrationError extends Error {
  override readonly name = "RegistrationError";
}

function identifier(name: string, value: string, octets: number): string {
  if (value.length !== 2 * octets || !/^[0-9A-Fa-f]+$/.test(value))
    throw new RegistrationError(`${name} "${value}" is not ${2 * octets} hex digits`);
  return value.toUpperCase();
}

function rootKey(name: string, key: Uint8Array | undefined): Uint8Array {
  if (key?.length !== 16)
    throw new RegistrationError(
      `${name} has ${key ? `${key.length} octets` : "not been given"}; 16 are needed`,
    );
  return key;
}

function nonce(name: string, value: number, max: number): number {
  if (!Number.isInteger(value) || value < 0 || value > max)
    throw new RegistrationError(`${name} ${value} is not a whole number from 0 to ${max}`);
  return value;
}

/** @throws RegistrationError */
export function keyedDevice(registration: DeviceRegistration): KeyedDevice {
  const { macVersion, lastDevNonce, lastJoinNonce = 0 } = registration;
  return {
    devEui: identifier("DevEUI", registration.devEui, 8),
    joinEui: identifier("JoinEUI", registration.joinEui, 8),
    macVersion,
    nwkKey: macVersion === "1.1" ? rootKey("NwkKey", registration.nwkKey) : undefined,
    appKey: rootKey("AppKey", registration.appKey),
    homeNetId: identifier("home NetID", registration.homeNetId, 3),
    asId: registration.asId,
    lastDevNonce: lastDevNonce === undefined ? undefined : nonce("DevNonce", lastDevNonce, 0xffff),
    lastJoinNonce: nonce("JoinNonce", lastJoinNonce, 0xffffff),
  };
}
