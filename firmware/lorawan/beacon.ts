/**
 * Beacons of class B (TS001-1.0.4, 13; TS001-1.1, 15): RFU1 | Param(1) | Time(4) | CRC(2) | GwSpecific(7) | RFU2 | CRC(2).
 * What is left over of a beacon when two gateways send theirs at once is its common part, up to the first CRC; the device
 * has no use for more of it.
 */
import { load16le, load32le, u16, type u32 } from "../lang/index.ts";
import type { BeaconLength } from "../radio/index.ts";
import { BEACON_PLANS, type DataRate, selection, spreadingFactor } from "../regions/index.ts";
import { crc16 } from "../store/index.ts";
import { symbolUs } from "./airtime.ts";
import { frame, PHY } from "./frame.ts";

/** Octets beside RFU1 and RFU2. */
const FIELD_OCTETS = 16;

/** Param and Time. */
const COMMON_OCTETS = 5;

/** Octets of a beacon of the region. */
export function beaconLength(): BeaconLength {
  const plan = BEACON_PLANS[selection.plan];
  return FIELD_OCTETS + plan.rfu1 + plan.rfu2;
}

/** Whether the beacon in the frame buffer is one: the CRC over its common part is right. */
export function isBeacon(): boolean {
  const end = PHY + BEACON_PLANS[selection.plan].rfu1 + COMMON_OCTETS;
  let crc: u16 = 0;
  for (let i = PHY; i < end; i++) crc = crc16(crc, frame[i]);
  return crc === load16le(frame, end);
}

/** The time of the beacon in the frame buffer: seconds of GPS time when it began. */
export function beaconTimeOfFrame(): u32 {
  return load32le(frame, PHY + BEACON_PLANS[selection.plan].rfu1 + 1);
}

/**
 * Microseconds of a beacon on air: 4/5, ten symbols of preamble, no header and no CRC (data sheet SX1276, 4.1.1.7). In
 * quarters of a symbol the count is whole, and so is a quarter in microseconds.
 */
export function beaconAirtimeUs(rate: DataRate): u32 {
  const factor = spreadingFactor(rate);
  const bits = 8 * beaconLength() + 8 - 4 * factor;
  const blocks = u16((bits + 4 * factor - 1) / (4 * factor));
  return (4 * (5 * blocks + 22) + 1) * (symbolUs(rate) >> 2);
}
