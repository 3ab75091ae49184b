/**
 * The channels of the device. Where the network makes them, they are of one kind, where the plan fixes them, of another;
 * the kind that no plan of the image needs is not in the image.
 */
import type { Bytes, Int, u8, u16, u32 } from "../../lang/index.ts";
import { type DataRate, FAST_DATA_RATES, PLANS, selection, slowerDataRate } from "../../regions/index.ts";
import {
  addDynamicMask,
  areDynamicAllowed,
  areDynamicMasksValid,
  channelsWith,
  DYNAMIC_OCTETS,
  doDynamicMasksHave,
  dynamicDownlinkFrequency,
  dynamicFrequency,
  dynamicJoinRate,
  dynamicOctet,
  enableDefaults,
  enabledChannels,
  isDynamicFree,
  isDynamicJoinFree,
  resetDynamic,
  returnDynamicJoinRate,
  setDynamicOctet,
  startDynamicMasks,
  takeDynamicCfList,
  takeDynamicChannel,
  takeDynamicJoinChannel,
  takeDynamicMasks,
} from "./dynamic.ts";
import {
  addFixedMask,
  areFixedAllowed,
  areFixedMasksEnough,
  enableAll,
  FIXED_OCTETS,
  fixedDownlinkFrequency,
  fixedFrequency,
  fixedJoinRate,
  fixedOctet,
  hasFixedChannel,
  otherFixedRate,
  resetFixed,
  setFixedOctet,
  startFixedMasks,
  takeFixedCfList,
  takeFixedChannel,
  takeFixedJoinChannel,
  takeFixedMasks,
} from "./fixed.ts";
import { isAllSilent } from "./silence.ts";

export { endDoublings, noteBusy } from "./busy.ts";
export { cn470JoinFrequency, cn470Rx2Frequency } from "./cn470.ts";
export { DYNAMIC_CHANNEL_COUNT, dynamicFrequency, setChannel, setDownlinkFrequency } from "./dynamic.ts";
export { nextRelease, releaseBands, silenceBands, switchDutyCycle } from "./silence.ts";

/** The index of a channel: TxCh. */
export type Channel = Int<0, 71>;

/** CFListType: frequencies of further channels, or masks. */
const CF_LIST_FREQUENCIES = 0;
const CF_LIST_MASKS = 1;

/** The frequency of a channel, in units of 100 Hz. */
export function frequencyOf(channel: Channel): u32 {
  return PLANS[selection.plan].isFixed ? fixedFrequency(channel) : dynamicFrequency(channel & 15);
}

/** The frequency of RX1 after an uplink on a channel. */
export function downlinkFrequencyOf(channel: Channel): u32 {
  if (PLANS[selection.plan].isFixed) return fixedDownlinkFrequency(channel);
  return dynamicDownlinkFrequency(channel & 15);
}

/** The channels that a device has before its join. */
export function resetChannels(): void {
  if (PLANS[selection.plan].isFixed) resetFixed();
  else resetDynamic();
}

/** Takes the CFList of a join-accept; one of a type that is not the plan's is ignored (TS001-1.0.4, 6.2.5). */
export function takeCfList(cfList: Bytes<16>): void {
  const type = cfList[15];
  if (PLANS[selection.plan].isFixed) {
    if (type === CF_LIST_MASKS) takeFixedCfList(cfList);
  } else if (type === CF_LIST_FREQUENCIES) {
    takeDynamicCfList(cfList);
  }
}

/** Switches the channels on that the device had before its join, besides what is on. */
export function restoreChannels(): void {
  if (PLANS[selection.plan].isFixed) enableAll();
  else enableDefaults();
}

/**
 * A data rate that a channel is on for: this one, if it can be. What the masks of a fixed plan switch off stays off as
 * long as a channel of either kind is left; where none is, those are on again that the device had before its join. Those
 * of a dynamic plan have no data rate that is faster than the fastest for joining.
 */
