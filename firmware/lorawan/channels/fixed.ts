/**
 * The channels of a fixed plan (RP002-1.0.4, US902-928, AU915-928 and CN470-510), which masks switch on and off: eight
 * banks, each of eight channels of 125 kHz and one of 500 kHz, which CN470 has not.
 */
import { type Bytes, copy, fill, type Int, store16le, u8, type u16, type u32 } from "../../lang/index.ts";
import {
  type DataRate,
  DOWNLINK_BLOCKS,
  HAS_JOIN_CHANNELS,
  PLANS,
  selection,
  UPLINK_BLOCKS,
} from "../../regions/index.ts";
import { random16 } from "../random.ts";
import {
  addCn470Mask,
  CN470_PLAN,
  cn470DownlinkFrequency,
  cn470Frequency,
  cn470JoinRate,
  cn470Octets,
  resetCn470,
  takeCn470JoinChannel,
} from "./cn470.ts";

export type FixedChannel = Int<0, 71>;

/**
 * A set of channels has a bit for each: octet by octet those of 125 kHz of a bank, and behind them all of 500 kHz. So
 * have ChMask0 to ChMask4 one behind the other.
 */
const SET_OCTETS = 9;
const WIDE = 8;

/** What is switched on; and what a LinkADRReq would switch on, while its block is read. */
const enabled = new Uint8Array(SET_OCTETS);
const wanted = new Uint8Array(SET_OCTETS);
/** Channels that were used since all had their turn. */
const used = new Uint8Array(SET_OCTETS);

class Joining {
  /** The bank that comes first in this pass over them. */
  firstBank: Int<0, 7> = 0;
  /** Which of the nine join-requests of a pass is next: one for each bank, and one at 500 kHz. */
  turn: Int<0, 8> = 0;
}

const joining = new Joining();

/** Only of CN470: the block has a ChMaskCntl that the plan does not know. */
let hasUnknownMask = false;

/** Switches all channels on. */
export function enableAll(): void {
  if (HAS_JOIN_CHANNELS && PLANS[selection.plan].hasJoinChannels) {
    fill(enabled, 0, SET_OCTETS, 0);
    fill(enabled, 0, cn470Octets(), 0xff);
  } else {
    fill(enabled, 0, SET_OCTETS, 0xff);
  }
}

/** All channels are on, and none has been used. */
export function resetFixed(): void {
  if (HAS_JOIN_CHANNELS && PLANS[selection.plan].hasJoinChannels) resetCn470();
  enableAll();
  fill(used, 0, SET_OCTETS, 0);
}

/** Takes the masks of a CFList of type 1. */
export function takeFixedCfList(cfList: Bytes<16>): void {
  const isCn470 = HAS_JOIN_CHANNELS && PLANS[selection.plan].hasJoinChannels;
  copy(enabled, 0, cfList, 0, isCn470 ? cn470Octets() : SET_OCTETS);
  fill(used, 0, SET_OCTETS, 0);
}

/** The frequency of a channel, in units of 100 Hz. */
export function fixedFrequency(channel: FixedChannel): u32 {
  if (HAS_JOIN_CHANNELS && PLANS[selection.plan].hasJoinChannels) return cn470Frequency(channel & 63);
  const first = UPLINK_BLOCKS[2 * selection.plan];
  if (channel < first.count) return first.firstFrequency + channel * first.step;
  const second = UPLINK_BLOCKS[2 * selection.plan + 1];
  return second.firstFrequency + (channel - first.count) * second.step;
}

/** The frequency of RX1 after an uplink on a channel. */
export function fixedDownlinkFrequency(channel: FixedChannel): u32 {
  if (HAS_JOIN_CHANNELS && PLANS[selection.plan].hasJoinChannels) return cn470DownlinkFrequency(channel & 63);
  const block = DOWNLINK_BLOCKS[2 * selection.plan];
  return block.firstFrequency + (channel & 7) * block.step;
}

/** Whether a data rate is the one at 500 kHz. */
function isWideRate(dataRate: DataRate): boolean {
  if (HAS_JOIN_CHANNELS && PLANS[selection.plan].hasJoinChannels) return false;
  return dataRate === PLANS[selection.plan].fastestJoinRate;
}

/** Before the masks of a block of LinkADRReq. */
export function startFixedMasks(): void {
  copy(wanted, 0, enabled, 0, SET_OCTETS);
  if (HAS_JOIN_CHANNELS) hasUnknownMask = false;
}

/** Applies ChMaskCntl and ChMask of a LinkADRReq. Only what all of its block come to counts. */
export function addFixedMask(control: Int<0, 7>, mask: u16): void {
  if (HAS_JOIN_CHANNELS && PLANS[selection.plan].hasJoinChannels) {
    if (!addCn470Mask(wanted, control, mask)) hasUnknownMask = true;
    return;
  }
  if (control < 4) {
    store16le(wanted, 2 * control, mask);
    return;
  }
  wanted[WIDE] = u8(mask);
  if (control === 4) return;
  for (let bank = 0; bank < 8; bank++) {
    const isOn = control === 5 ? ((mask >> bank) & 1) !== 0 : control === 6;
    wanted[bank] = isOn ? 0xff : 0;
  }
}

