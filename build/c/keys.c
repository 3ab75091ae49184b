/* Generated from firmware/lorawan/keys.ts. */
#include "joinery.h"
#include "keys.h"
#include "aes.h"

#line 19 "firmware/lorawan/keys.ts"
static void keys_derive(uint8_t *rootKey, uint8_t *block) {
  aes_useKey(rootKey);
  aes_encryptBlock(block);
  aes_forgetKey();
}

#line 60 "firmware/lorawan/keys.ts"
/** JSIntKey or JSEncKey of 1.1, which live as long as the NwkKey, into `key`. */
void keys_deriveJoinServerKey(uint8_t *nwkKey, uint8_t type, uint8_t *devEui, uint8_t *key) {
  (void)memset(key, 0, 16);
  key[0] = type;
  (void)memmove(&key[1], devEui, 8);
  keys_derive(nwkKey, key);
}

#line 43 "firmware/lorawan/keys.ts"
/** A session key of 1.1 with OptNeg = 1, into `key`: AppSKey from the AppKey, the others from the NwkKey. */
void keys_deriveSessionKey11(uint8_t *rootKey, uint8_t type, uint8_t *joinNonce, uint8_t *joinEui, uint16_t devNonce, uint8_t *key) {
#line 52 "firmware/lorawan/keys.ts"
  (void)memset(key, 0, 16);
  key[0] = type;
  (void)memmove(&key[1], joinNonce, 3);
  (void)memmove(&key[4], joinEui, 8);
  joinery_store16le(&key[12], devNonce);
  keys_derive(rootKey, key);
}

#line 25 "firmware/lorawan/keys.ts"
/**
 * A session key of 1.0, into `key`. `joinNonceAndNetId` are the six octets that follow MHDR in the
 * join-accept. The root key is the AppKey; a 1.1 device on a 1.0 network takes the NwkKey for all.
 */
void keys_deriveSessionKey10(uint8_t *rootKey, uint8_t type, uint8_t *joinNonceAndNetId, uint16_t devNonce, uint8_t *key) {
#line 36 "firmware/lorawan/keys.ts"
  (void)memset(key, 0, 16);
  key[0] = type;
  (void)memmove(&key[1], joinNonceAndNetId, 6);
  joinery_store16le(&key[7], devNonce);
  keys_derive(rootKey, key);
}
