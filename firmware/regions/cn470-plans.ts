/**
 * The plans of CN470, for antennas of 20 MHz and of 26 MHz. Made from the figures of regions.json (RP002-1.0.4) by
 * `npm run regions`.
 */
import { tableOf } from "../lang/index.ts";
import { AntennaPlan, JoinChannel } from "./plan.ts";

/** Of all channels, in units of 100 Hz. */
export const CHANNEL_STEP = 2000;

/** The common join channels. */
export const JOIN_CHANNELS = tableOf(JoinChannel, [
  { plan: 0, channel: 3, rx1Frequency: 4845000, rx2Frequency: 4853000 },
  { plan: 0, channel: 11, rx1Frequency: 4861000, rx2Frequency: 4869000 },
  { plan: 0, channel: 19, rx1Frequency: 4877000, rx2Frequency: 4885000 },
  { plan: 0, channel: 27, rx1Frequency: 4893000, rx2Frequency: 4901000 },
  { plan: 0, channel: 35, rx1Frequency: 4909000, rx2Frequency: 4917000 },
  { plan: 0, channel: 43, rx1Frequency: 4925000, rx2Frequency: 4933000 },
  { plan: 0, channel: 51, rx1Frequency: 4941000, rx2Frequency: 4949000 },
  { plan: 0, channel: 59, rx1Frequency: 4957000, rx2Frequency: 4965000 },
  { plan: 1, channel: 15, rx1Frequency: 4799000, rx2Frequency: 4783000 },
  { plan: 1, channel: 47, rx1Frequency: 4999000, rx2Frequency: 4983000 },
  { plan: 2, channel: 0, rx1Frequency: 4925000, rx2Frequency: 4925000 },
  { plan: 2, channel: 10, rx1Frequency: 4925000, rx2Frequency: 4925000 },
  { plan: 2, channel: 20, rx1Frequency: 4925000, rx2Frequency: 4925000 },
  { plan: 2, channel: 30, rx1Frequency: 4925000, rx2Frequency: 4925000 },
  { plan: 2, channel: 40, rx1Frequency: 4925000, rx2Frequency: 4925000 },
  { plan: 3, channel: 0, rx1Frequency: 5025000, rx2Frequency: 5025000 },
  { plan: 3, channel: 10, rx1Frequency: 5025000, rx2Frequency: 5025000 },
  { plan: 3, channel: 20, rx1Frequency: 5025000, rx2Frequency: 5025000 },
  { plan: 3, channel: 30, rx1Frequency: 5025000, rx2Frequency: 5025000 },
  { plan: 3, channel: 40, rx1Frequency: 5025000, rx2Frequency: 5025000 },
]);

export const ANTENNA_PLANS = tableOf(AntennaPlan, [
  // 20A
  {
    masks: 4,
    allOn: 6,
    blockLength: 32,
    firstUplink: 4703000,
    secondUplink: 5035000,
    downlinks: 64,
    firstDownlink: 4839000,
    secondDownlink: 4903000,
  },
  // 20B
  {
    masks: 4,
    allOn: 6,
    blockLength: 32,
    firstUplink: 4769000,
    secondUplink: 4969000,
    downlinks: 64,
    firstDownlink: 4769000,
    secondDownlink: 4969000,
  },
  // 26A
  {
    masks: 3,
    allOn: 3,
    blockLength: 48,
    firstUplink: 4703000,
    secondUplink: 0,
    downlinks: 24,
    firstDownlink: 4901000,
    secondDownlink: 0,
  },
  // 26B
  {
    masks: 3,
    allOn: 3,
    blockLength: 48,
    firstUplink: 4803000,
    secondUplink: 0,
    downlinks: 24,
    firstDownlink: 5001000,
    secondDownlink: 0,
  },
]);
