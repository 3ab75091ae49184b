/**
 * Register values of signal measurements, datasheet section 5.5.5 and the formulas of registers 0x19 to 0x1B and 0x28
 * to 0x2A.
 */

import type { Part } from "./part.ts";

/** RegPktSnrValue: quarters of a dB, two's complement. */
export function snrValue(snrDb: number): number {
  return Math.max(-128, Math.min(127, Math.round(snrDb * 4))) & 0xff;
}

/** RegRssiValue for the power within the channel: a decibel a step. */
export function rssiValue(part: Part, powerDbm: number, frequencyHz: number): number {
  return clampOctet(powerDbm - part.rssiOffsetDbm(frequencyHz));
}

/**
 * RegPktRssiValue: the host stretches it by 17/16. Under the noise it gives signal and noise together, and
 * the host adds the SNR.
 */
export function packetRssiValue(part: Part, rssiDbm: number, snrDb: number, frequencyHz: number): number {
  const powerDbm = snrDb < 0 ? rssiDbm - snrDb : rssiDbm;
  return clampOctet(((powerDbm - part.rssiOffsetDbm(frequencyHz)) * 16) / 17);
}

/** RegRssiValue of the FSK page: half a decibel a step, below zero. */
export function fskRssiValue(powerDbm: number): number {
  return clampOctet(-2 * powerDbm);
}

/** RegFei: 20 bits, two's complement, for a received frequency that is `errorHz` above the own one. */
export function frequencyErrorValue(errorHz: number, bandwidthHz: number): number {
  return Math.round((errorHz * 32e6 * 500e3) / (2 ** 24 * bandwidthHz)) & 0xfffff;
}

function clampOctet(value: number): number {
  return Math.max(0, Math.min(255, Math.round(value)));
}
