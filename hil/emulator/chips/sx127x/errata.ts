/**
 * The errata note of the SX1276/77/78/79 (rev. 1), as far as a host can see it. A workaround that is left out is not
 * misuse: the chip then has the fault that the note describes, and drivers without it work.
 *
 * Item 2.1: RegHighBwOptimize1 and 2 make the most of 500 kHz, and cost sensitivity wherever else they are left so.
 *
 * Item 2.3: with the automatic intermediate frequency a receiver below 500 kHz also takes frames from beside its
 * channel, which is not modelled. The frequencies that the note has instead move narrow receivers down by a bandwidth,
 * for which the host makes up with RegFrf.
 *
 * Of the note of the SX1272/73 (rev. 1) a host sees nothing: its item 2.2 wants the automatic intermediate frequency at
 * all bandwidths, for the same reason.
 */
import { hex } from "../hex.ts";
import { Reg } from "./registers.ts";

/** RegHighBwOptimize1: after reset, and for 500 kHz. */
const OPTIMIZE_AUTOMATIC = 0x03;
const OPTIMIZE_500_KHZ = 0x02;

/** RegHighBwOptimize2 at 500 kHz, by band: that between them is not in the note. */
const OPTIMIZE_BANDS = [
  { fromHz: 410e6, toHz: 525e6, value: 0x7f },
  { fromHz: 862e6, toHz: 1020e6, value: 0x64 },
] as const;

/** RegDetectOptimize. */
const AUTOMATIC_IF = 0x80;

const LEAST_UNMOVED_HZ = 62_500;

/** RegIfFreq2 of the note below that; RegIfFreq1 is 0 with it. */
function narrowIfFreq2(bandwidthHz: number): number {
  return bandwidthHz < 10_000 ? 0x48 : 0x44;
}

/** How far below RegFrf the receiver listens. */
export function receiverShiftHz(lora: Uint8Array, bandwidthHz: number): number {
  const moved =
    bandwidthHz < LEAST_UNMOVED_HZ &&
    (lora[Reg.DetectOptimize] & AUTOMATIC_IF) === 0 &&
    lora[Reg.IfFreq1] === 0 &&
    lora[Reg.IfFreq2] === narrowIfFreq2(bandwidthHz);
  return moved ? bandwidthHz : 0;
}

/** What is wrong with a workaround that is applied. */
export function errataFaults(
  lora: Uint8Array,
  { bandwidthHz, frequencyHz }: { bandwidthHz: number; frequencyHz: number },
): string[] {
  const [first, second] = [lora[Reg.HighBwOptimize1], lora[Reg.HighBwOptimize2]];
  if (bandwidthHz !== 500_000) {
    if (first === OPTIMIZE_AUTOMATIC) return [];
    return [
      `RX at ${bandwidthHz / 1000} kHz with register 0x36 at ${hex(first)}: must be ${hex(OPTIMIZE_AUTOMATIC)} below 500 kHz (errata 2.1)`,
    ];
  }
  const band = OPTIMIZE_BANDS.find(({ fromHz, toHz }) => frequencyHz >= fromHz && frequencyHz <= toHz);
  if (first !== OPTIMIZE_500_KHZ || band === undefined || second === band.value) return [];
  return [
    `RX at 500 kHz and ${(frequencyHz / 1e6).toFixed(3)} MHz with register 0x36 at ${hex(first)} and 0x3A at ${hex(second)}: must be ${hex(band.value)} (errata 2.1)`,
  ];
}
