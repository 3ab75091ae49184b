/* AES-128 encryption under one key at a time (FIPS 197). */
#ifndef AES_H
#define AES_H

#include <stdint.h>

void aes_useKey(const uint8_t *key);
void aes_encryptBlock(uint8_t *block);
void aes_forgetKey(void);

#endif