export function rateWithChannel(dataRate: DataRate): DataRate {
  if (hasChannel(dataRate)) return dataRate;
  let rate = dataRate;
  if (PLANS[selection.plan].isFixed) {
    const other = otherFixedRate(dataRate);
    if (hasFixedChannel(other)) return other;
  } else if (FAST_DATA_RATES) {
    while (rate > PLANS[selection.plan].fastestJoinRate) {
      rate = slowerDataRate(rate, false);
      if (hasChannel(rate)) return rate;
    }
  }
  restoreChannels();
  return rate;
}

/** Before the masks of a block of LinkADRReq. */
export function startMasks(): void {
  if (PLANS[selection.plan].isFixed) startFixedMasks();
  else startDynamicMasks();
}

/** Applies ChMaskCntl and ChMask of a LinkADRReq. */
export function addMask(control: Int<0, 7>, mask: u16): void {
  if (PLANS[selection.plan].isFixed) addFixedMask(control, mask);
  else addDynamicMask(control, mask);
}

/** Whether the masks of the block can be done where the data rate is this one (ChannelMaskACK). */
export function areMasksValid(dataRate: DataRate): boolean {
  return PLANS[selection.plan].isFixed ? areFixedMasksEnough(dataRate) : areDynamicMasksValid();
}

/** Whether the masks of the block leave a channel for a data rate (DataRateACK). */
export function doMasksHave(dataRate: DataRate): boolean {
  return PLANS[selection.plan].isFixed ? true : doDynamicMasksHave(dataRate);
}

/** Does what the masks of the block say. */
export function takeMasks(): void {
  if (PLANS[selection.plan].isFixed) takeFixedMasks();
  else takeDynamicMasks();
}

/** Whether a channel is on for a data rate. */
export function hasChannel(dataRate: DataRate): boolean {
  if (PLANS[selection.plan].isFixed) return hasFixedChannel(dataRate);
  return channelsWith(enabledChannels(), dataRate) !== 0;
}

/** Whether one of these may be used now. */
export function isChannelFree(dataRate: DataRate): boolean {
  if (isAllSilent()) return false;
  return PLANS[selection.plan].isFixed ? hasFixedChannel(dataRate) : isDynamicFree(dataRate);
}

/** One of these at random, each once before any is used again. Call it only if `isChannelFree`. */
export function takeChannel(dataRate: DataRate): Channel {
  return PLANS[selection.plan].isFixed ? takeFixedChannel(dataRate) : takeDynamicChannel(dataRate);
}

/** The data rate of the next join-request. */
export function joinRate(): DataRate {
  return PLANS[selection.plan].isFixed ? fixedJoinRate() : dynamicJoinRate();
}

/** Whether a channel for the next join-request may be used now. */
export function isJoinChannelFree(): boolean {
  return PLANS[selection.plan].isFixed ? true : isDynamicJoinFree();
}

/** The channel of the next join-request; the data rate of the one after it may be another. */
export function takeJoinChannel(): Channel {
  return PLANS[selection.plan].isFixed ? takeFixedJoinChannel() : takeDynamicJoinChannel();
}

/** With listen before talk: the join-request at this data rate has not gone out, the next one has it. */
export function returnJoinRate(dataRate: DataRate): void {
  if (!PLANS[selection.plan].isFixed) returnDynamicJoinRate(dataRate);
}

/** Octets that the channels take in the store. */
export const CHANNEL_OCTETS = DYNAMIC_OCTETS;

/** One of them. */
export function channelOctet(index: Int<0, 115>): u8 {
  if (!PLANS[selection.plan].isFixed) return index < DYNAMIC_OCTETS ? dynamicOctet(index) : 0;
  return index < FIXED_OCTETS ? fixedOctet(index) : 0;
}

/** The same from the store. */
export function setChannelOctet(index: Int<0, 113>, octet: u8): void {
  if (!PLANS[selection.plan].isFixed) setDynamicOctet(index, octet);
  else if (index < FIXED_OCTETS) setFixedOctet(index, octet);
}

/** Whether the region allows all channels: those from a store may be another region's. */
export function areChannelsAllowed(): boolean {
  return PLANS[selection.plan].isFixed ? areFixedAllowed() : areDynamicAllowed();
}
