/* Generated from firmware/lorawan/join.ts. */
#include "joinery.h"
#include "join.h"
#include "channels.h"
#include "frame.h"
#include "identity.h"
#include "join_frames.h"
#include "journal.h"
#include "keys.h"
#include "session.h"

#line 46 "firmware/lorawan/join.ts"
/**
 * The root key in use and the JSIntKey, wiped after each use. Not locals: a C compiler may leave out the wiping of
 * an array that nobody reads again, and the key stays on the stack.
 */
static uint8_t join_rootKey[16];
static uint8_t join_jsIntKey[16];

/** Reads the root key of the join itself: the NwkKey in 1.1, the AppKey in 1.0. */
static void join_readJoinKey(void) {
  identity_readNwkKey(join_rootKey);
#line 57 "firmware/lorawan/join.ts"
}

static void join_wipeRootKey(void) {
  (void)memset(join_rootKey, 0, 16);
}

/** Writes the join-request with `nonces.devNonce` into the frame buffer. */
void join_composeJoinRequest(void) {
  uint8_t joinEui[8];
  uint8_t devEui[8];
  identity_readJoinEui(joinEui);
  identity_readDevEui(devEui);
  join_readJoinKey();
  join_frames_writeJoinRequest(frame_frame, joinEui, devEui, journal_nonces.devNonce, join_rootKey);
  join_wipeRootKey();
}

/** Whether the join-accept in the frame buffer, decrypted, has a valid MIC. `rootKey` holds the key of the join. */
static bool join_hasMic(uint8_t length) {
  if ((frame_frame[27 /* JoinAcceptField.DlSettings */] & 128u /* OPT_NEG */) == 0u) {
    return join_frames_hasJoinAcceptMic10(frame_frame, length, join_rootKey);
  }
  uint8_t eui[8];
  identity_readDevEui(eui);
  keys_deriveJoinServerKey(join_rootKey, 6 /* KeyType.JSInt */, eui, join_jsIntKey);
  identity_readJoinEui(eui);
  bool valid = join_frames_hasJoinAcceptMic11(frame_frame, length, eui, journal_nonces.devNonce, join_jsIntKey);
  (void)memset(join_jsIntKey, 0, 16);
  return valid;
}

/**
 * Whether a JoinNonce may be accepted: in 1.0 it must differ from the last, in 1.1 be greater. The value that
 * the store has for "none" is never accepted: after it, any other would be.
 */
static bool join_isFreshJoinNonce(uint32_t joinNonce, uint32_t last, bool isNetwork11) {
  if (joinNonce == UINT32_C(16777215) /* NO_JOIN_NONCE */) { return false; }
  if (last == UINT32_C(16777215) /* NO_JOIN_NONCE */) { return true; }
  return isNetwork11 ? (joinNonce > last) : (joinNonce != last);
}

static void join_deriveKeys(bool isNetwork11) {
  uint16_t devNonce = journal_nonces.devNonce;
  join_readJoinKey();
  if (isNetwork11) {
    uint8_t *joinNonce = &frame_frame[17 /* JoinAcceptField.JoinNonce */];
    uint8_t joinEui[8];
    identity_readJoinEui(joinEui);
    keys_deriveSessionKey11(join_rootKey, 1 /* KeyType.FNwkSInt */, joinNonce, joinEui, devNonce, session_fNwkSIntKey);
    keys_deriveSessionKey11(join_rootKey, 3 /* KeyType.SNwkSInt */, joinNonce, joinEui, devNonce, session_sNwkSIntKey);
    keys_deriveSessionKey11(join_rootKey, 4 /* KeyType.NwkSEnc */, joinNonce, joinEui, devNonce, session_nwkSEncKey);
    identity_readAppKey(join_rootKey);
    keys_deriveSessionKey11(join_rootKey, 2 /* KeyType.AppS */, joinNonce, joinEui, devNonce, session_appSKey);
  } else {
    uint8_t *joinNonceAndNetId = &frame_frame[17 /* JoinAcceptField.JoinNonce */];
    keys_deriveSessionKey10(join_rootKey, 1 /* KeyType.FNwkSInt */, joinNonceAndNetId, devNonce, session_fNwkSIntKey);
    keys_deriveSessionKey10(join_rootKey, 2 /* KeyType.AppS */, joinNonceAndNetId, devNonce, session_appSKey);

    (void)memcpy(session_sNwkSIntKey, session_fNwkSIntKey, 16);
    (void)memcpy(session_nwkSEncKey, session_fNwkSIntKey, 16);
  }

  join_wipeRootKey();
}

