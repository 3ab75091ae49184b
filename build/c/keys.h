/* Generated from firmware/lorawan/keys.ts. */
#ifndef JOINERY_KEYS_H
#define JOINERY_KEYS_H

#include "joinery.h"

void keys_deriveJoinServerKey(uint8_t *nwkKey, uint8_t type, uint8_t *devEui, uint8_t *key);
void keys_deriveSessionKey11(uint8_t *rootKey, uint8_t type, uint8_t *joinNonce, uint8_t *joinEui, uint16_t devNonce, uint8_t *key);
void keys_deriveSessionKey10(uint8_t *rootKey, uint8_t type, uint8_t *joinNonceAndNetId, uint16_t devNonce, uint8_t *key);

#endif
