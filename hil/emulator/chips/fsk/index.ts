/** What every FSK receiver does alike, whichever chip it is part of. */
export {
  FskDemodulator,
  type FskDemodulatorEvents,
  type FskReceiverSettings,
  type ReceivedFskPacket,
} from "./demodulator.ts";
