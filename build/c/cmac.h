/* Generated from firmware/crypto/cmac.ts. */
#ifndef JOINERY_CMAC_H
#define JOINERY_CMAC_H

#include "joinery.h"

void cmac_cmac(uint8_t *key, uint8_t *message, uint8_t start, uint8_t end, uint8_t *tag);

#endif
