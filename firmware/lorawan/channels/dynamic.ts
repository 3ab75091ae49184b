/**
 * The channels of a dynamic plan (RP002-1.0.4, 2.3 and EU863-870): some that each device has, the others the network
 * makes, by a CFList of type 0 or by NewChannelReq.
 */
import { type Bytes, type Int, store16le, u8, u16, type u32, view } from "../../lang/index.ts";
import {
  bandOf,
  type DataRate,
  DEFAULT_CHANNEL_COUNT,
  DEFAULT_CHANNELS,
  isAllowed,
  NO_BAND,
  PLANS,
  selection,
} from "../../regions/index.ts";
import { LISTEN_BEFORE_TALK } from "../carrier-sense.ts";
import { load24le } from "../load24le.ts";
import { random16 } from "../random.ts";
import { withoutBusy } from "./busy.ts";
import { isFree } from "./silence.ts";

/** Channels that a device must be able to have. */
export const DYNAMIC_CHANNEL_COUNT = 16;

export type DynamicChannel = Int<0, 15>;

/** A set of channels: a bit each, channel 0 the lowest, as ChMask has them. */
type ChannelSet = u16;

/** DrRange of the default channels and of those of a CFList: DR0 to DR5 in all plans. */
const DEFAULT_DATA_RATES = 0x50;

/** ChMaskCntl: ChMask is for channels 0 to 15; all channels that there are. */
const THESE_CHANNELS = 0;
const ALL_CHANNELS = 6;

/** Frequencies as the MAC commands carry them, three octets in units of 100 Hz; 0 where there is no such channel. */
const uplinks = new Uint8Array(48);
/** Where DlChannelReq has moved RX1 of a channel to; 0 where that is on the uplink's frequency. */
const downlinks = new Uint8Array(48);
/** DrRange of each channel: the highest data rate in the high nibble, the lowest in the low one. */
const dataRates = new Uint8Array(16);

class Channels {
  /** What is switched on; and what a LinkADRReq would switch on, while its block is read. */
  enabled: ChannelSet = 0;
  wanted: ChannelSet = 0;
  isWantedKnown: boolean = true;
  /** Channels that were used since all had their turn. */
  used: ChannelSet = 0;
  /** The data rate of the next join-request. */
  joinRate: DataRate = 0;
}

const channels = new Channels();

function load24(octets: Bytes<48>, channel: DynamicChannel): u32 {
  return load24le(view(octets, 3 * channel, 3));
}

function store24(octets: Bytes<48>, channel: DynamicChannel, value: u32): void {
  store16le(octets, 3 * channel, value & 0xffff);
  octets[3 * channel + 2] = u8(value >>> 16);
}

/** The frequency of a channel in units of 100 Hz; 0 where there is no such channel. */
export function dynamicFrequency(channel: DynamicChannel): u32 {
  return load24(uplinks, channel);
}

/** The frequency of RX1 after an uplink on a channel. */
export function dynamicDownlinkFrequency(channel: DynamicChannel): u32 {
  const moved = load24(downlinks, channel);
  return moved === 0 ? dynamicFrequency(channel) : moved;
}

/** Moves RX1 of a channel. */
export function setDownlinkFrequency(channel: DynamicChannel, frequency: u32): void {
  store24(downlinks, channel, frequency);
}

/** Makes a channel, which is then on, or with frequency 0 takes it away. RX1 is where the uplink is. */
export function setChannel(channel: DynamicChannel, frequency: u32, drRange: u8): void {
  store24(uplinks, channel, frequency);
  store24(downlinks, channel, 0);
  dataRates[channel] = drRange;
  const bit = 1 << channel;
  channels.enabled = frequency === 0 ? channels.enabled & ~bit : channels.enabled | bit;
}

/** The channels that every device of the plan has, and none else. */
export function resetDynamic(): void {
  const count = PLANS[selection.plan].defaultChannelCount;
  for (let i = 0; i < DYNAMIC_CHANNEL_COUNT; i++) {
    setChannel(
      i,
      i < count ? DEFAULT_CHANNELS[DEFAULT_CHANNEL_COUNT * selection.plan + i] : 0,
      DEFAULT_DATA_RATES,
    );
  }
  channels.joinRate = PLANS[selection.plan].fastestJoinRate;
}

/** Takes the additional channels of a CFList of type 0; frequencies that the region does not allow are left out. */
export function takeDynamicCfList(cfList: Bytes<16>): void {
  const first = PLANS[selection.plan].defaultChannelCount;
  for (let i = 0; i < 5; i++) {
    const frequency = load24le(view(cfList, 3 * i, 3));
    setChannel(first + i, bandOf(frequency) === NO_BAND ? 0 : frequency, DEFAULT_DATA_RATES);
  }
}

/** The channels that every device of the plan has. */
function defaultChannels(): ChannelSet {
  return (1 << PLANS[selection.plan].defaultChannelCount) - 1;
}

/** Switches the default channels on, besides what is on. */
export function enableDefaults(): void {
  channels.enabled = channels.enabled | defaultChannels();
}

/** All channels that there are. */
function knownChannels(): ChannelSet {
  let known: ChannelSet = 0;
  for (let i = 0; i < DYNAMIC_CHANNEL_COUNT; i++) if (dynamicFrequency(i) !== 0) known = known | (1 << i);
  return known;
}

