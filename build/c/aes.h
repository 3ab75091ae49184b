/* Generated from firmware/crypto/aes.ts. */
#ifndef JOINERY_AES_H
#define JOINERY_AES_H

#include "joinery.h"

void aes_useKey(uint8_t *key);
void aes_encryptBlock(uint8_t *block);
void aes_forgetKey(void);

#endif
