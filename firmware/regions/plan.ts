/**
 * What a channel plan of RP002-1.0.4 is made of. The plans lie in files of their own, one a plan; they are made from
 * `regions.json` by `npm run regions`. All frequencies are in units of 100 Hz, as CFList and the MAC commands have them.
 */
import type { Int, u16, u32 } from "../lang/index.ts";

/** An index of a data rate. */
export type DataRate = Int<0, 15>;

/** A set of data rates: a bit each, DR0 the lowest. */
export type DataRates = u16;

/** One of the plans that an image has. */
export class Plan {
  /** The channels are blocks of the plan and masks switch them; false: the network may make channels of its own. */
  isFixed: boolean = false;
  /** Where channels and windows may lie, and the grid that they must lie on, counted from the lowest. */
  lowestFrequency: u32 = 0;
  highestFrequency: u32 = 0;
  frequencyStep: u16 = 1;
  /** 0 where the channel of the join decides on it. */
  rx2Frequency: u32 = 0;
  rx2DataRate: DataRate = 0;
  /** Data rates for uplinks that certification asks for, and those that FSK and 250 kHz add. */
  uplinkRates: DataRates = 0;
  fastRates: DataRates = 0;
  /** Data rates for windows, all of them. */
  downlinkRates: DataRates = 0;
  /** The slowest data rate that keeps to 400 ms on air. */
  dwellRate: DataRate = 0;
  /**
   * Data rates for joining: from the first to the second; in a plan with channels at 500 kHz the two alone, there and
   * at 125 kHz.
   */
  slowestJoinRate: DataRate = 0;
  fastestJoinRate: DataRate = 0;
  /** The data rate of RX1 after an uplink at DR0, the slowest one that an offset leads to, and the fastest. */
  rx1Base: DataRate = 0;
  rx1Slowest: DataRate = 0;
  rx1Fastest: DataRate = 0;
  maxRx1DrOffset: Int<0, 7> = 0;
  /** Conducted power at TXPower 0, of an antenna with 2.15 dBi. */
  maxPowerDbm: Int<0, 30> = 0;
  /** Whatever TXPower says, the most that a device may send with on some of the channels alone; 22 is the radios' own limit. */
  mostPowerDbm: Int<0, 22> = 22;
  /** The highest TXPower, each step 2 dB below the one before. */
  maxTxPower: Int<0, 14> = 0;
  /** The network may limit time on air and EIRP (TxParamSetupReq); uplinks keep to 400 ms until it says otherwise. */
  hasTxParamSetup: boolean = false;
  /** Channels of 125 kHz that a fixed plan asks for, where the data rate is one of them. */
  leastChannels: Int<1, 2> = 1;
  /** Channels that each device of a dynamic plan has. */
  defaultChannelCount: Int<0, 3> = 0;
  /** A fixed plan whose channels and RX2 the channel of the join decides on. */
  hasJoinChannels: boolean = false;
}

/** Where beacons and ping slots of class B are in a plan, unless the network says otherwise. */
export class BeaconPlan {
  /** Where they hop, the first of the frequencies that they take in turn; otherwise the only one. */
  beaconFrequency: u32 = 0;
  pingFrequency: u32 = 0;
  hopCount: Int<1, 8> = 1;
  hopStep: u16 = 0;
  beaconDataRate: DataRate = 0;
  pingDataRate: DataRate = 0;
  /** Octets of RFU1 and RFU2 of the beacon. */
  rfu1: Int<0, 4> = 0;
  rfu2: Int<0, 3> = 0;
}

/** Channels of a fixed plan at one distance from the next. */
export class Block {
  count: Int<0, 64> = 0;
  firstFrequency: u32 = 0;
  step: u16 = 0;
}

/** A channel for joining of CN470: what it decides for the session. */
export class JoinChannel {
  /** Index of the plan. */
  plan: Int<0, 3> = 0;
  /** Which of that plan's channels it is. */
  channel: Int<0, 63> = 0;
  /** RX1 of the join-request, and RX2 of the session, too. */
  rx1Frequency: u32 = 0;
  rx2Frequency: u32 = 0;
}

/** A plan of CN470: one or two blocks of channels for uplinks, and as many for RX1. */
export class AntennaPlan {
  /** How many ChMask there are. */
  masks: Int<3, 4> = 4;
  /** The ChMaskCntl that switches all channels on; the next one switches them off. */
  allOn: Int<3, 6> = 6;
  /** Channels of the first block. */
  blockLength: Int<32, 48> = 32;
  firstUplink: u32 = 0;
  secondUplink: u32 = 0;
  /** Channels for RX1, which has that of the uplink, modulo this. */
  downlinks: Int<24, 64> = 64;
  firstDownlink: u32 = 0;
  secondDownlink: u32 = 0;
}
