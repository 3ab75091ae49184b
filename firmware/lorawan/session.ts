/**
 * The session: what the join gave, and the counters since. Nothing of it survives power loss: the device joins again. That
 * of a personalised device is in its store (abp.ts).
 */
import type { Int, u8, u16, u32 } from "../lang/index.ts";
import {
  type DataRate,
  HAS_DWELL_TIME,
  PLAN_MAX_EIRP,
  PLANS,
  selection,
  setMaxEirp,
} from "../regions/index.ts";

/** In the octet order of the air. */
export const devAddr = new Uint8Array(4);

/** In 1.0, and in 1.1 on a 1.0 network: the NwkSKey. */
export const fNwkSIntKey = new Uint8Array(16);
/** Of 1.1 only, as `nwkSEncKey`: on a 1.0 network both hold the NwkSKey. */
export const sNwkSIntKey = new Uint8Array(16);
export const nwkSEncKey = new Uint8Array(16);
export const appSKey = new Uint8Array(16);

/** The network of the session, as rejoin-requests name it, in the octet order of the air. */
export const netId = new Uint8Array(3);

export class Session {
  joined: boolean = false;
  /** OptNeg of the join-accept: the network speaks 1.1. */
  isNetwork11: boolean = false;
  /** RekeyInd goes with every uplink until RekeyConf; of a personalised device, ResetInd until ResetConf. */
  awaitsRekeyConf: boolean = false;
  /** FCntUp of the next uplink. */
  fCntUp: u32 = 0;
  /** The least FCntDown that the next downlink may have: all, or in 1.1 those without FPort or with FPort 0. */
  nextFCntDown: u32 = 0;
  /** The same of the downlinks of 1.1 with FPort 1 and above. */
  nextAFCntDown: u32 = 0;
  /** The next uplink acknowledges the downlink with this FCntDown. */
  owesAck: boolean = false;
  confFCntDown: u16 = 0;
  /** Of uplinks: at first that of the join-request that was answered. */
  dataRate: DataRate = 0;
  /** TXPower: steps of 2 dB below the most that the region allows. */
  txPower: Int<0, 14> = 0;
  /** How often an uplink is sent as long as no answer comes. */
  nbTrans: Int<1, 15> = 1;
  /** MaxDutyCycle: all sub-bands together transmit 1/2^this of the time; 0: no such limit. */
  maxDutyCycle: Int<0, 15> = 0;
  rx1DrOffset: Int<0, 7> = 0;
  rx2DataRate: DataRate = 0;
  /** In units of 100 Hz. */
  rx2Frequency: u32 = 0;
  /** UplinkDwellTime, DownlinkDwellTime: time on air is limited to 400 ms. */
  isUplinkLimited: boolean = false;
  isDownlinkLimited: boolean = false;
  /** RECEIVE_DELAY1. */
  rxDelayS: Int<1, 15> = 1;
}

export const session = new Session();

/** RECEIVE_DELAY1 as RXDelay and RXTimingSetupReq code it: 0 is one second, too. */
export function rxDelay(octet: u8): Int<1, 15> {
  const seconds = octet & 15;
  return seconds === 0 ? 1 : seconds;
}

/** What holds before the network says otherwise, for the join as well as behind it. */
export function resetParameters(): void {
  session.owesAck = false;
  session.txPower = 0;
  session.nbTrans = 1;
  session.maxDutyCycle = 0;
  session.rx1DrOffset = 0;
  const plan = PLANS[selection.plan];
  session.rx2DataRate = plan.rx2DataRate;
  session.rx2Frequency = plan.rx2Frequency;
  // LoRaMac-node, LBM and LMIC, too, take uplinks for limited until the network says otherwise.
  session.isUplinkLimited = plan.hasTxParamSetup;
  session.isDownlinkLimited = false;
  if (HAS_DWELL_TIME) setMaxEirp(PLAN_MAX_EIRP);
}
