/**
 * The channels of a dynamic plan (RP002-1.0.4, 2.3 and EU863-870) and the duty cycle: each transmission is
 * followed by silence in its sub-band, and in all of them where the network asks for less traffic, so that the duty cycle
 * holds over any time.
 */
import { reached, TICK_US } from "../clock/index.ts";
import { type Bytes, type Int, load16le, store16le, u8, u16, u32 } from "../lang/index.ts";
import {
  BAND_COUNT,
  bandOf,
  type DataRate,
  DEFAULT_CHANNEL_COUNT,
  DEFAULT_CHANNELS,
  DEFAULT_DATA_RATES,
  NO_BAND,
  silenceFactor,
} from "../regions/index.ts";
import type { Airtime } from "./airtime.ts";
import { random16 } from "./random.ts";

/** Channels that a device of a dynamic plan must be able to have. */
export const CHANNEL_COUNT = 16;

export type Channel = Int<0, 15>;

/** A set of channels: a bit each, channel 0 the lowest, as ChMask has them. */
export type ChannelSet = u16;

/** The default channels, which are also those for joining. */
export const JOIN_CHANNELS = (1 << DEFAULT_CHANNEL_COUNT) - 1;

/** Frequencies as the MAC commands carry them, three octets in units of 100 Hz; 0 where there is no such channel. */
const uplinks = new Uint8Array(48);
/** Where DlChannelReq has moved RX1 of a channel to; 0 where that is on the uplink's frequency. */
const downlinks = new Uint8Array(48);
/** DrRange of each channel: the highest data rate in the high nibble, the lowest in the low one. */
const dataRates = new Uint8Array(16);

class Plan {
  /** What LinkADRReq has switched on. */
  enabled: ChannelSet = 0;
  /** Channels that were chosen since all had their turn. */
  recent: ChannelSet = 0;
  /** Sub-bands that must be silent, a bit each. */
  silent: u8 = 0;
}

const plan = new Plan();

/** Counts as one more sub-band: all of them together, for the duty cycle that the network asks for. */
const ALL_BANDS = BAND_COUNT;

/** Until when the sub-bands must be silent, in ticks. */
const silentUntil = new Uint32Array(7);

function load24(octets: Bytes<48>, channel: Channel): u32 {
  return load16le(octets, 3 * channel) + octets[3 * channel + 2] * 0x10000;
}

function store24(octets: Bytes<48>, channel: Channel, value: u32): void {
  store16le(octets, 3 * channel, value & 0xffff);
  octets[3 * channel + 2] = u8(value >>> 16);
}

/** The frequency of a channel in units of 100 Hz; 0 where there is no such channel. */
export function frequencyOf(channel: Channel): u32 {
  return load24(uplinks, channel);
}

/** The frequency of RX1 after an uplink on a channel. */
export function downlinkFrequencyOf(channel: Channel): u32 {
  const moved = load24(downlinks, channel);
  return moved === 0 ? frequencyOf(channel) : moved;
}

/** Moves RX1 of a channel. */
export function setDownlinkFrequency(channel: Channel, frequency: u32): void {
  store24(downlinks, channel, frequency);
}

/** Makes a channel, which is then on, or with frequency 0 takes it away. RX1 is where the uplink is. */
export function setChannel(channel: Channel, frequency: u32, drRange: u8): void {
  store24(uplinks, channel, frequency);
  store24(downlinks, channel, 0);
  dataRates[channel] = drRange;
  const bit = 1 << channel;
  plan.enabled = frequency === 0 ? plan.enabled & ~bit : plan.enabled | bit;
}

/** The channels that every device of the region has, and none else. */
export function resetChannels(): void {
  for (let i = 0; i < CHANNEL_COUNT; i++)
    setChannel(i, i < DEFAULT_CHANNEL_COUNT ? DEFAULT_CHANNELS[i] : 0, DEFAULT_DATA_RATES);
}

