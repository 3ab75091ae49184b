/**
 * What CN470 has besides a fixed plan (RP002-1.0.4, CN470-510): four plans, for antennas of 20 MHz and of 26 MHz. The channel
 * of the join-request that is answered decides between them, and on RX2; of a personalised device the image does.
 */
import { type Bytes, fill, type Int, store16le, table8, type u16, type u32 } from "../../lang/index.ts";
import {
  ANTENNA_PLANS,
  CHANNEL_STEP,
  type DataRate,
  HAS_JOIN_CHANNELS,
  JOIN_CHANNELS,
  PLANS,
  selection,
} from "../../regions/index.ts";
import { ABP } from "../../store/index.ts";
import { random16 } from "../random.ts";
import { session } from "../session.ts";

/**
 * Of a personalised device in CN470, which has no join that could decide on it: the plan, for antennas of 20 MHz A (0) and B
 * (1) and of 26 MHz A (2) and B (3). @config
 */
export const CN470_PLAN: Int<0, 3> = 0;

/** @refused CN470_PLAN is of personalised devices (ABP) in CN470: what joins learns its plan by the channel of its join */
export const IS_PLAN_IN_VAIN: boolean = CN470_PLAN > 0 && !(ABP && HAS_JOIN_CHANNELS);

/** By plan, the join channel that has the RX2 of personalised devices. */
const PERSONALISED_CHANNELS = table8([1, 9, 10, 15]);

/** One of the plan's own channels. */
type Cn470Channel = Int<0, 63>;

const JOIN_CHANNEL_COUNT = 20;

class Joining {
  /** The join channel last used: that of the session, while there is one. */
  channel: Int<0, 19> = 0;
  /** The plan that comes first in this pass over them. */
  firstPlan: Int<0, 3> = 0;
  /** Which of the four join-requests of a pass is next: one for each plan. */
  turn: Int<0, 3> = 0;
  /** The data rate of a pass. */
  rate: DataRate = 0;
}

const joining = new Joining();

/** The frequency of a channel, in units of 100 Hz. */
export function cn470Frequency(channel: Cn470Channel): u32 {
  const plan = ANTENNA_PLANS[JOIN_CHANNELS[joining.channel].plan];
  if (channel < plan.blockLength) return plan.firstUplink + channel * CHANNEL_STEP;
  return plan.secondUplink + (channel - plan.blockLength) * CHANNEL_STEP;
}

/** The frequency of RX1 after an uplink on a channel. */
export function cn470DownlinkFrequency(channel: Cn470Channel): u32 {
  const plan = ANTENNA_PLANS[JOIN_CHANNELS[joining.channel].plan];
  const index = channel % plan.downlinks;
  if (index < plan.blockLength) return plan.firstDownlink + index * CHANNEL_STEP;
  return plan.secondDownlink + (index - plan.blockLength) * CHANNEL_STEP;
}

/** The frequency of RX1 after a join-request. */
export function cn470JoinFrequency(): u32 {
  return JOIN_CHANNELS[joining.channel].rx1Frequency;
}

/** The frequency of RX2, for the join as well as behind it. */
export function cn470Rx2Frequency(): u32 {
  return JOIN_CHANNELS[joining.channel].rx2Frequency;
}

/** RX2 is where the join channel says, and joining begins with the fastest data rate. */
export function resetCn470(): void {
  if (ABP) joining.channel = PERSONALISED_CHANNELS[CN470_PLAN];
  session.rx2Frequency = cn470Rx2Frequency();
  joining.turn = 0;
  joining.rate = PLANS[selection.plan].fastestJoinRate;
}

/** Octets of a set of channels that the plan has. */
export function cn470Octets(): Int<6, 8> {
  return 2 * ANTENNA_PLANS[JOIN_CHANNELS[joining.channel].plan].masks;
}

/** Applies ChMaskCntl and ChMask to a set of channels. False where the plan has no such ChMaskCntl. */
export function addCn470Mask(set: Bytes<9>, control: Int<0, 7>, mask: u16): boolean {
  const plan = ANTENNA_PLANS[JOIN_CHANNELS[joining.channel].plan];
  if (control < plan.masks) {
    store16le(set, 2 * control, mask);
    return true;
  }
  if (control !== plan.allOn && control !== plan.allOn + 1) return false;
  fill(set, 0, 2 * plan.masks, control === plan.allOn ? 0xff : 0);
  return true;
}

/** The data rate of the next join-request. */
export function cn470JoinRate(): DataRate {
  return joining.rate;
}

/**
 * The channel of the next join-request. Four in a row are at one data rate, one in each plan, and the next four reach
 * farther; after the slowest data rate the quickest again. In a session it is the join channel of that session: whatever
 * becomes of the request, its plan stays.
 */
export function takeCn470JoinChannel(): Cn470Channel {
  const turn = joining.turn;
  if (!session.joined) {
    if (turn === 0) joining.firstPlan = random16() & 3;
    const plan = (joining.firstPlan + turn) & 3;
    let channel: Int<0, 19> = random16() % JOIN_CHANNEL_COUNT;
    while (JOIN_CHANNELS[channel].plan !== plan) channel = random16() % JOIN_CHANNEL_COUNT;
    joining.channel = channel;
    session.rx2Frequency = JOIN_CHANNELS[channel].rx2Frequency;
    joining.turn = (turn + 1) & 3;
  }
  if (session.joined || turn === 3) {
    const rate = joining.rate;
    const plan = PLANS[selection.plan];
    joining.rate = rate > plan.slowestJoinRate ? rate - 1 : plan.fastestJoinRate;
  }
  return JOIN_CHANNELS[joining.channel].channel;
}
