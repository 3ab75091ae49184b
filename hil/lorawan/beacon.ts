/**
 * Beacons of class B: RFU1 | Param(1) | Time(4) | CRC(2) | GwSpecific(7) | RFU2 | CRC(2), little-endian. The lengths of
 * RFU1 and RFU2 fill the last symbols of the beacon's data rate. LoRaWAN L2 1.0.4 section 15, 1.1 section 15;
 * RP002-1.0.4.
 */
import { FrameError } from "./frame-error.ts";

/** Gateways send a beacon when GPS time is a multiple of this. */
export const BEACON_PERIOD_S = 128;

/** The time of a beacon is 32 bits of GPS seconds. */
const TIME_MODULUS = 2 ** 32;

/** Octets of RFU1 and RFU2 in a region. */
export interface BeaconLayout {
  readonly rfu1Octets: number;
  readonly rfu2Octets: number;
}

export interface Beacon {
  /** Seconds of GPS time, modulo 2^32. */
  readonly time: number;
  /** Of the time: 10^(n - 6) seconds. */
  readonly precision: number;
  /** What the rest is about: 0 to 2, the position of one of the gateway's antennas. */
  readonly infoDesc: number;
  /** Six octets: latitude and longitude, three each. */
  readonly info: Uint8Array;
}

const PARAM_OCTETS = 1;
const TIME_OCTETS = 4;
const CRC_OCTETS = 2;
const INFO_OCTETS = 6;
const PRECISION_MASK = 3;

/** Octets of a beacon. */
export function beaconOctets({ rfu1Octets, rfu2Octets }: BeaconLayout): number {
  return rfu1Octets + PARAM_OCTETS + TIME_OCTETS + 1 + INFO_OCTETS + rfu2Octets + 2 * CRC_OCTETS;
}

/** @throws FrameError if the information has not six octets. */
export function buildBeacon({ time, precision, infoDesc, info }: Beacon, layout: BeaconLayout): Buffer {
  if (info.length !== INFO_OCTETS)
    throw new FrameError(`the information of a beacon has ${INFO_OCTETS} octets, not ${info.length}`);
  const common = Buffer.alloc(layout.rfu1Octets + PARAM_OCTETS + TIME_OCTETS);
  common[layout.rfu1Octets] = precision & PRECISION_MASK;
  common.writeUInt32LE(time % TIME_MODULUS, layout.rfu1Octets + PARAM_OCTETS);
  const gatewaySpecific = Buffer.concat([Buffer.of(infoDesc), info, Buffer.alloc(layout.rfu2Octets)]);
  return Buffer.concat([common, crcOctets(common), gatewaySpecific, crcOctets(gatewaySpecific)]);
}

/** @throws FrameError if the length or one of the CRCs is wrong. */
export function parseBeacon(octets: Uint8Array, layout: BeaconLayout): Beacon {
  if (octets.length !== beaconOctets(layout))
    throw new FrameError(`a beacon has ${beaconOctets(layout)} octets here, not ${octets.length}`);
  const beacon = Buffer.from(octets);
  const commonEnd = layout.rfu1Octets + PARAM_OCTETS + TIME_OCTETS;
  const specificAt = commonEnd + CRC_OCTETS;
  const parts = [
    ["common part", beacon.subarray(0, commonEnd), commonEnd],
    ["gateway's part", beacon.subarray(specificAt, -CRC_OCTETS), beacon.length - CRC_OCTETS],
  ] as const;
  for (const [name, part, crcAt] of parts)
    if (!crcOctets(part).equals(beacon.subarray(crcAt, crcAt + CRC_OCTETS)))
      throw new FrameError(`the CRC over the ${name} of a beacon is wrong`);
  return {
    time: beacon.readUInt32LE(layout.rfu1Octets + PARAM_OCTETS),
    precision: beacon[layout.rfu1Octets] & PRECISION_MASK,
    infoDesc: beacon[specificAt],
    info: beacon.subarray(specificAt + 1, specificAt + 1 + INFO_OCTETS),
  };
}

/** CRC-16 with polynomial 0x1021 and initial value 0, the most significant bit first. */
function crcOctets(octets: Uint8Array): Buffer {
  let crc = 0;
  for (const octet of octets) {
    crc ^= octet << 8;
    for (let bit = 0; bit < 8; bit++) crc = ((crc << 1) ^ ((crc & 0x8000) === 0 ? 0 : 0x1021)) & 0xffff;
  }
  return Buffer.of(crc & 0xff, crc >> 8);
}
