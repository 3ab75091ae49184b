/* AES-128 encryption (FIPS 197). */
#ifndef AES_H
#define AES_H

#include <stdint.h>

void aes_encryptBlock(const uint8_t *key, uint8_t *block);
/* Overwrites what encryptBlock has left of a key, after the last block under it. */
void aes_forgetKey(void);

#endif
