export { Air, type Arrival, type Disturbance, type Outcome, type Receiver, sameChannel } from "./air.ts";
export { airtimeUs, needsLowDataRateOptimize, preambleWithSyncSymbols, symbolUs } from "./airtime.ts";
export { noiseFloorDbm, reportedSnrDb, snrFloorDb } from "./link-budget.ts";
export type { Modulation, Transmission } from "./transmission.ts";