/** Takes the additional channels of a CFList of type 0; frequencies that the region does not allow are left out. */
export function setCfList(cfList: Bytes<16>): void {
  for (let i = 0; i < 5; i++) {
    const frequency = load16le(cfList, 3 * i) + cfList[3 * i + 2] * 0x10000;
    setChannel(DEFAULT_CHANNEL_COUNT + i, bandOf(frequency) === NO_BAND ? 0 : frequency, DEFAULT_DATA_RATES);
  }
}

/** The channels that are on. */
export function enabledChannels(): ChannelSet {
  return plan.enabled;
}

/** Switches these channels on, all others off. */
export function enableChannels(channels: ChannelSet): void {
  plan.enabled = channels;
}

/** All channels that there are. */
export function knownChannels(): ChannelSet {
  let known: ChannelSet = 0;
  for (let i = 0; i < CHANNEL_COUNT; i++) if (frequencyOf(i) !== 0) known = known | (1 << i);
  return known;
}

/** Those of `channels` that have a data rate. */
export function channelsWith(channels: ChannelSet, dataRate: DataRate): ChannelSet {
  let able: ChannelSet = 0;
  for (let i = 0; i < CHANNEL_COUNT; i++) {
    const range = dataRates[i];
    if (dataRate >= (range & 15) && dataRate <= range >> 4) able = able | (1 << i);
  }
  return able & channels;
}

/** Ends the silences whose time has come. Call it at least every six days. */
export function releaseBands(time: u32): void {
  for (let band = 0; band <= ALL_BANDS; band++) {
    if (reached(silentUntil[band], time)) plan.silent = u8(plan.silent & ~(1 << band));
  }
}

function silence(band: Int<0, 6>, duration: u32, time: u32): void {
  silentUntil[band] = u32(time + duration);
  plan.silent = plan.silent | (1 << band);
}

/**
 * Silences the sub-band of a channel after a transmission that ended at `time`, in ticks; and all of them where the
 * network allows 1/2^maxDutyCycle of the time in all (DutyCycleReq; 0: no such limit).
 */
export function silenceBands(
  channel: Channel,
  airtimeUs: Airtime,
  maxDutyCycle: Int<0, 15>,
  time: u32,
): void {
  const airtime = u32(airtimeUs / TICK_US) + 1;
  if (maxDutyCycle > 0) silence(ALL_BANDS, u32(airtime * ((1 << maxDutyCycle) - 1)), time);
  const band = bandOf(frequencyOf(channel));
  if (band !== NO_BAND) silence(band, u32(airtime * silenceFactor(band)), time);
}

/** When the first of the silent sub-bands is free again, in ticks; `time` where none is silent. */
export function nextRelease(time: u32): u32 {
  let earliest: u32 = time;
  let found = false;
  for (let band = 0; band <= ALL_BANDS; band++) {
    if ((plan.silent & (1 << band)) === 0) continue;
    if (!found || reached(silentUntil[band], earliest)) earliest = silentUntil[band];
    found = true;
  }
  return earliest;
}

/** Those of `channels` that may be used now at a data rate. */
export function freeChannels(channels: ChannelSet, dataRate: DataRate): ChannelSet {
  const able = channelsWith(channels, dataRate);
  if ((plan.silent & (1 << ALL_BANDS)) !== 0) return 0;
  let free: ChannelSet = 0;
  for (let i = 0; i < CHANNEL_COUNT; i++) {
    if ((able & (1 << i)) === 0) continue;
    const band = bandOf(frequencyOf(i));
    if (band !== NO_BAND && (plan.silent & (1 << band)) === 0) free = free | (1 << i);
  }
  return free;
}

/** One of `free`, which is not empty, at random: each once before any is used again. */
export function chooseChannel(free: ChannelSet): Channel {
  if ((free & ~plan.recent) === 0) plan.recent = u16(plan.recent & ~free);
  const candidates = u16(free & ~plan.recent);
  let channel: Channel = random16() & 15;
  while ((candidates & (1 << channel)) === 0) channel = random16() & 15;
  plan.recent = plan.recent | (1 << channel);
  return channel;
}
