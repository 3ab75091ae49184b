/* Generated from firmware/lorawan/join-frames.ts. */
#ifndef JOINERY_JOIN_FRAMES_H
#define JOINERY_JOIN_FRAMES_H

#include "joinery.h"

void join_frames_writeJoinRequest(uint8_t *frame, uint8_t *joinEui, uint8_t *devEui, uint16_t devNonce, uint8_t *key);
bool join_frames_isJoinAccept(uint8_t *frame, uint8_t length);
void join_frames_decryptJoinAccept(uint8_t *frame, uint8_t length, uint8_t *key);
bool join_frames_hasJoinAcceptMic10(uint8_t *frame, uint8_t length, uint8_t *key);
bool join_frames_hasJoinAcceptMic11(uint8_t *frame, uint8_t length, uint8_t *joinEui, uint16_t devNonce, uint8_t *jsIntKey);

#endif
