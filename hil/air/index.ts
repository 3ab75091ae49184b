export {
  Air,
  type AirObserver,
  type Arrival,
  type Disturbance,
  isFsk,
  isLora,
  type Outcome,
  type Receiver,
  sameChannel,
} from "./air.ts";
export { airtimeUs, needsLowDataRateOptimize, preambleWithSyncSymbols, symbolUs } from "./airtime.ts";
export { type CaptureFormat, captureOf, joinedCaptures } from "./capture/index.ts";
export type { Carrier } from "./carrier.ts";
export {
  CRC_CCITT,
  CRC_IBM,
  crcOctets,
  type FskCrc,
  type FskModulation,
  frameOctets,
  fskAirtimeUs,
  fskBandwidthHz,
  LORAWAN_FSK,
  WHITENING_SEED,
  whiten,
} from "./fsk.ts";
export { captureDb, FSK_SNR_FLOOR_DB, noiseFloorDbm, reportedSnrDb, snrFloorDb } from "./link-budget.ts";
export {
  OULU_SHADOWING_DB,
  type Placement,
  type Position,
  pathLossDb,
  type Shadowing,
} from "./propagation.ts";
export { AirRecorder, type RecordedArrival, type RecordedPacket } from "./recorder.ts";
export type { FskTransmission, LoraModulation, LoraTransmission, Transmission } from "./transmission.ts";
