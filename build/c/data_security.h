/* Generated from firmware/lorawan/data-security.ts. */
#ifndef JOINERY_DATA_SECURITY_H
#define JOINERY_DATA_SECURITY_H

#include "joinery.h"

void data_security_cmacB0(uint8_t *key, uint8_t *frame, uint8_t end, uint8_t direction, uint16_t confFCnt, uint8_t *devAddr, uint32_t fCnt, uint8_t *tag);
void data_security_crypt(uint8_t *key, uint8_t use, uint8_t *frame, uint8_t start, uint8_t end, uint8_t direction, uint8_t *devAddr, uint32_t fCnt);
void data_security_cmacB1(uint8_t *sNwkSIntKey, uint8_t *frame, uint8_t end, uint16_t confFCnt, uint8_t dataRate, uint8_t channel, uint8_t *devAddr, uint32_t fCnt, uint8_t *tag);

#endif
