/**
 * Semtech SX1261 and SX1262 (data sheet rev. 2.1, chapters 8 to 15). BUSY and DIO1 are wired.
 *
 * Between two uses the chip sleeps. It keeps its settings then, but not its buffer. Frequencies are in units of
 * 100 Hz.
 */
export type { PowerDbm } from "../limits.ts";
export { detectActivity, EVENT_DETECTION_DONE, readActivity } from "./activity.ts";
export { endBeacon, prepareBeaconReceiver, readBeacon } from "./beacon.ts";
export { endCarrier, startCarrier } from "./carrier.ts";
export { prepareFskReceiver, transmitFsk } from "./fsk.ts";
export { EVENT_RECEIVED, EVENT_TIMED_OUT, EVENT_TRANSMITTED } from "./interrupts.ts";
export { LISTENING_START_UP_US, listen } from "./listening.ts";
export { Bandwidth } from "./lora.ts";
export { sleepRadio } from "./modes.ts";
export { readNoise } from "./noise.ts";
export { LEAST_POWER_DBM, setPower } from "./power.ts";
export { prepareReceiver } from "./reception.ts";
export { readRssi } from "./rssi.ts";
export { startRadio } from "./start.ts";
export { transmit } from "./transmission.ts";
export { frameSnr, OPENING_US, openReceiver, RECEIVER_START_UP_US, readFrame } from "./window.ts";
