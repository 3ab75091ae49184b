/**
 * What the errata note of the SX1276/77/78/79 asks of a LoRa receiver (rev. 1, items 2.1 and 2.3). Nothing fails without it,
 * but the sensitivity at 500 kHz, and a receiver below that bandwidth takes frames that nobody sent.
 */
import { hex } from "../hex.ts";
import { Reg } from "./registers.ts";

/** RegDetectOptimize. */
const AUTOMATIC_IF = 0x80;

/** RegHighBwOptimize2 at 500 kHz, by band. */
const OPTIMIZE_LOW_BAND = 0x7f;
const OPTIMIZE_HIGH_BAND = 0x64;
const BAND_SPLIT_HZ = 525e6;

/** RegIfFreq2 by bandwidth; RegIfFreq1 is 0 with all of them. */
function intermediateFrequency(bandwidthHz: number): number {
  if (bandwidthHz < 10_000) return 0x48;
  return bandwidthHz < 62_500 ? 0x44 : 0x40;
}

export function errataFaults(
  lora: Uint8Array,
  channel: { bandwidthHz: number; frequencyHz: number },
): string[] {
  const { bandwidthHz, frequencyHz } = channel;
  const kilohertz = `${bandwidthHz / 1000} kHz`;
  const faults: string[] = [];
  const automatic = (lora[Reg.DetectOptimize] & AUTOMATIC_IF) !== 0;
  if (bandwidthHz === 500_000) {
    const optimize = frequencyHz > BAND_SPLIT_HZ ? OPTIMIZE_HIGH_BAND : OPTIMIZE_LOW_BAND;
    if (lora[Reg.HighBwOptimize1] !== 0x02 || lora[Reg.HighBwOptimize2] !== optimize) {
      faults.push(
        `RX at 500 kHz with registers 0x36 and 0x3A at ${hex(lora[Reg.HighBwOptimize1])} and ${hex(lora[Reg.HighBwOptimize2])}: must be 0x02 and ${hex(optimize)} (errata 2.1)`,
      );
    }
    if (!automatic) {
      faults.push("RX at 500 kHz with bit 7 of RegDetectOptimize 0: must be 1 (errata 2.3)");
    }
    return faults;
  }
  if (automatic) {
    faults.push(`RX at ${kilohertz} with bit 7 of RegDetectOptimize 1: must be 0 (errata 2.3)`);
  }
  const wanted = intermediateFrequency(bandwidthHz);
  if (lora[Reg.IfFreq1] !== 0 || lora[Reg.IfFreq2] !== wanted) {
    faults.push(
      `RX at ${kilohertz} with registers 0x30 and 0x2F at ${hex(lora[Reg.IfFreq1])} and ${hex(lora[Reg.IfFreq2])}: must be 0x00 and ${hex(wanted)} (errata 2.3)`,
    );
  }
  return faults;
}
