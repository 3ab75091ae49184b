/**
 * The join and the rejoin (TS001-1.0.4, 6.2; TS001-1.1, 6.2): the request from the identity in the store, and what makes
 * an answer acceptable.
 */
import { type Bytes, copy, type Int, type u8, view, wipe } from "../lang/index.ts";
import { type DataRate, isDownlinkRate, PLANS, RATE_COUNT, selection } from "../regions/index.ts";
import {
  type JoinNonce,
  keepJoinNonce,
  NO_JOIN_NONCE,
  nonces,
  readAppKey,
  readDevEui,
  readJoinEui,
  readNwkKey,
  skipDevNonce,
} from "../store/index.ts";
import { noteAnswer, resetAdr } from "./adr.ts";
import { resetChannels, takeCfList } from "./channels/index.ts";
import { resetSlotChannels, startClassB } from "./class-b.ts";
import { startClassC } from "./class-c.ts";
import { frame, type PhyLength } from "./frame.ts";
import {
  decryptJoinAccept,
  hasJoinAcceptMic10,
  hasJoinAcceptMic11,
  isJoinAccept,
  JOIN_ACCEPT_CFLIST_LENGTH,
  JoinAcceptField,
  JoinReqType,
  writeJoinRequest,
  writeRejoinRequest,
} from "./join-frames.ts";
import { deriveJoinServerKey, deriveSessionKey10, deriveSessionKey11, KeyType } from "./keys.ts";
import { load24le } from "./load24le.ts";
import { Cid, clearOutbox, post } from "./outbox.ts";
import { rejoin, resetRejoin, restartRejoin } from "./rejoin.ts";
import {
  appSKey,
  devAddr,
  fNwkSIntKey,
  netId,
  nwkSEncKey,
  resetParameters,
  rxDelay,
  session,
  sNwkSIntKey,
} from "./session.ts";
import { CLASS_B, CLASS_C, LORAWAN_1_1, MINOR_VERSION, REJOIN } from "./version.ts";

/** What became of a frame that was received while joining. */
export const enum JoinVerdict {
  Accepted,
  /** Not a join-accept at all. */
  Ignored,
  WrongMic,
  UsedJoinNonce,
  UnknownSettings,
  StoreFailed,
}

/** DLSettings: the network speaks 1.1. RFU in 1.0. */
const OPT_NEG = 0x80;

/**
 * The root key in use, and the JSIntKey or JSEncKey. The functions below hand them on to one another; whichever needs one
 * last wipes it.
 */
const rootKey = new Uint8Array(16);
const joinServerKey = new Uint8Array(16);

/** Reads the root key of the join itself: the NwkKey in 1.1, the AppKey in 1.0. */
function readJoinKey(): void {
  if (LORAWAN_1_1) readNwkKey(rootKey);
  else readAppKey(rootKey);
}

function wipeRootKey(): void {
  wipe(rootKey, 0, 16);
}

/** Whether a rejoin-request is under way. */
function isRejoin(): boolean {
  return LORAWAN_1_1 && REJOIN && rejoin.isUnderWay;
}

/** What the request under way is. Its nonce is `nonces.devNonce`, be it a DevNonce or an RJcount. */
function joinReqType(): u8 {
  return isRejoin() ? rejoin.type : JoinReqType.Join;
}

/** Derives JSIntKey or JSEncKey into `joinServerKey`, and leaves the DevEUI in `devEui`. `rootKey` holds the NwkKey. */
function readJoinServerKey(type: KeyType, devEui: Bytes<8>): void {
  readDevEui(devEui);
  deriveJoinServerKey(rootKey, type, devEui, joinServerKey);
}

/** Writes the join-request with `nonces.devNonce` into the frame buffer. */
export function composeJoinRequest(): void {
  const joinEui = new Uint8Array(8);
  const devEui = new Uint8Array(8);
  readJoinEui(joinEui);
  readDevEui(devEui);
  readJoinKey();
  writeJoinRequest(frame, joinEui, devEui, nonces.devNonce, rootKey);
  wipeRootKey();
}

