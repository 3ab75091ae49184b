/**
 * The store of a device as its firmware reads it (firmware/store): the identity block that provisioning
 * writes once, and after it the journal of nonces that only the device writes.
 *
 * Identity block, octets: 0 'J', 1 layout version 1, 2..3 zero, 4..11 JoinEUI and 12..19 DevEUI (least
 * significant octet first, as on the air), 20..35 NwkKey, 36..51 AppKey, 52..53 CRC-16/CCITT-FALSE of the
 * octets before it, least significant first. Journal: records of 8 octets from 64 on, see `readNonces`.
 * That of a personalised device is another: personalisation.ts.
 */
import { crc16 } from "./crc16.ts";
import type { DeviceIdentity } from "./identity.ts";

/** The octets are not those of a provisioned board. */
export class EepromError extends Error {
  override readonly name = "EepromError";
}

const MAGIC = 0x4a;
const LAYOUT = 1;
const CRC_OFFSET = 52;
const JOURNAL_OFFSET = 64;
const RECORD_LENGTH = 8;
const NO_JOIN_NONCE = 0xffffff;
/** DevNonces that exist: 0 to 65535. */
const DEV_NONCE_COUNT = 0x10000;

/** The EEPROM contents of a freshly provisioned board: `sizeBytes` octets, 0xff where nothing is written. */
export function eepromImage(identity: DeviceIdentity, sizeBytes: number): Uint8Array {
  const image = Buffer.alloc(sizeBytes, 0xff);
  image.fill(0, 0, CRC_OFFSET);
  image[0] = MAGIC;
  image[1] = LAYOUT;
  Buffer.from(identity.joinEui, "hex").reverse().copy(image, 4);
  Buffer.from(identity.devEui, "hex").reverse().copy(image, 12);
  image.set(identity.nwkKey, 20);
  image.set(identity.appKey, 36);
  image.writeUInt16LE(crc16(image.subarray(0, CRC_OFFSET)), CRC_OFFSET);
  return image;
}

/** The identity in an EEPROM, keys included: not for reports. Throws where there is none or its CRC is wrong. */
export function readIdentity(eeprom: Uint8Array): DeviceIdentity {
  const block = Buffer.from(eeprom.subarray(0, CRC_OFFSET + 2));
  if (block.length < CRC_OFFSET + 2 || block[0] !== MAGIC || block[1] !== LAYOUT) {
    throw new EepromError(
      "no identity block of layout 1 at address 0 of the EEPROM: provision the board first",
    );
  }
  if (crc16(block.subarray(0, CRC_OFFSET)) !== block.readUInt16LE(CRC_OFFSET)) {
    throw new EepromError(
      "the CRC of the identity block at address 0 of the EEPROM is wrong: the image is damaged",
    );
  }
  const eui = (offset: number) =>
    Buffer.from(block.subarray(offset, offset + 8))
      .reverse()
      .toString("hex")
      .toUpperCase();
  return {
    joinEui: eui(4),
    devEui: eui(12),
    nwkKey: new Uint8Array(block.subarray(20, 36)),
    appKey: new Uint8Array(block.subarray(36, 52)),
  };
}

/** What the newest whole record of the journal says. */
export interface StoredNonces {
  /** The DevNonce that the next join-request will carry; 65536 where all are used up. */
  readonly nextDevNonce: number;
  /** The JoinNonce of the last accepted join-accept; undefined before the first. */
  readonly lastJoinNonce: number | undefined;
}

/**
 * Reads the journal: records of DevNonce (2 octets), JoinNonce (3, FFFFFF for none), 1 where all DevNonces
 * are used up and else 0, CRC-16 (2), least significant octet first, in a ring. A record torn by a power cut
 * fails its CRC, or has FF in place of that 0 or 1. The DevNonce only grows, so the newest record has the highest; of
 * two with the same DevNonce the newer follows the older in the ring.
 */
export function readNonces(eeprom: Uint8Array): StoredNonces {
  const image = Buffer.from(eeprom.buffer, eeprom.byteOffset, eeprom.byteLength);
  const slots = Math.floor((image.length - JOURNAL_OFFSET) / RECORD_LENGTH);
  let newest: StoredNonces = { nextDevNonce: 0, lastJoinNonce: undefined };
  let newestSlot: number | undefined;
  for (let slot = 0; slot < slots; slot++) {
    const record = image.subarray(JOURNAL_OFFSET + slot * RECORD_LENGTH).subarray(0, RECORD_LENGTH);
    if (crc16(record.subarray(0, 6)) !== record.readUInt16LE(6)) continue;
    const nextDevNonce = record.readUInt16LE(0) + record[5] * DEV_NONCE_COUNT;
    if (nextDevNonce > DEV_NONCE_COUNT) continue;
    const follows = newestSlot === undefined || slot - newestSlot < slots / 2;
    if (nextDevNonce < newest.nextDevNonce || (nextDevNonce === newest.nextDevNonce && !follows)) continue;
    const joinNonce = record.readUIntLE(2, 3);
    newest = { nextDevNonce, lastJoinNonce: joinNonce === NO_JOIN_NONCE ? undefined : joinNonce };
    newestSlot = slot;
  }
  return newest;
}
