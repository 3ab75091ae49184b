/** The session: what the join gave, and the counters since. Nothing of it survives power loss: the device joins again. */
import type { Int, u16, u32 } from "../lang/index.ts";
import type { DataRate } from "../regions/index.ts";

/** In the octet order of the air. */
export const devAddr = new Uint8Array(4);

/** In 1.0, and in 1.1 on a 1.0 network: the NwkSKey. */
export const fNwkSIntKey = new Uint8Array(16);
/** Of 1.1 only, as `nwkSEncKey`: on a 1.0 network both hold the NwkSKey. */
export const sNwkSIntKey = new Uint8Array(16);
export const nwkSEncKey = new Uint8Array(16);
export const appSKey = new Uint8Array(16);

export class Session {
  joined: boolean = false;
  /** OptNeg of the join-accept: the network speaks 1.1. */
  isNetwork11: boolean = false;
  /** RekeyInd goes with every uplink until RekeyConf. */
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
  /** Of uplinks: that of the join-request that was answered. */
  dataRate: DataRate = 0;
  rx1DrOffset: Int<0, 5> = 0;
  rx2DataRate: DataRate = 0;
  /** RECEIVE_DELAY1. */
  rxDelayS: Int<1, 15> = 1;
}

export const session = new Session();