/** Starts the session that the join-accept in the frame buffer opens, at the data rate of the join-request. */
static void join_startSession(uint8_t length, bool isNetwork11, uint8_t dataRate, uint8_t rx1DrOffset, uint8_t rx2DataRate) {
#line 130 "firmware/lorawan/join.ts"
  join_deriveKeys(isNetwork11);
  (void)memcpy(session_devAddr, &frame_frame[23 /* JoinAcceptField.DevAddr */], 4);
  session_session.joined = true;
  session_session.isNetwork11 = isNetwork11;
  session_session.awaitsRekeyConf = isNetwork11;
  session_session.fCntUp = 0;
  session_session.nextFCntDown = 0;
  session_session.nextAFCntDown = 0;
  session_session.owesAck = false;
  session_session.dataRate = dataRate;
  session_session.rx1DrOffset = rx1DrOffset;
  session_session.rx2DataRate = rx2DataRate;
  uint8_t rxDelayS = (uint8_t)(frame_frame[28 /* JoinAcceptField.RxDelay */] & 15u);
  session_session.rxDelayS = (uint8_t)((rxDelayS == 0u) ? 1u : rxDelayS);
  channels_resetChannels();
  if ((length == 33u /* JOIN_ACCEPT_CFLIST_LENGTH */) && (frame_frame[44] == 0u)) {
    channels_setCfList(&frame_frame[29 /* JoinAcceptField.CfList */]);
  }
}

/**
 * Takes the frame in the frame buffer as the answer to the join-request that was sent at `dataRate`. Only when
 * it is accepted does anything change: its JoinNonce goes to the store, then the session starts.
 */
uint8_t join_acceptJoin(uint8_t length, uint8_t dataRate) {
  if (!join_frames_isJoinAccept(frame_frame, length)) { return 1 /* JoinVerdict.Ignored */; }
  join_readJoinKey();
  join_frames_decryptJoinAccept(frame_frame, length, join_rootKey);
  bool valid = join_hasMic(length);
  join_wipeRootKey();
  if (!valid) { return 2 /* JoinVerdict.WrongMic */; }

  uint8_t dlSettings = frame_frame[27 /* JoinAcceptField.DlSettings */];
  bool isNetwork11 = (dlSettings & 128u /* OPT_NEG */) != 0u;
  uint32_t joinNonce = joinery_load16le(&frame_frame[17 /* JoinAcceptField.JoinNonce */]) + (frame_frame[19] * UINT32_C(0x10000));

  if (!join_isFreshJoinNonce(joinNonce, journal_nonces.joinNonce, isNetwork11)) { return 3 /* JoinVerdict.UsedJoinNonce */; }

  uint8_t rx1DrOffset = (uint8_t)((dlSettings >> 4) & 7u);
  uint8_t rx2DataRate = (uint8_t)(dlSettings & 15u);
  if ((rx1DrOffset > 5u /* MAX_RX1_DR_OFFSET */) || (rx2DataRate > 5u /* MAX_DATA_RATE */)) { return 4 /* JoinVerdict.UnknownSettings */; }
  if (!journal_keepJoinNonce(joinNonce)) { return 5 /* JoinVerdict.StoreFailed */; }
  join_startSession(length, isNetwork11, dataRate, rx1DrOffset, rx2DataRate);
  return 0 /* JoinVerdict.Accepted */;
}
