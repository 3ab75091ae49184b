/* AES-CMAC by hand: the algorithm of firmware/crypto/cmac.ts. */
#include "cmac.h"

#include <string.h>

#include "aes.h"

#define BLOCK 16

static uint8_t subkey[BLOCK];

static void double_block(uint8_t *block) {
  uint8_t reduction = -(block[0] >> 7) & 0x87;

  for (uint8_t i = 0; i < BLOCK - 1; i++) {
    block[i] = (uint8_t)((block[i] << 1) | (block[i + 1] >> 7));
  }
  block[BLOCK - 1] = (uint8_t)((block[BLOCK - 1] << 1) ^ reduction);
}

void cmac_cmac(const uint8_t *key, const uint8_t *message, uint8_t start, uint8_t end, uint8_t *tag) {
  uint8_t filled = 0;

  aes_useKey(key);
  memset(tag, 0, BLOCK);
  for (uint8_t i = start; i < end; i++) {
    if (filled >= BLOCK) {
      aes_encryptBlock(tag);
      filled = 0;
    }
    tag[filled++] ^= message[i];
  }

  aes_encryptBlock(subkey);
  double_block(subkey);
  if (filled < BLOCK) {
    tag[filled] ^= 0x80;
    double_block(subkey);
  }
  for (uint8_t i = 0; i < BLOCK; i++) {
    tag[i] ^= subkey[i];
  }
  aes_encryptBlock(tag);
  memset(subkey, 0, BLOCK);
  aes_forgetKey();
}
