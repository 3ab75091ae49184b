/**
 * Semtech SX1276, SX1277, SX1278 and SX1279 (data sheet rev. 7, chapters 2 to 6; errata note, items 2.1 and 2.3), SX1272
 * and SX1273 (data sheet rev. 4; errata note, item 2.2), above 779 MHz. DIO0 and DIO1 are wired. Sections are those of the
 * SX1276's data sheet.
 *
 * Between two uses the chip sleeps in LoRa mode. It keeps its registers then, but not its FIFO. Frequencies are in units
 * of 100 Hz.
 */
export type { PowerDbm } from "./limits.ts";
export { detectActivity, EVENT_DETECTION_DONE, readActivity } from "./sx127x/activity.ts";
export { endBeacon, prepareBeaconReceiver, readBeacon } from "./sx127x/beacon.ts";
export { endCarrier, startCarrier } from "./sx127x/carrier.ts";
export { prepareFskReceiver } from "./sx127x/fsk-reception.ts";
export { transmitFsk } from "./sx127x/fsk-transmission.ts";
export { EVENT_RECEIVED, EVENT_TIMED_OUT, EVENT_TRANSMITTED } from "./sx127x/interrupts.ts";
export { LISTENING_START_UP_US, listen } from "./sx127x/listening.ts";
export { Bandwidth } from "./sx127x/lora.ts";
export { sleepRadio } from "./sx127x/modes.ts";
export { readNoise } from "./sx127x/noise.ts";
export { LEAST_POWER_DBM, setPower } from "./sx127x/power.ts";
export { prepareReceiver } from "./sx127x/reception.ts";
export { readRssi } from "./sx127x/rssi.ts";
export { startRadio } from "./sx127x/start.ts";
export { transmit } from "./sx127x/transmission.ts";
export { frameSnr, OPENING_US, openReceiver, RECEIVER_START_UP_US, readFrame } from "./sx127x/window.ts";