/** Whether the masks of the block leave as many channels at a data rate as the plan asks for. */
export function areFixedMasksEnough(dataRate: DataRate): boolean {
  if (HAS_JOIN_CHANNELS && hasUnknownMask) return false;
  if (isWideRate(dataRate)) return wanted[WIDE] !== 0;
  let count: Int<0, 64> = 0;
  for (let i = 0; i < 64; i++) {
    if (count < 64 && ((wanted[i >> 3] >> (i & 7)) & 1) !== 0) count++;
  }
  return count >= PLANS[selection.plan].leastChannels;
}

/** Switches on what the masks of the block say. */
export function takeFixedMasks(): void {
  copy(enabled, 0, wanted, 0, SET_OCTETS);
}

/** Whether a channel is on for a data rate. */
export function hasFixedChannel(dataRate: DataRate): boolean {
  if (isWideRate(dataRate)) return enabled[WIDE] !== 0;
  let all: u8 = 0;
  for (let bank = 0; bank < 8; bank++) all = all | enabled[bank];
  return all !== 0;
}

/** A data rate of the other kind of channels: the one at 500 kHz, or the fastest of those at 125 kHz. */
export function otherFixedRate(dataRate: DataRate): DataRate {
  const wide = PLANS[selection.plan].fastestJoinRate;
  return isWideRate(dataRate) ? wide - 1 : wide;
}

/** Takes one of the channels of an octet of the set that are on, at random, each once before any is used again. */
function takeOf(octet: Int<0, 8>): FixedChannel {
  if ((enabled[octet] & ~used[octet]) === 0) used[octet] = u8(used[octet] & ~enabled[octet]);
  const free = u8(enabled[octet] & ~used[octet]);
  let bit: Int<0, 7> = random16() & 7;
  while ((free & (1 << bit)) === 0) bit = random16() & 7;
  used[octet] = used[octet] | (1 << bit);
  return 8 * octet + bit;
}

/** One of the channels that are on for a data rate, of which there is one. */
export function takeFixedChannel(dataRate: DataRate): FixedChannel {
  if (isWideRate(dataRate)) return takeOf(WIDE);
  let banks: u8 = 0;
  for (let bank = 0; bank < 8; bank++) {
    if ((enabled[bank] & ~used[bank]) !== 0) banks = banks | (1 << bank);
  }
  if (banks === 0) {
    for (let bank = 0; bank < 8; bank++) {
      used[bank] = u8(used[bank] & ~enabled[bank]);
      if (enabled[bank] !== 0) banks = banks | (1 << bank);
    }
  }
  let bank: Int<0, 7> = random16() & 7;
  while ((banks & (1 << bank)) === 0) bank = random16() & 7;
  return takeOf(bank);
}

/** The data rate of the next join-request: of nine, the last is at 500 kHz. */
export function fixedJoinRate(): DataRate {
  if (HAS_JOIN_CHANNELS && PLANS[selection.plan].hasJoinChannels) return cn470JoinRate();
  const plan = PLANS[selection.plan];
  return joining.turn === 8 ? plan.fastestJoinRate : plan.slowestJoinRate;
}

/**
 * The channel of the next join-request: one of each bank and one of 500 kHz in turn, so that 72 join-requests go
 * through all of them.
 */
export function takeFixedJoinChannel(): FixedChannel {
  if (HAS_JOIN_CHANNELS && PLANS[selection.plan].hasJoinChannels) return takeCn470JoinChannel();
  const turn = joining.turn;
  if (turn === 8) {
    joining.turn = 0;
    return takeOf(WIDE);
  }
  if (turn === 0) joining.firstBank = random16() & 7;
  joining.turn = turn + 1;
  return takeOf((joining.firstBank + turn) & 7);
}

/** Octets that the channels take in the store: where there are several plans, one more for which it is. */
export const FIXED_OCTETS = HAS_JOIN_CHANNELS ? SET_OCTETS + 1 : SET_OCTETS;

/** Whether the channels from the store are of the plan that the image has. */
let isOwnPlan: boolean = true;

/** One of them: what is on. */
export function fixedOctet(index: Int<0, 9>): u8 {
  return index < SET_OCTETS ? enabled[index] : CN470_PLAN;
}

/** The same from the store. */
export function setFixedOctet(index: Int<0, 9>, octet: u8): void {
  if (index < SET_OCTETS) enabled[index] = octet;
  else if (HAS_JOIN_CHANNELS) isOwnPlan = octet === CN470_PLAN;
}

/** Whether those from the store are of a plan that the image has. */
export function areFixedAllowed(): boolean {
  return !HAS_JOIN_CHANNELS || !PLANS[selection.plan].hasJoinChannels || isOwnPlan;
}
