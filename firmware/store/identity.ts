/**
 * The identity block, which provisioning writes and the device only reads. Octets: 0 'J', 1 layout
 * version 1, 2..3 zero, 4..11 JoinEUI and 12..19 DevEUI (least significant octet first, as on the air),
 * 20..35 NwkKey, 36..51 AppKey, 52..53 CRC-16 of the octets before it, least significant first.
 *
 * That of a personalised device: 0 'J', 1 layout version 2, 2 minor version of its session (0: LoRaWAN 1.0, 1: 1.1), 3 zero,
 * 4..7 DevAddr, 8..11 zero, 12..19 DevEUI, 20..35 FNwkSIntKey, 36..51 SNwkSIntKey, 52..67 NwkSEncKey (under 1.0 all three the
 * NwkSKey), 68..83 AppSKey, 84..85 CRC-16.
 */
import { storeRead } from "../hal/index.ts";
import type { Bytes, Int, u8, u16 } from "../lang/index.ts";
import { CRC_START, crc16 } from "./crc16.ts";

/**
 * Activation by personalisation: the device has its session from its store, and never joins. It needs a store that was
 * provisioned for that. @config
 */
export const ABP: boolean = false;

const MAGIC = 0x4a;
const LAYOUT_VERSION = ABP ? 2 : 1;
const MINOR_VERSION = 2;
const JOIN_EUI = 4;
const DEV_ADDR = 4;
const DEV_EUI = 12;
const NWK_KEY = 20;
const APP_KEY = 36;
const CRC = ABP ? 84 : 52;

/** Where the session keys of a personalised device are. */
export const enum SessionKeyAt {
  FNwkSInt = 20,
  SNwkSInt = 36,
  NwkSEnc = 52,
  AppS = 68,
}

/** Whether the store holds a whole identity block of this layout. */
export function hasIdentity(): boolean {
  if (storeRead(0) !== MAGIC || storeRead(1) !== LAYOUT_VERSION) return false;
  let crc: u16 = CRC_START;
  for (let address = 0; address < CRC; address++) crc = crc16(crc, storeRead(address));
  return storeRead(CRC) === (crc & 0xff) && storeRead(CRC + 1) === crc >> 8;
}

function readEui(address: Int<0, 12>, eui: Bytes<8>): void {
  for (let i = 0; i < 8; i++) eui[i] = storeRead(address + i);
}

function readKey(address: Int<0, 68>, key: Bytes<16>): void {
  for (let i = 0; i < 16; i++) key[i] = storeRead(address + i);
}

/** The JoinEUI, in the octet order of the air. */
export function readJoinEui(joinEui: Bytes<8>): void {
  readEui(JOIN_EUI, joinEui);
}

/** The DevEUI, in the octet order of the air. */
export function readDevEui(devEui: Bytes<8>): void {
  readEui(DEV_EUI, devEui);
}

/** The NwkKey. The caller wipes it after use. */
export function readNwkKey(nwkKey: Bytes<16>): void {
  readKey(NWK_KEY, nwkKey);
}

/** The AppKey. The caller wipes it after use. */
export function readAppKey(appKey: Bytes<16>): void {
  readKey(APP_KEY, appKey);
}

/** The minor version of LoRaWAN that a personalised device has its session of. */
export function readMinorVersion(): u8 {
  return storeRead(MINOR_VERSION);
}

/** The DevAddr of a personalised device, in the octet order of the air. */
export function readDevAddr(devAddr: Bytes<4>): void {
  for (let i = 0; i < 4; i++) devAddr[i] = storeRead(DEV_ADDR + i);
}

/** A session key of a personalised device. */
export function readSessionKey(at: SessionKeyAt, key: Bytes<16>): void {
  readKey(at, key);
}
