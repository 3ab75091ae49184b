/** A station that is on a channel all the time, and that no LoRa receiver takes for a packet. */
import { type Air, fskBandwidthHz, LORAWAN_FSK } from "../../../../hil/air/index.ts";

/** Occupies a channel from one instant to another, `powerDbm` strong at its antenna. */
export function jam(
  air: Air,
  frequencyHz: number,
  { fromNs, untilNs, powerDbm }: { fromNs: number; untilNs: number; powerDbm: number },
): void {
  air.transmit({
    modulation: "fsk",
    from: "jammer",
    frequencyHz,
    bandwidthHz: fskBandwidthHz(LORAWAN_FSK),
    ...LORAWAN_FSK,
    powerDbm,
    payload: Uint8Array.of(0),
    startNs: fromNs,
    endNs: untilNs,
  });
}
