/** What every LoRa receiver does alike, whichever chip it is part of. */
export { activityPresent } from "./activity-detection.ts";
export { DataBuffer } from "./data-buffer.ts";
export {
  Demodulator,
  type DemodulatorEvents,
  type ReceivedPacket,
  type ReceiverSettings,
} from "./demodulator.ts";
export { WindowTimer } from "./window-timer.ts";
