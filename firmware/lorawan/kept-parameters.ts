/**
 * What a network has set of a personalised device of 1.0.4, and what the store keeps of it (TS001-1.0.4, 6.3; TR007): it is
 * written where an uplink is due and it is not what the store has, before the uplink that tells the network of it.
 *
 * A record, octets: 0 data rate and TXPower, 1 NbTrans and MaxDutyCycle, 2 RX1DROffset and RXTimingDelay, 3 data rate of RX2
 * and MaxEIRP (each the former in the low four bits), 4..6 frequency of RX2, 7 the answers that the network may still be
 * without (bits 0 to 3), the limits on time on air (4 for uplinks, 5 for downlinks) and whether there is a MaxEIRP (6), 8..
 * the channels.
 *
 * Those answers are the sticky ones: a device that has moved its windows and does not say so until it is heard would be
 * deaf to a network that looks for it where it was.
 */
import { type Int, type u8, u32 } from "../lang/index.ts";
import {
  HAS_DWELL_TIME,
  isAllowed,
  isDownlinkRate,
  isUplinkRate,
  maxEirpCode,
  PLAN_MAX_EIRP,
  PLANS,
  RATE_COUNT,
  selection,
  setMaxEirp,
} from "../regions/index.ts";
import { beginRecord, endRecord, hasRecord, openRing, putOctet, Ring, readOctet } from "../store/index.ts";
import {
  areChannelsAllowed,
  CHANNEL_OCTETS,
  channelOctet,
  resetChannels,
  setChannelOctet,
} from "./channels/index.ts";
import { Cid, isAgreed, post } from "./outbox.ts";
import { resetParameters, session } from "./session.ts";

/** Octets of a record; of these the channels have what is behind the first eight. */
const LENGTH = 124;
const CHANNELS = 8;

/** Records in the ring. */
const SLOTS = 4;

const RX_PARAM_SETUP = 1;
const RX_TIMING_SETUP = 2;
const TX_PARAM_SETUP = 4;
const DL_CHANNEL = 8;
const UPLINK_LIMITED = 0x10;
const DOWNLINK_LIMITED = 0x20;
const HAS_MAX_EIRP = 0x40;

/** RXParamSetupAns and DlChannelAns that say yes. */
const RX_PARAM_SETUP_DONE = 7;
const DL_CHANNEL_DONE = 3;

function flags(): u8 {
  let bits: u8 = 0;
  if (isAgreed(Cid.RxParamSetup, RX_PARAM_SETUP_DONE)) bits = bits | RX_PARAM_SETUP;
  if (isAgreed(Cid.RxTimingSetup, 0)) bits = bits | RX_TIMING_SETUP;
  if (isAgreed(Cid.TxParamSetup, 0)) bits = bits | TX_PARAM_SETUP;
  if (isAgreed(Cid.DlChannel, DL_CHANNEL_DONE)) bits = bits | DL_CHANNEL;
  if (session.isUplinkLimited) bits = bits | UPLINK_LIMITED;
  if (session.isDownlinkLimited) bits = bits | DOWNLINK_LIMITED;
  if (HAS_DWELL_TIME && maxEirpCode() !== PLAN_MAX_EIRP) bits = bits | HAS_MAX_EIRP;
  return bits;
}

/** An octet of the record of what holds now. */
function octetOf(index: Int<0, 123>): u8 {
  if (index >= CHANNELS) {
    const at = index - CHANNELS;
    return at < CHANNEL_OCTETS ? channelOctet(at) : 0;
  }
  switch (index) {
    case 0:
      return session.dataRate | (session.txPower << 4);
    case 1:
      return session.nbTrans | (session.maxDutyCycle << 4);
    case 2:
      return session.rx1DrOffset | (session.rxDelayS << 4);
    case 3:
      return HAS_DWELL_TIME ? session.rx2DataRate | ((maxEirpCode() & 15) << 4) : session.rx2DataRate;
    case 4:
      return session.rx2Frequency & 0xff;
    case 5:
      return (session.rx2Frequency >>> 8) & 0xff;
    case 6:
      return (session.rx2Frequency >>> 16) & 0xff;
    default:
      return flags();
  }
}

