/**
 * The store of a personalised device (firmware/store, `ABP`): the identity block with the session, which provisioning
 * writes once, and rings of records that the device writes. LoRaWAN L2 1.0.4 and 1.1, section 6.3.
 *
 * Identity block, octets: 0 'J', 1 layout version 2, 2 minor version of LoRaWAN (0: 1.0, 1: 1.1), 3 zero, 4..7 DevAddr,
 * 8..11 zero, 12..19 DevEUI (both least significant octet first), 20..35 FNwkSIntKey, 36..51 SNwkSIntKey, 52..67
 * NwkSEncKey (under 1.0 the NwkSKey each), 68..83 AppSKey, 84..85 CRC-16/CCITT-FALSE of the octets before it, least
 * significant first.
 *
 * Counters: 26 records of 16 octets from 96 on. The device does not transmit without one, so provisioning writes them
 * all. What the network has set: from 512 on, by the device alone, under 1.0.4.
 */
import { randomBytes } from "node:crypto";
import { crc16 } from "./crc16.ts";
import { EepromError } from "./eeprom.ts";

/** Network session keys: one in 1.0, three in 1.1. */
export type PersonalisedKeys =
  | { readonly lorawan: "1.0.4"; readonly nwkSKey: Uint8Array }
  | {
      readonly lorawan: "1.1";
      readonly fNwkSIntKey: Uint8Array;
      readonly sNwkSIntKey: Uint8Array;
      readonly nwkSEncKey: Uint8Array;
    };

/** The session that a device is personalised with. `devEui`: 16, `devAddr`: 8 upper-case hexadecimal digits. */
export type Personalisation = PersonalisedKeys & {
  readonly devEui: string;
  readonly devAddr: string;
  readonly appSKey: Uint8Array;
};

/** What the newest record of a personalised device says. */
export interface StoredCounters {
  /** The FCntUp that uplinks have not had, that one and all above it. */
  readonly fCntUpBound: number;
  /** The least FCntDown, under 1.1 NFCntDown, that the next downlink may have. */
  readonly nextFCntDown: number;
  /** The same of AFCntDown; under 1.0.4 ADRACKCnt. */
  readonly third: number;
}

const MAGIC = 0x4a;
const LAYOUT = 2;
const CRC_OFFSET = 84;
const COUNTERS_OFFSET = 96;
const COUNTERS_SLOTS = 26;
const RECORD_LENGTH = 16;
const BODY_LENGTH = 12;

/**
 * Session keys from the system's CSPRNG, for a device with these names; `keyOf` gives others to one that exists for the length
 * of a test only.
 */
export function generatePersonalisation(
  names: { readonly devEui: string; readonly devAddr: string; readonly lorawan: "1.0.4" | "1.1" },
  keyOf: (name: string) => Uint8Array = () => randomBytes(16),
): Personalisation {
  const { devEui, devAddr, lorawan } = names;
  const common = { devEui, devAddr, appSKey: keyOf("appSKey") };
  if (lorawan === "1.0.4") return { ...common, lorawan, nwkSKey: keyOf("nwkSKey") };
  return {
    ...{ ...common, lorawan },
    fNwkSIntKey: keyOf("fNwkSIntKey"),
    sNwkSIntKey: keyOf("sNwkSIntKey"),
    nwkSEncKey: keyOf("nwkSEncKey"),
  };
}

