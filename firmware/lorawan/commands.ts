/**
 * The MAC commands of a downlink (TS001-1.0.4, 5; TS001-1.1, 5): each is done or refused, and its answer goes to the
 * outbox. A command that the device does not know ends the processing, as its length is not known either.
 */
import { batteryLevel } from "../hal/index.ts";
import { type Bytes, type Int, load32le, type u8, type u32, view } from "../lang/index.ts";
import { frameSnr } from "../radio/index.ts";
import {
  bandOf,
  isAllowed,
  isDownlinkRate,
  isUplinkRate,
  NO_BAND,
  PLANS,
  RATE_COUNT,
  selection,
  setMaxEirp,
  slowestDataRate,
} from "../regions/index.ts";
import { setAdrAckExponents } from "./adr.ts";
import {
  DYNAMIC_CHANNEL_COUNT,
  dynamicFrequency,
  setChannel,
  setDownlinkFrequency,
} from "./channels/index.ts";
import { agreeOnPingSlots, moveBeacon, movePingSlots, searchBeacon } from "./class-b.ts";
import { confirmClass } from "./class-c.ts";
import { exchange } from "./exchange.ts";
import { frame } from "./frame.ts";
import { noteLinkCheck, noteTime } from "./link.ts";
import { addToBlock, endBlock, startBlocks } from "./link-adr.ts";
import { load24le } from "./load24le.ts";
import { Cid, INDICATION, isSealed, post, requestLength, UNKNOWN_LENGTH } from "./outbox.ts";
import { forceRejoin, setUpRejoin } from "./rejoin.ts";
import { rxDelay, session } from "./session.ts";
import { CLASS_B, CLASS_C, LORAWAN_1_1, MINOR_VERSION, REJOIN } from "./version.ts";

/** What stands behind the CID of a command, the longest of which has five octets. */
type Request = Bytes<5>;

/** RXParamSetupAns, NewChannelAns and DlChannelAns: the bits of what is right. */
const FREQUENCY_ACK = 1;
const DATA_RATE_ACK = 2;
const UPLINK_FREQUENCY_ACK = 2;
const RX1_DR_OFFSET_ACK = 4;

/** RejoinParamSetupAns: the device counts time as well as uplinks. */
const TIME_OK = 1;

/** The frequency behind the first octet, in units of 100 Hz. */
function frequencyIn(request: Request): u32 {
  return load24le(view(request, 1, 3));
}

/** RXParamSetupReq: all three or nothing. */
function setUpRx(request: Request): void {
  const rx1DrOffset = (request[0] >> 4) & 7;
  const rx2DataRate = request[0] & 15;
  const frequency = frequencyIn(request);
  let status: u8 = 0;
  if (isAllowed(frequency)) status = FREQUENCY_ACK;
  if (isDownlinkRate(rx2DataRate)) status = status | DATA_RATE_ACK;
  if (rx1DrOffset <= PLANS[selection.plan].maxRx1DrOffset) status = status | RX1_DR_OFFSET_ACK;
  if (status === (FREQUENCY_ACK | DATA_RATE_ACK | RX1_DR_OFFSET_ACK) && rx2DataRate < RATE_COUNT) {
    session.rx1DrOffset = rx1DrOffset;
    session.rx2DataRate = rx2DataRate;
    session.rx2Frequency = frequency;
  }
  post(Cid.RxParamSetup, status, 0);
}

/** NewChannelReq: makes, changes or takes away a channel that is not one of the default ones. */
function makeChannel(request: Request): void {
  const channel = request[0];
  const frequency = frequencyIn(request);
  const drRange = request[4];
  let status: u8 = 0;
  if (channel >= PLANS[selection.plan].defaultChannelCount && channel < DYNAMIC_CHANNEL_COUNT) {
    if (frequency === 0 || bandOf(frequency) !== NO_BAND) status = FREQUENCY_ACK;
    if (isUplinkRate(drRange >> 4) && isUplinkRate(drRange & 15) && (drRange & 15) <= drRange >> 4)
      status = status | DATA_RATE_ACK;
    if (status === (FREQUENCY_ACK | DATA_RATE_ACK)) setChannel(channel, frequency, drRange);
  }
  post(Cid.NewChannel, status, 0);
}

