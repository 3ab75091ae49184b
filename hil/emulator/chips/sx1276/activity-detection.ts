/** Channel activity detection, datasheet section 4.1.5 (CAD): is there a LoRa preamble on the channel? */
import { type Arrival, sameChannel, symbolUs } from "../../../air/index.ts";
import type { RadioChannel } from "../radio-chip.ts";
import type { ModemSettings } from "./modem-settings.ts";

/** Whether the preamble of one of `arrivals` covers a whole symbol between the two instants. */
export function activityPresent(
  arrivals: readonly Arrival[],
  settings: ModemSettings,
  channel: RadioChannel,
  fromNs: number,
  toNs: number,
): boolean {
  return arrivals.some(({ transmission, detectable }) => {
    if (!detectable || !sameChannel(transmission, channel)) return false;
    if (transmission.spreadingFactor !== channel.spreadingFactor) return false;
    if (transmission.iqInverted !== settings.rxInverted) return false;
    const symbolNs = symbolUs(transmission) * 1000;
    const preambleEndNs = transmission.startNs + transmission.preambleSymbols * symbolNs;
    return Math.min(toNs, preambleEndNs) - Math.max(fromNs, transmission.startNs) >= symbolNs;
  });
}