/** Those of a set that have a data rate. */
export function channelsWith(set: ChannelSet, dataRate: DataRate): ChannelSet {
  let able: ChannelSet = 0;
  for (let i = 0; i < DYNAMIC_CHANNEL_COUNT; i++) {
    const range = dataRates[i];
    if (dataRate >= (range & 15) && dataRate <= range >> 4) able = able | (1 << i);
  }
  return able & set;
}

/** Those of a set that may be used now at a data rate. */
function freeChannels(set: ChannelSet, dataRate: DataRate): ChannelSet {
  const all = channelsWith(set, dataRate);
  const able = LISTEN_BEFORE_TALK ? withoutBusy(all) : all;
  let free: ChannelSet = 0;
  for (let i = 0; i < DYNAMIC_CHANNEL_COUNT; i++) {
    if ((able & (1 << i)) !== 0 && isFree(dynamicFrequency(i))) free = free | (1 << i);
  }
  return free;
}

/** Before the masks of a block of LinkADRReq. */
export function startDynamicMasks(): void {
  channels.wanted = channels.enabled;
  channels.isWantedKnown = true;
}

/** Applies ChMaskCntl and ChMask of a LinkADRReq. */
export function addDynamicMask(control: Int<0, 7>, mask: u16): void {
  if (control === THESE_CHANNELS) channels.wanted = mask;
  else if (control === ALL_CHANNELS) channels.wanted = knownChannels();
  else channels.isWantedKnown = false;
  // A channel that does not exist is an error of the request, even where a later one leaves it out.
  if ((channels.wanted & ~knownChannels()) !== 0) channels.isWantedKnown = false;
}

/** Whether the masks of the block can be done. */
export function areDynamicMasksValid(): boolean {
  return channels.isWantedKnown && channels.wanted !== 0;
}

/** Whether the masks of the block leave a channel for a data rate. */
export function doDynamicMasksHave(dataRate: DataRate): boolean {
  return channelsWith(channels.wanted, dataRate) !== 0;
}

/** Switches on what the masks of the block say. */
export function takeDynamicMasks(): void {
  channels.enabled = channels.wanted;
}

/** The channels that are on. */
export function enabledChannels(): ChannelSet {
  return channels.enabled;
}

/** Whether one of these is free now. */
export function isDynamicFree(dataRate: DataRate): boolean {
  return freeChannels(channels.enabled, dataRate) !== 0;
}

/** One of `free`, which is not empty, at random: each once before any is used again. */
function takeOf(free: ChannelSet): DynamicChannel {
  if ((free & ~channels.used) === 0) channels.used = u16(channels.used & ~free);
  const candidates = u16(free & ~channels.used);
  let channel: DynamicChannel = random16() & 15;
  while ((candidates & (1 << channel)) === 0) channel = random16() & 15;
  channels.used = channels.used | (1 << channel);
  return channel;
}

/** One of the channels that are on and free for a data rate, of which there is one. */
export function takeDynamicChannel(dataRate: DataRate): DynamicChannel {
  return takeOf(freeChannels(channels.enabled, dataRate));
}

/** The data rate of the next join-request. */
export function dynamicJoinRate(): DataRate {
  return channels.joinRate;
}

/** Whether a channel for joining is free now. */
export function isDynamicJoinFree(): boolean {
  return freeChannels(defaultChannels(), channels.joinRate) !== 0;
}

/**
 * The channel of the next join-request, where one is free. The one after it reaches farther; after the slowest the
 * quickest again.
 */
export function takeDynamicJoinChannel(): DynamicChannel {
  const rate = channels.joinRate;
  const plan = PLANS[selection.plan];
  channels.joinRate = rate > plan.slowestJoinRate ? rate - 1 : plan.fastestJoinRate;
  return takeOf(freeChannels(defaultChannels(), rate));
}

/** The join-request at this data rate has not gone out: the next one has it. */
export function returnDynamicJoinRate(dataRate: DataRate): void {
  channels.joinRate = dataRate;
}

/** Octets that the channels take in the store. */
export const DYNAMIC_OCTETS = 114;

/** One of them: uplinks, downlinks, data rates, and what is on. */
export function dynamicOctet(index: Int<0, 113>): u8 {
  if (index < 48) return uplinks[index];
  if (index < 96) return downlinks[index - 48];
  if (index < 112) return dataRates[index - 96];
  return index === 112 ? channels.enabled & 0xff : channels.enabled >> 8;
}

/** The same from the store. */
export function setDynamicOctet(index: Int<0, 113>, octet: u8): void {
  if (index < 48) uplinks[index] = octet;
  else if (index < 96) downlinks[index - 48] = octet;
  else if (index < 112) dataRates[index - 96] = octet;
  else if (index === 112) channels.enabled = octet;
  else channels.enabled = (channels.enabled & 0xff) | (octet << 8);
}

/**
 * Whether those that every device of the plan has are there, all lie where the region allows it, and none is on that is
 * not there.
 */
export function areDynamicAllowed(): boolean {
  const count = PLANS[selection.plan].defaultChannelCount;
  for (let i = 0; i < DYNAMIC_CHANNEL_COUNT; i++) {
    const frequency = dynamicFrequency(i);
    if (i < count) {
      if (frequency !== DEFAULT_CHANNELS[DEFAULT_CHANNEL_COUNT * selection.plan + i]) return false;
      if (dataRates[i] !== DEFAULT_DATA_RATES) return false;
    }
    if (frequency !== 0 && bandOf(frequency) === NO_BAND) return false;
    const moved = load24(downlinks, i);
    if (moved !== 0 && !isAllowed(moved)) return false;
  }
  return (channels.enabled & ~knownChannels()) === 0;
}