/** Writes the rejoin-request that is under way, with `nonces.devNonce` as RJcount, into the frame buffer. */
export function composeRejoinRequest(): void {
  const type = rejoin.type;
  const count = nonces.devNonce;
  const sender = new Uint8Array(8);
  const devEui = new Uint8Array(8);
  if (type === JoinReqType.Rejoin1) {
    readJoinEui(sender);
    readNwkKey(rootKey);
    readJoinServerKey(KeyType.JSInt, devEui);
    wipeRootKey();
    writeRejoinRequest(frame, type, sender, devEui, count, joinServerKey);
    wipe(joinServerKey, 0, 16);
  } else {
    readDevEui(devEui);
    copy(sender, 0, netId, 0, 3);
    writeRejoinRequest(frame, type, sender, devEui, count, sNwkSIntKey);
  }
}

/** Whether the join-accept in the frame buffer, decrypted, has a valid MIC. `rootKey` holds the key of the join. */
function hasMic(length: PhyLength): boolean {
  if (!LORAWAN_1_1 || (frame[JoinAcceptField.DlSettings] & OPT_NEG) === 0) {
    // No network of 1.0 knows of rejoin-requests.
    return !isRejoin() && hasJoinAcceptMic10(frame, length, rootKey);
  }
  const eui = new Uint8Array(8);
  readDevEui(eui);
  deriveJoinServerKey(rootKey, KeyType.JSInt, eui, joinServerKey);
  readJoinEui(eui);
  const valid = hasJoinAcceptMic11(frame, length, joinReqType(), eui, nonces.devNonce, joinServerKey);
  wipe(joinServerKey, 0, 16);
  return valid;
}

/**
 * Whether a JoinNonce may be accepted: in 1.0 it must differ from the last, in 1.1 be greater. The value that
 * the store has for "none" is never accepted: after it, any other would be.
 */
export function isFreshJoinNonce(joinNonce: JoinNonce, last: JoinNonce, isNetwork11: boolean): boolean {
  if (joinNonce === NO_JOIN_NONCE) return false;
  if (last === NO_JOIN_NONCE) return true;
  return isNetwork11 ? joinNonce > last : joinNonce !== last;
}

function deriveKeys(isNetwork11: boolean): void {
  const devNonce = nonces.devNonce;
  readJoinKey();
  if (LORAWAN_1_1 && isNetwork11) {
    const joinNonce = view(frame, JoinAcceptField.JoinNonce, 3);
    const joinEui = new Uint8Array(8);
    readJoinEui(joinEui);
    deriveSessionKey11(rootKey, KeyType.FNwkSInt, joinNonce, joinEui, devNonce, fNwkSIntKey);
    deriveSessionKey11(rootKey, KeyType.SNwkSInt, joinNonce, joinEui, devNonce, sNwkSIntKey);
    deriveSessionKey11(rootKey, KeyType.NwkSEnc, joinNonce, joinEui, devNonce, nwkSEncKey);
    readAppKey(rootKey);
    deriveSessionKey11(rootKey, KeyType.AppS, joinNonce, joinEui, devNonce, appSKey);
  } else {
    const joinNonceAndNetId = view(frame, JoinAcceptField.JoinNonce, 6);
    deriveSessionKey10(rootKey, KeyType.FNwkSInt, joinNonceAndNetId, devNonce, fNwkSIntKey);
    deriveSessionKey10(rootKey, KeyType.AppS, joinNonceAndNetId, devNonce, appSKey);
    if (LORAWAN_1_1) {
      copy(sNwkSIntKey, 0, fNwkSIntKey, 0, 16);
      copy(nwkSEncKey, 0, fNwkSIntKey, 0, 16);
    }
  }
  wipeRootKey();
}

