/**
 * The join (TS001-1.0.4, 6.2; TS001-1.1, 6.2): the request from the identity in the store, and what makes an
 * answer acceptable.
 */
import { copy, type Int, load16le, view, wipe } from "../lang/index.ts";
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
} from "../store/index.ts";
import { resetAdr } from "./adr.ts";
import { resetChannels, takeCfList } from "./channels/index.ts";
import { frame, type PhyLength } from "./frame.ts";
import {
  decryptJoinAccept,
  hasJoinAcceptMic10,
  hasJoinAcceptMic11,
  isJoinAccept,
  JOIN_ACCEPT_CFLIST_LENGTH,
  JoinAcceptField,
  writeJoinRequest,
} from "./join-frames.ts";
import { deriveJoinServerKey, deriveSessionKey10, deriveSessionKey11, KeyType } from "./keys.ts";
import { Cid, clearOutbox, post } from "./outbox.ts";
import {
  appSKey,
  devAddr,
  fNwkSIntKey,
  nwkSEncKey,
  resetParameters,
  rxDelay,
  session,
  sNwkSIntKey,
} from "./session.ts";
import { LORAWAN_1_1, MINOR_VERSION } from "./version.ts";

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
 * The root key in use and the JSIntKey, wiped after each use. Not locals: a C compiler may leave out the wiping of
 * an array that nobody reads again, and the key stays on the stack.
 */
const rootKey = new Uint8Array(16);
const jsIntKey = new Uint8Array(16);

/** Reads the root key of the join itself: the NwkKey in 1.1, the AppKey in 1.0. */
function readJoinKey(): void {
  if (LORAWAN_1_1) readNwkKey(rootKey);
  else readAppKey(rootKey);
}

function wipeRootKey(): void {
  wipe(rootKey, 0, 16);
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

/** Whether the join-accept in the frame buffer, decrypted, has a valid MIC. `rootKey` holds the key of the join. */
function hasMic(length: PhyLength): boolean {
  if (!LORAWAN_1_1 || (frame[JoinAcceptField.DlSettings] & OPT_NEG) === 0) {
    return hasJoinAcceptMic10(frame, length, rootKey);
  }
  const eui = new Uint8Array(8);
  readDevEui(eui);
  deriveJoinServerKey(rootKey, KeyType.JSInt, eui, jsIntKey);
  readJoinEui(eui);
  const valid = hasJoinAcceptMic11(frame, length, eui, nonces.devNonce, jsIntKey);
  wipe(jsIntKey, 0, 16);
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

/** Starts the session that the join-accept in the frame buffer opens, at the data rate of the join-request. */
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
  resetParameters();
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
 * Takes the frame in the frame buffer as the answer to the join-request that was sent at `dataRate`. Only when
 * it is accepted does anything change: its JoinNonce goes to the store, then the session starts.
 */
export function acceptJoin(length: PhyLength, dataRate: DataRate): JoinVerdict {
  if (!isJoinAccept(frame, length)) return JoinVerdict.Ignored;
  readJoinKey();
  decryptJoinAccept(frame, length, rootKey);
  const valid = hasMic(length);
  wipeRootKey();
  if (!valid) return JoinVerdict.WrongMic;

  const dlSettings = frame[JoinAcceptField.DlSettings];
  const isNetwork11 = LORAWAN_1_1 && (dlSettings & OPT_NEG) !== 0;
  const joinNonce =
    load16le(frame, JoinAcceptField.JoinNonce) + frame[JoinAcceptField.JoinNonce + 2] * 0x10000;
  if (!isFreshJoinNonce(joinNonce, nonces.joinNonce, isNetwork11)) return JoinVerdict.UsedJoinNonce;

  const rx1DrOffset = (dlSettings >> 4) & 7;
  const rx2DataRate = dlSettings & 15;
  if (rx1DrOffset > PLANS[selection.plan].maxRx1DrOffset) return JoinVerdict.UnknownSettings;
  if (rx2DataRate >= RATE_COUNT || !isDownlinkRate(rx2DataRate)) return JoinVerdict.UnknownSettings;
  if (!keepJoinNonce(joinNonce)) return JoinVerdict.StoreFailed;
  startSession(length, isNetwork11, dataRate, rx1DrOffset, rx2DataRate);
  return JoinVerdict.Accepted;
}
