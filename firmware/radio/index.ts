/**
 * The radio as the MAC sees it, whatever chip is behind it. One transmission or one window at a time; the radio
 * sleeps in between. The end of each is an event of the HAL, with its time.
 */
export {
  Bandwidth,
  OPENING_US,
  openReceiver,
  prepareReceiver,
  RECEIVER_START_UP_US,
  readFrame,
  readNoise,
  sleepRadio,
  startRadio,
  transmit,
} from "./sx127x.ts";
