/* Generated from firmware/crypto/cmac.ts. */
#include "joinery.h"
#include "cmac.h"
#include "aes.h"

#line 5 "firmware/crypto/cmac.ts"
/**
 * L, then K1 or K2 (RFC 4493, 2.3). Zero between two uses. Not a local: a C compiler may leave out the wiping of an
 * array that nobody reads again.
 */
static uint8_t cmac_subkey[16];

/**
 * Doubles a block in GF(2^128), without a branch: subkey K1 from L, K2 from K1 (RFC 4493, 2.3).
 * The first octet is the most significant.
 */
static void cmac_doubleBlock(uint8_t *block) {
  uint8_t reduction = (uint8_t)((uint8_t)(0u - (block[0] >> 7)) & 0x87u);
  for (uint8_t i = 0; i < 15u; i++) { block[i] = (uint8_t)((uint8_t)(block[i] << 1) | (block[i + 1u] >> 7)); }
  block[15] = (uint8_t)((uint8_t)(block[15] << 1) ^ reduction);
}

/**
 * The CMAC of `message[start..end)` under `key`, all 16 octets of it into `tag`. `start` after `end`
 * counts as an empty message. `tag` must not overlap the message.
 */
void cmac_cmac(uint8_t *key, uint8_t *message, uint8_t start, uint8_t end, uint8_t *tag) {
#line 32 "firmware/crypto/cmac.ts"
  aes_useKey(key);
  (void)memset(tag, 0, 16);
  uint8_t filled = 0;
  for (uint8_t i = start; i < end; i++) {
    if (filled >= 16u) {
      aes_encryptBlock(tag);
      filled = 0;
    }
    tag[filled] = (uint8_t)(tag[filled] ^ message[i]);
    filled++;
  }

  aes_encryptBlock(cmac_subkey);
  cmac_doubleBlock(cmac_subkey);
  if (filled < 16u) {
    tag[filled] = (uint8_t)(tag[filled] ^ 0x80u);
    cmac_doubleBlock(cmac_subkey);
  }
  for (uint8_t i = 0; i < 16u; i++) { tag[i] = (uint8_t)(tag[i] ^ cmac_subkey[i]); }
  aes_encryptBlock(tag);
  (void)memset(cmac_subkey, 0, 16);
  aes_forgetKey();
}