/** Takes the first eight octets. False where the region does not know them: the image is for another than its record. */
function takeSession(): boolean {
  const rateAndPower = readOctet(Ring.Parameters, 0);
  const dataRate = rateAndPower & 15;
  const txPower = rateAndPower >> 4;
  const repetitions = readOctet(Ring.Parameters, 1);
  const nbTrans = repetitions & 15;
  const windows = readOctet(Ring.Parameters, 2);
  const rx1DrOffset = windows & 15;
  const rxDelayS = windows >> 4;
  const rx2DataRate = HAS_DWELL_TIME ? readOctet(Ring.Parameters, 3) & 15 : readOctet(Ring.Parameters, 3);
  const rx2Frequency = u32(
    readOctet(Ring.Parameters, 4) |
      (readOctet(Ring.Parameters, 5) << 8) |
      (readOctet(Ring.Parameters, 6) << 16),
  );
  if (dataRate >= RATE_COUNT || !isUplinkRate(dataRate)) return false;
  if (rx2DataRate >= RATE_COUNT || !isDownlinkRate(rx2DataRate) || !isAllowed(rx2Frequency)) return false;
  const plan = PLANS[selection.plan];
  if (txPower > plan.maxTxPower || rx1DrOffset > plan.maxRx1DrOffset) return false;
  if (nbTrans === 0 || rxDelayS === 0) return false;
  session.dataRate = dataRate;
  session.txPower = txPower;
  session.nbTrans = nbTrans;
  session.maxDutyCycle = repetitions >> 4;
  session.rx1DrOffset = rx1DrOffset;
  session.rxDelayS = rxDelayS;
  session.rx2DataRate = rx2DataRate;
  session.rx2Frequency = rx2Frequency;
  return true;
}

/** What holds before the network says otherwise. */
export function takeDefaults(): void {
  resetParameters();
  resetChannels();
  session.dataRate = PLANS[selection.plan].slowestJoinRate;
  session.rxDelayS = 1;
}

/** Takes what the store has. Where it has nothing that the region knows, all stays as it is, which is the defaults. */
export function openParameters(): void {
  openRing(Ring.Parameters);
  if (!hasRecord(Ring.Parameters)) return;
  for (let i = 0; i < CHANNEL_OCTETS; i++) setChannelOctet(i, readOctet(Ring.Parameters, CHANNELS + i));
  if (!areChannelsAllowed() || !takeSession()) {
    takeDefaults();
    return;
  }
  const bits = readOctet(Ring.Parameters, 7);
  session.isUplinkLimited = (bits & UPLINK_LIMITED) !== 0;
  session.isDownlinkLimited = (bits & DOWNLINK_LIMITED) !== 0;
  if (HAS_DWELL_TIME && (bits & HAS_MAX_EIRP) !== 0) setMaxEirp(readOctet(Ring.Parameters, 3) >> 4);
  if ((bits & RX_PARAM_SETUP) !== 0) post(Cid.RxParamSetup, RX_PARAM_SETUP_DONE, 0);
  if ((bits & RX_TIMING_SETUP) !== 0) post(Cid.RxTimingSetup, 0, 0);
  if ((bits & TX_PARAM_SETUP) !== 0) post(Cid.TxParamSetup, 0, 0);
  if ((bits & DL_CHANNEL) !== 0) post(Cid.DlChannel, DL_CHANNEL_DONE, 0);
}

/** Whether the store has what holds now. */
function isKept(): boolean {
  if (!hasRecord(Ring.Parameters)) return false;
  for (let i = 0; i < LENGTH; i++) if (readOctet(Ring.Parameters, i) !== octetOf(i)) return false;
  return true;
}

function write(): boolean {
  for (let attempt = 1; attempt < SLOTS; attempt++) {
    if (!beginRecord(Ring.Parameters, attempt)) return false;
    for (let i = 0; i < LENGTH; i++) putOctet(octetOf(i));
    if (endRecord(Ring.Parameters)) return true;
  }
  return false;
}

/** Keeps what the network has set, where that is not what the store has. False where the store failed. */
export function keepParameters(): boolean {
  return isKept() || write();
}

/** Writes what holds now over all that the store has of what was before. False where the store failed. */
export function overwriteParameters(): boolean {
  let isWritten = true;
  for (let slot = 0; slot < SLOTS; slot++) if (!write()) isWritten = false;
  return isWritten;
}
