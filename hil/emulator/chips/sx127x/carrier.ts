/** The carrier that RegFrf* select: datasheet section 4.1.4 and 3.3.3. */
import { hex } from "../hex.ts";
import type { Part } from "./part.ts";

/** Crystal frequency over 2^19: 61.035 Hz. */
export const FREQUENCY_STEP_HZ = 32e6 / 2 ** 19;

/** To the nearest hertz. */
export function carrierHz(frf: number): number {
  return Math.round(frf * FREQUENCY_STEP_HZ);
}

/** What is wrong with a carrier that is about to be used. */
export function carrierFaults(part: Part, frf: number, isPending: boolean): string[] {
  const faults: string[] = [];
  if (isPending) {
    faults.push("RegFrfMsb or RegFrfMid was written without RegFrfLsb: the new frequency has no effect");
  }
  const hertz = carrierHz(frf);
  if (!part.bandsHz.some(([from, to]) => hertz >= from && hertz <= to)) {
    const bands = part.bandsHz.map(([from, to]) => `${from / 1e6} to ${to / 1e6} MHz`).join(" and ");
    faults.push(`RegFrf is ${hex(frf, 6)}, ${(hertz / 1e6).toFixed(3)} MHz: the ${part.name} tunes ${bands}`);
  }
  return faults;
}