/**
 * Starts the session that the join-accept in the frame buffer opens, at the data rate of the request. After a rejoin of
 * type 2 all that the network has set stays as it is, whatever the join-accept says (TS001-1.1, 6.2.4).
 */
function startSession(
  length: PhyLength,
  isNetwork11: boolean,
  dataRate: DataRate,
  rx1DrOffset: Int<0, 7>,
  rx2DataRate: DataRate,
): void {
  deriveKeys(isNetwork11);
  copy(devAddr, 0, frame, JoinAcceptField.DevAddr, 4);
  session.joined = true;
  session.isNetwork11 = isNetwork11;
  session.awaitsRekeyConf = isNetwork11;
  session.fCntUp = 0;
  session.nextFCntDown = 0;
  session.nextAFCntDown = 0;
  if (CLASS_B) startClassB();
  if (CLASS_C) startClassC();
  if (LORAWAN_1_1 && REJOIN) {
    copy(netId, 0, frame, JoinAcceptField.NetId, 3);
    restartRejoin();
    if (isRejoin() && rejoin.type === JoinReqType.Rejoin2) {
      session.owesAck = false;
      noteAnswer();
      clearOutbox();
      post(Cid.Rekey, MINOR_VERSION, 0);
      return;
    }
    resetRejoin();
  }
  resetParameters();
  if (CLASS_B) resetSlotChannels();
  session.dataRate = dataRate;
  session.rx1DrOffset = rx1DrOffset;
  session.rx2DataRate = rx2DataRate;
  session.rxDelayS = rxDelay(frame[JoinAcceptField.RxDelay]);
  resetAdr();
  clearOutbox();
  if (isNetwork11) post(Cid.Rekey, MINOR_VERSION, 0);
  resetChannels();
  if (length === JOIN_ACCEPT_CFLIST_LENGTH) takeCfList(view(frame, JoinAcceptField.CfList, 16));
}

/**
 * Takes the frame in the frame buffer as the answer to the join- or rejoin-request that was sent at `dataRate`. Only when
 * it is accepted does anything change: its JoinNonce goes to the store, then the session starts.
 */
export function acceptJoin(length: PhyLength, dataRate: DataRate): JoinVerdict {
  if (!isJoinAccept(frame, length)) return JoinVerdict.Ignored;
  readJoinKey();
  if (isRejoin()) {
    const devEui = new Uint8Array(8);
    readJoinServerKey(KeyType.JSEnc, devEui);
    decryptJoinAccept(frame, length, joinServerKey);
    wipe(joinServerKey, 0, 16);
  } else {
    decryptJoinAccept(frame, length, rootKey);
  }
  const valid = hasMic(length);
  wipeRootKey();
  if (!valid) return JoinVerdict.WrongMic;

  const dlSettings = frame[JoinAcceptField.DlSettings];
  const isNetwork11 = LORAWAN_1_1 && (dlSettings & OPT_NEG) !== 0;
  const joinNonce = load24le(view(frame, JoinAcceptField.JoinNonce, 3));
  if (!isFreshJoinNonce(joinNonce, nonces.joinNonce, isNetwork11)) return JoinVerdict.UsedJoinNonce;

  const rx1DrOffset = (dlSettings >> 4) & 7;
  const rx2DataRate = dlSettings & 15;
  if (rx1DrOffset > PLANS[selection.plan].maxRx1DrOffset) return JoinVerdict.UnknownSettings;
  if (rx2DataRate >= RATE_COUNT || !isDownlinkRate(rx2DataRate)) return JoinVerdict.UnknownSettings;
  if (isRejoin() && rejoin.type !== JoinReqType.Rejoin1) skipDevNonce();
  if (!keepJoinNonce(joinNonce)) return JoinVerdict.StoreFailed;
  startSession(length, isNetwork11, dataRate, rx1DrOffset, rx2DataRate);
  return JoinVerdict.Accepted;
}
