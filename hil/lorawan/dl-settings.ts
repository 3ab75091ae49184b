/** DLSettings of a join-accept: OptNeg (bit 7, RFU in 1.0.x), RX1DROffset (6:4), RX2DataRate (3:0). */
import { FrameError } from "./frame-error.ts";

export interface DlSettings {
  /** The network runs 1.1 with the device: 1.1 key schedule, two downlink counters, RekeyInd. */
  readonly optNeg: boolean;
  readonly rx1DrOffset: number;
  readonly rx2DataRate: number;
}

export function parseDlSettings(octet: number): DlSettings {
  return { optNeg: (octet & 0x80) !== 0, rx1DrOffset: (octet >>> 4) & 0x07, rx2DataRate: octet & 0x0f };
}

/** @throws FrameError if a value does not fit its bits. */
export function dlSettingsOctet(settings: DlSettings): number {
  const { optNeg, rx1DrOffset, rx2DataRate } = settings;
  if (!(rx1DrOffset >= 0 && rx1DrOffset <= 7))
    throw new FrameError(`RX1DROffset ${rx1DrOffset} is not 0 to 7`);
  if (!(rx2DataRate >= 0 && rx2DataRate <= 15))
    throw new FrameError(`RX2DataRate ${rx2DataRate} is not 0 to 15`);
  return (optNeg ? 0x80 : 0) | (rx1DrOffset << 4) | rx2DataRate;
}
