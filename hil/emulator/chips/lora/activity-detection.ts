/**
 * Channel activity detection: are there LoRa chirps on the channel? SX1276 datasheet, 4.1.5; SX1261/2 datasheet,
 * 13.1.11.
 */
import { type Arrival, isLora, sameChannel, symbolUs } from "../../../air/index.ts";
import type { LoraChannel } from "../radio-chip.ts";

/**
 * Whether one of `arrivals` covers a whole symbol between the two instants: with its preamble, or, where the
 * detector knows the chirps of data too, with any part of it.
 */
export function activityPresent(
  arrivals: readonly Arrival[],
  detector: { readonly rxInverted: boolean; readonly detects: "preamble" | "packet" },
  channel: LoraChannel,
  fromNs: number,
  toNs: number,
): boolean {
  return arrivals.filter(isLora).some((arrival) => {
    const { transmission, detectable } = arrival;
    if (!detectable || !sameChannel(arrival, channel)) return false;
    if (transmission.spreadingFactor !== channel.spreadingFactor) return false;
    if (transmission.iqInverted !== detector.rxInverted) return false;
    const symbolNs = symbolUs(transmission) * 1000;
    const preambleEndNs = transmission.startNs + transmission.preambleSymbols * symbolNs;
    const endNs = detector.detects === "packet" ? transmission.endNs : preambleEndNs;
    return Math.min(toNs, endNs) - Math.max(fromNs, transmission.startNs) >= symbolNs;
  });
}