/** The EEPROM contents of a freshly personalised board: `sizeBytes` octets, 0xff where nothing is written. */
export function personalisedImage(personalisation: Personalisation, sizeBytes: number): Uint8Array {
  const { devEui, devAddr, appSKey } = personalisation;
  for (const [name, value, pattern] of [
    ["devEui", devEui, /^[0-9A-F]{16}$/],
    ["devAddr", devAddr, /^[0-9A-F]{8}$/],
  ] as const)
    if (!pattern.test(value))
      throw new TypeError(`${name} must be upper-case hexadecimal digits: "${value}"`);
  const image = Buffer.alloc(sizeBytes, 0xff);
  image.fill(0, 0, CRC_OFFSET);
  image[0] = MAGIC;
  image[1] = LAYOUT;
  image[2] = personalisation.lorawan === "1.1" ? 1 : 0;
  Buffer.from(devAddr, "hex").reverse().copy(image, 4);
  Buffer.from(devEui, "hex").reverse().copy(image, 12);
  const keys =
    personalisation.lorawan === "1.1"
      ? [personalisation.fNwkSIntKey, personalisation.sNwkSIntKey, personalisation.nwkSEncKey]
      : [personalisation.nwkSKey, personalisation.nwkSKey, personalisation.nwkSKey];
  for (const [index, key] of [...keys, appSKey].entries()) image.set(key, 20 + 16 * index);
  image.writeUInt16LE(crc16(image.subarray(0, CRC_OFFSET)), CRC_OFFSET);
  for (let slot = 0; slot < COUNTERS_SLOTS; slot++)
    writeRecord(image, COUNTERS_OFFSET + slot * RECORD_LENGTH, slot + 1);
  return image;
}

/** A record of zeros with a serial number: behind the body CRC-16 of both, the number, and its complement. */
function writeRecord(image: Buffer, at: number, serial: number): void {
  image.fill(0, at, at + BODY_LENGTH);
  image.writeUInt16LE(crc16(Uint8Array.of(...image.subarray(at, at + BODY_LENGTH), serial)), at + 12);
  image[at + 14] = serial;
  image[at + 15] = serial ^ 0xff;
}

/** The session in an EEPROM, keys included: not for reports. Throws where there is none or its CRC is wrong. */
export function readPersonalisation(eeprom: Uint8Array): Personalisation {
  const block = Buffer.from(eeprom.subarray(0, CRC_OFFSET + 2));
  if (block.length < CRC_OFFSET + 2 || block[0] !== MAGIC || block[1] !== LAYOUT || block[2] > 1)
    throw new EepromError(
      "no identity block of layout 2 at address 0 of the EEPROM: personalise the board first",
    );
  if (crc16(block.subarray(0, CRC_OFFSET)) !== block.readUInt16LE(CRC_OFFSET))
    throw new EepromError(
      "the CRC of the identity block at address 0 of the EEPROM is wrong: the image is damaged",
    );
  const name = (from: number, to: number) =>
    Buffer.from(block.subarray(from, to)).reverse().toString("hex").toUpperCase();
  const key = (index: number) => new Uint8Array(block.subarray(20 + 16 * index, 36 + 16 * index));
  const common = { devEui: name(12, 20), devAddr: name(4, 8), appSKey: key(3) };
  if (block[2] === 0) return { ...common, lorawan: "1.0.4", nwkSKey: key(0) };
  return { ...common, lorawan: "1.1", fNwkSIntKey: key(0), sNwkSIntKey: key(1), nwkSEncKey: key(2) };
}

/** What the newest whole record of the counters says; undefined where there is none. */
export function readCounters(eeprom: Uint8Array): StoredCounters | undefined {
  let newest: number[] | undefined;
  for (let slot = 0; slot < COUNTERS_SLOTS; slot++) {
    const at = COUNTERS_OFFSET + slot * RECORD_LENGTH;
    const record = Buffer.from(eeprom.subarray(at, at + RECORD_LENGTH));
    const serial = record[14];
    if (serial === 0 || record[15] !== (serial ^ 0xff)) continue;
    if (crc16(Uint8Array.of(...record.subarray(0, BODY_LENGTH), serial)) !== record.readUInt16LE(12))
      continue;
    const numbers = [0, 4, 8].map((at) => record.readUInt32LE(at));
    // The numbers only grow, so the newest are the highest; the first that differs decides.
    const first = numbers.findIndex((number, index) => number !== newest?.[index]);
    if (newest === undefined || (first >= 0 && numbers[first] > newest[first])) newest = numbers;
  }
  if (newest === undefined) return undefined;
  const [fCntUpBound, nextFCntDown, third] = newest;
  return { fCntUpBound, nextFCntDown, third };
}
