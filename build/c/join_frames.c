/* Generated from firmware/lorawan/join-frames.ts. */
#include "joinery.h"
#include "join_frames.h"
#include "aes.h"
#include "cmac.h"

#line 32 "firmware/lorawan/join-frames.ts"
/** Writes the join-request into `frame`, `JOIN_REQUEST_LENGTH` octets. The key is the AppKey (1.0) or the NwkKey (1.1). */
void join_frames_writeJoinRequest(uint8_t *frame, uint8_t *joinEui, uint8_t *devEui, uint16_t devNonce, uint8_t *key) {
#line 40 "firmware/lorawan/join-frames.ts"
  frame[16 /* PHY */] = 0;
  (void)memmove(&frame[17], joinEui, 8);
  (void)memmove(&frame[25], devEui, 8);
  joinery_store16le(&frame[33], devNonce);
  uint8_t mic[16];
  cmac_cmac(key, frame, 16 /* PHY */, 35, mic);
  (void)memmove(&frame[35], mic, 4 /* MIC_LENGTH */);
}

/** Whether `length` octets in `frame` can be a join-accept. */
bool join_frames_isJoinAccept(uint8_t *frame, uint8_t length) {
  if ((length != 17u /* JOIN_ACCEPT_LENGTH */) && (length != 33u /* JOIN_ACCEPT_CFLIST_LENGTH */)) { return false; }
  return (frame[16 /* PHY */] & 0xe3u) == 32u;
}

/**
 * Decrypts a join-accept in place. The network applied the inverse cipher, so that the device needs
 * only the cipher. The key is the AppKey (1.0) or the NwkKey (1.1, in answer to a join-request).
 */
void join_frames_decryptJoinAccept(uint8_t *frame, uint8_t length, uint8_t *key) {
  aes_useKey(key);
  aes_encryptBlock(&frame[17]);
  if (length == 33u /* JOIN_ACCEPT_CFLIST_LENGTH */) { aes_encryptBlock(&frame[33]); }
  aes_forgetKey();
}

/** The MIC over frame[start..], against the one that the last four octets of the join-accept hold. */
static bool join_frames_hasMic(uint8_t *frame, uint8_t start, uint8_t length, uint8_t *key) {
  if (length < 17u /* JOIN_ACCEPT_LENGTH */) { return false; }
  uint8_t mic[16];
  cmac_cmac(key, frame, start, (uint8_t)(16u /* PHY */ + length - 4u /* MIC_LENGTH */), mic);
  return joinery_equal(mic, &frame[16u /* PHY */ + length - 4u /* MIC_LENGTH */], 4 /* MIC_LENGTH */);
}

/** The MIC of 1.0, and of 1.1 with OptNeg = 0, under the key of the join-request. */
bool join_frames_hasJoinAcceptMic10(uint8_t *frame, uint8_t length, uint8_t *key) {
  return join_frames_hasMic(frame, 16 /* PHY */, length, key);
}

/** The MIC of 1.1 with OptNeg = 1, which covers the join-request that is answered. */
bool join_frames_hasJoinAcceptMic11(uint8_t *frame, uint8_t length, uint8_t *joinEui, uint16_t devNonce, uint8_t *jsIntKey) {
#line 87 "firmware/lorawan/join-frames.ts"
  frame[5] = 255 /* JOIN_REQUEST_TYPE */;
  (void)memmove(&frame[6], joinEui, 8);
  joinery_store16le(&frame[14], devNonce);
  return join_frames_hasMic(frame, 5, length, jsIntKey);
}
