/* AES-CMAC by hand: the algorithm of firmware/crypto/cmac.ts. */
#include "cmac.h"

#include <string.h>

#include "aes.h"

#define BLOCK 16

static void double_block(uint8_t *block) {
  uint8_t carry = 0;

  for (uint8_t *p = block + BLOCK; p > block;) {
    uint8_t octet = *--p;
    *p = (uint8_t)((octet << 1) | carry);
    carry = octet >> 7;
  }
  block[BLOCK - 1] ^= -carry & 0x87;
}

void cmac_cmac(const uint8_t *key, const uint8_t *message, uint8_t start, uint8_t end, uint8_t *tag) {
  uint8_t filled = 0, subkey[BLOCK] = {0};

  memset(tag, 0, BLOCK);
  for (uint8_t i = start; i < end; i++) {
    if (filled >= BLOCK) {
      aes_encryptBlock(key, tag);
      filled = 0;
    }
    tag[filled++] ^= message[i];
  }

  aes_encryptBlock(key, subkey);
  double_block(subkey);
  if (filled < BLOCK) {
    tag[filled] ^= 0x80;
    double_block(subkey);
  }
  for (uint8_t i = 0; i < BLOCK; i++) {
    tag[i] ^= subkey[i];
  }
  aes_encryptBlock(key, tag);
  memset(subkey, 0, BLOCK);
  __asm__ volatile("" : : "r"(subkey) : "memory");
  aes_forgetKey();
}
