/**
 * Session and Join Server keys. LoRaWAN L2 1.0.4 section 6.2 (NwkSKey, AppSKey), 1.1 sections 6.1.1.4 and
 * 6.2.3. Each is AES-128(root key, key type | the join's values | zeros).
 */
import { AES_BLOCK_OCTETS, aesEncrypt } from "./aes.ts";
import { EUI_OCTETS, NET_ID_OCTETS, numberToAirOrder, toAirOrder } from "./identifiers.ts";

/** Keys of one session; under the 1.0.x rule the three network keys are the one NwkSKey. */
export interface SessionKeys {
  readonly fNwkSIntKey: Uint8Array;
  readonly sNwkSIntKey: Uint8Array;
  readonly nwkSEncKey: Uint8Array;
  readonly appSKey: Uint8Array;
}

function derive(rootKey: Uint8Array, keyType: number, ...values: Uint8Array[]): Buffer {
  const block = Buffer.alloc(AES_BLOCK_OCTETS);
  Buffer.concat([Buffer.of(keyType), ...values]).copy(block);
  return aesEncrypt(rootKey, block);
}

/**
 * 1.0.x, and a 1.1 device whose join-accept has OptNeg 0. `rootKey` is the AppKey of a 1.0.x device and the
 * NwkKey of a 1.1 device: then AppSKey comes from the NwkKey too.
 */
export function deriveSessionKeys10(join: {
  readonly rootKey: Uint8Array;
  readonly joinNonce: number;
  readonly netId: string;
  readonly devNonce: number;
}): SessionKeys {
  const values = [
    numberToAirOrder(join.joinNonce, 3),
    toAirOrder(join.netId, NET_ID_OCTETS),
    numberToAirOrder(join.devNonce, 2),
  ];
  const nwkSKey = derive(join.rootKey, 0x01, ...values);
  return {
    fNwkSIntKey: nwkSKey,
    sNwkSIntKey: nwkSKey,
    nwkSEncKey: nwkSKey,
    appSKey: derive(join.rootKey, 0x02, ...values),
  };
}

/** 1.1 with OptNeg 1. After a rejoin, `devNonce` is the RJcount that the rejoin-request carried. */
export function deriveSessionKeys11(join: {
  readonly nwkKey: Uint8Array;
  readonly appKey: Uint8Array;
  readonly joinNonce: number;
  readonly joinEui: string;
  readonly devNonce: number;
}): SessionKeys {
  const values = [
    numberToAirOrder(join.joinNonce, 3),
    toAirOrder(join.joinEui, EUI_OCTETS),
    numberToAirOrder(join.devNonce, 2),
  ];
  return {
    fNwkSIntKey: derive(join.nwkKey, 0x01, ...values),
    sNwkSIntKey: derive(join.nwkKey, 0x03, ...values),
    nwkSEncKey: derive(join.nwkKey, 0x04, ...values),
    appSKey: derive(join.appKey, 0x02, ...values),
  };
}

/** 1.1: JSIntKey signs join-accepts with OptNeg and rejoin-requests of type 1; JSEncKey encrypts answers to rejoins. */
export function deriveJoinServerKeys(device: { readonly nwkKey: Uint8Array; readonly devEui: string }): {
  readonly jsIntKey: Uint8Array;
  readonly jsEncKey: Uint8Array;
} {
  const devEui = toAirOrder(device.devEui, EUI_OCTETS);
  return { jsIntKey: derive(device.nwkKey, 0x06, devEui), jsEncKey: derive(device.nwkKey, 0x05, devEui) };
}