/** DlChannelReq: moves RX1 of a channel. */
function moveDownlink(request: Request): void {
  const channel = request[0];
  const frequency = frequencyIn(request);
  let status: u8 = 0;
  if (isAllowed(frequency)) status = FREQUENCY_ACK;
  if (channel < DYNAMIC_CHANNEL_COUNT && dynamicFrequency(channel) !== 0) {
    status = status | UPLINK_FREQUENCY_ACK;
    if ((status & FREQUENCY_ACK) !== 0) setDownlinkFrequency(channel, frequency);
  }
  post(Cid.DlChannel, status, 0);
}

/** Does a command. */
function obey(cid: u8, request: Request): void {
  const first = request[0];
  switch (cid) {
    case Cid.LinkCheck:
      noteLinkCheck(first, request[1]);
      break;
    case Cid.LinkAdr:
      addToBlock(request);
      break;
    case Cid.DutyCycle:
      session.maxDutyCycle = first & 15;
      post(Cid.DutyCycle, 0, 0);
      break;
    case Cid.RxParamSetup:
      setUpRx(request);
      break;
    case Cid.DevStatus:
      post(Cid.DevStatus, batteryLevel(), frameSnr() & 0x3f);
      break;
    case Cid.NewChannel:
      if (!PLANS[selection.plan].isFixed) makeChannel(request);
      break;
    case Cid.RxTimingSetup:
      session.rxDelayS = rxDelay(first);
      post(Cid.RxTimingSetup, 0, 0);
      break;
    case Cid.TxParamSetup:
      if (PLANS[selection.plan].hasTxParamSetup) {
        session.isDownlinkLimited = (first & 0x20) !== 0;
        session.isUplinkLimited = (first & 0x10) !== 0;
        setMaxEirp(first & 15);
        const slowest = slowestDataRate(session.isUplinkLimited);
        if (session.dataRate < slowest) session.dataRate = slowest;
        post(Cid.TxParamSetup, 0, 0);
      }
      break;
    case Cid.DlChannel:
      if (!PLANS[selection.plan].isFixed) moveDownlink(request);
      break;
    case Cid.DeviceTime:
      // Only an answer to this uplink says when it ended.
      if (isSealed(Cid.DeviceTime)) {
        noteTime(load32le(request, 0), request[4], exchange.endTick);
        if (CLASS_B) searchBeacon(load32le(request, 0), request[4], exchange.endTick);
      }
      break;
    default:
      if (LORAWAN_1_1) obey11(cid, first);
      if (LORAWAN_1_1 && REJOIN) obeyRejoin(cid, first, request[1]);
      if (CLASS_B) obeyClassB(cid, request);
      break;
  }
}

/** The commands that 1.0.4 has not. */
function obey11(cid: u8, first: u8): void {
  if (cid === INDICATION) {
    // The high bits are reserved.
    if ((first & 15) === MINOR_VERSION) session.awaitsRekeyConf = false;
  } else if (cid === Cid.AdrParamSetup) {
    setAdrAckExponents(first >> 4, first & 15);
    post(Cid.AdrParamSetup, 0, 0);
  } else if (CLASS_C && cid === Cid.DeviceMode) {
    confirmClass(first);
  }
}

/** The commands by which the network asks for rejoin-requests. */
function obeyRejoin(cid: u8, first: u8, second: u8): void {
  if (cid === Cid.ForceRejoin) {
    forceRejoin(first, second);
  } else if (cid === Cid.RejoinParamSetup) {
    setUpRejoin(first >> 4, first & 15);
    post(Cid.RejoinParamSetup, TIME_OK, 0);
  }
}

/** The commands of class B. */
function obeyClassB(cid: u8, request: Request): void {
  const frequency = load24le(view(request, 0, 3));
  if (cid === Cid.PingSlotInfo) agreeOnPingSlots();
  else if (cid === Cid.PingSlotChannel) movePingSlots(frequency, request[3] & 15);
  else if (cid === Cid.BeaconFreq) moveBeacon(frequency);
}

/** Processes the commands in frame[start..end), in clear. One that is cut short counts as not there. */
export function obeyCommands(start: Int<0, 76>, end: Int<0, 76>): void {
  const request = new Uint8Array(5);
  let cid: u8 = 0;
  let count: Int<0, 5> = 0;
  let left: u8 = 0;
  startBlocks();
  for (let i = start; i < end; i++) {
    if (left === 0) {
      cid = frame[i];
      count = 0;
      left = requestLength(cid);
      if (left === UNKNOWN_LENGTH) break;
    } else {
      if (count < 5) {
        request[count] = frame[i];
        count++;
      }
      left--;
    }
    if (left === 0) {
      if (cid !== Cid.LinkAdr) endBlock();
      obey(cid, request);
    }
  }
  endBlock();
}
