/* Generated from firmware/crypto/aes.ts. */
#include "joinery.h"
#include "aes.h"

#line 12 "firmware/crypto/aes.ts"
static const uint8_t aes_S_BOX[256] FLASH = {
  0x63, 0x7c, 0x77, 0x7b, 0xf2, 0x6b, 0x6f, 0xc5, 0x30, 0x01, 0x67, 0x2b, 0xfe, 0xd7, 0xab, 0x76,
  0xca, 0x82, 0xc9, 0x7d, 0xfa, 0x59, 0x47, 0xf0, 0xad, 0xd4, 0xa2, 0xaf, 0x9c, 0xa4, 0x72, 0xc0,
  0xb7, 0xfd, 0x93, 0x26, 0x36, 0x3f, 0xf7, 0xcc, 0x34, 0xa5, 0xe5, 0xf1, 0x71, 0xd8, 0x31, 0x15,
  0x04, 0xc7, 0x23, 0xc3, 0x18, 0x96, 0x05, 0x9a, 0x07, 0x12, 0x80, 0xe2, 0xeb, 0x27, 0xb2, 0x75,
  0x09, 0x83, 0x2c, 0x1a, 0x1b, 0x6e, 0x5a, 0xa0, 0x52, 0x3b, 0xd6, 0xb3, 0x29, 0xe3, 0x2f, 0x84,
  0x53, 0xd1, 0x00, 0xed, 0x20, 0xfc, 0xb1, 0x5b, 0x6a, 0xcb, 0xbe, 0x39, 0x4a, 0x4c, 0x58, 0xcf,
  0xd0, 0xef, 0xaa, 0xfb, 0x43, 0x4d, 0x33, 0x85, 0x45, 0xf9, 0x02, 0x7f, 0x50, 0x3c, 0x9f, 0xa8,
  0x51, 0xa3, 0x40, 0x8f, 0x92, 0x9d, 0x38, 0xf5, 0xbc, 0xb6, 0xda, 0x21, 0x10, 0xff, 0xf3, 0xd2,
  0xcd, 0x0c, 0x13, 0xec, 0x5f, 0x97, 0x44, 0x17, 0xc4, 0xa7, 0x7e, 0x3d, 0x64, 0x5d, 0x19, 0x73,
  0x60, 0x81, 0x4f, 0xdc, 0x22, 0x2a, 0x90, 0x88, 0x46, 0xee, 0xb8, 0x14, 0xde, 0x5e, 0x0b, 0xdb,
  0xe0, 0x32, 0x3a, 0x0a, 0x49, 0x06, 0x24, 0x5c, 0xc2, 0xd3, 0xac, 0x62, 0x91, 0x95, 0xe4, 0x79,
  0xe7, 0xc8, 0x37, 0x6d, 0x8d, 0xd5, 0x4e, 0xa9, 0x6c, 0x56, 0xf4, 0xea, 0x65, 0x7a, 0xae, 0x08,
  0xba, 0x78, 0x25, 0x2e, 0x1c, 0xa6, 0xb4, 0xc6, 0xe8, 0xdd, 0x74, 0x1f, 0x4b, 0xbd, 0x8b, 0x8a,
  0x70, 0x3e, 0xb5, 0x66, 0x48, 0x03, 0xf6, 0x0e, 0x61, 0x35, 0x57, 0xb9, 0x86, 0xc1, 0x1d, 0x9e,
  0xe1, 0xf8, 0x98, 0x11, 0x69, 0xd9, 0x8e, 0x94, 0x9b, 0x1e, 0x87, 0xe9, 0xce, 0x55, 0x28, 0xdf,
  0x8c, 0xa1, 0x89, 0x0d, 0xbf, 0xe6, 0x42, 0x68, 0x41, 0x99, 0x2d, 0x0f, 0xb0, 0x54, 0xbb, 0x16};


/** The eleven round keys of the key in use. One for all: the device works with one key at a time. */
static uint8_t aes_schedule[176];

/** The state that is being encrypted, column by column. At a fixed address it is cheaper to reach than by a pointer. */
static uint8_t aes_state[16];

/** The product by x in GF(2^8), without a branch (FIPS 197, 4.2.1). */
static uint8_t aes_xtime(uint8_t value) {
  return (uint8_t)((uint8_t)(value << 1) ^ ((uint8_t)(0u - (value >> 7)) & 0x1bu));
}

/** Makes `key` the key of `encryptBlock`, until the next `useKey` or `forgetKey` (FIPS 197, 5.2). */
void aes_useKey(uint8_t *key) {
  (void)memmove(aes_schedule, key, 16);
  uint8_t roundConstant = 1;
  for (uint8_t i = 0; i < 160u; i = (uint8_t)(i + 16u)) {
    uint8_t *previous = &aes_schedule[i];
    uint8_t *next = &aes_schedule[i + 16u];
    next[0] = (uint8_t)(previous[0] ^ FLASH_U8(aes_S_BOX, previous[13]) ^ roundConstant);
    next[1] = (uint8_t)(previous[1] ^ FLASH_U8(aes_S_BOX, previous[14]));
    next[2] = (uint8_t)(previous[2] ^ FLASH_U8(aes_S_BOX, previous[15]));
    next[3] = (uint8_t)(previous[3] ^ FLASH_U8(aes_S_BOX, previous[12]));
    for (uint8_t j = 4; j < 16u; j++) { next[j] = (uint8_t)(previous[j] ^ next[j - 4u]); }
    roundConstant = aes_xtime(roundConstant);
  }
}

/** SubBytes and ShiftRows (FIPS 197, 5.1.1 and 5.1.2). */
static void aes_substituteAndShift(void) {
  aes_state[0] = FLASH_U8(aes_S_BOX, aes_state[0]);
  aes_state[4] = FLASH_U8(aes_S_BOX, aes_state[4]);
  aes_state[8] = FLASH_U8(aes_S_BOX, aes_state[8]);
  aes_state[12] = FLASH_U8(aes_S_BOX, aes_state[12]);

  uint8_t first = FLASH_U8(aes_S_BOX, aes_state[1]);
  aes_state[1] = FLASH_U8(aes_S_BOX, aes_state[5]);
  aes_state[5] = FLASH_U8(aes_S_BOX, aes_state[9]);
  aes_state[9] = FLASH_U8(aes_S_BOX, aes_state[13]);
  aes_state[13] = first;

  first = FLASH_U8(aes_S_BOX, aes_state[2]);
  aes_state[2] = FLASH_U8(aes_S_BOX, aes_state[10]);
  aes_state[10] = first;
  first = FLASH_U8(aes_S_BOX, aes_state[6]);
  aes_state[6] = FLASH_U8(aes_S_BOX, aes_state[14]);
  aes_state[14] = first;

  first = FLASH_U8(aes_S_BOX, aes_state[15]);
  aes_state[15] = FLASH_U8(aes_S_BOX, aes_state[11]);
  aes_state[11] = FLASH_U8(aes_S_BOX, aes_state[7]);
  aes_state[7] = FLASH_U8(aes_S_BOX, aes_state[3]);
  aes_state[3] = first;
}

/** MixColumns and AddRoundKey (FIPS 197, 5.1.3 and 5.1.4). */
static void aes_mixAndAddKey(uint8_t *roundKey) {
  for (uint8_t i = 0; i < 16u; i = (uint8_t)(i + 4u)) {
    uint8_t *column = &aes_state[i];
    uint8_t *key = &roundKey[i];
    uint8_t a = column[0];
    uint8_t b = column[1];
    uint8_t c = column[2];
    uint8_t d = column[3];
    uint8_t all = (uint8_t)(a ^ b ^ c ^ d);
    column[0] = (uint8_t)(a ^ all ^ aes_xtime((uint8_t)(a ^ b)) ^ key[0]);
    column[1] = (uint8_t)(b ^ all ^ aes_xtime((uint8_t)(b ^ c)) ^ key[1]);
    column[2] = (uint8_t)(c ^ all ^ aes_xtime((uint8_t)(c ^ d)) ^ key[2]);
    column[3] = (uint8_t)(d ^ all ^ aes_xtime((uint8_t)(d ^ a)) ^ key[3]);
  }
}

/** Encrypts 16 octets in place under the key in use (FIPS 197, 5.1). */
void aes_encryptBlock(uint8_t *block) {
  for (uint8_t i = 0; i < 16u; i++) { aes_state[i] = (uint8_t)(block[i] ^ aes_schedule[i]); }
  for (uint8_t round = 16;; round = (uint8_t)(round + 16u)) {
    aes_substituteAndShift();
    if (round == 160u) { break; }
    aes_mixAndAddKey(&aes_schedule[round]);
  }
  for (uint8_t i = 0; i < 16u; i++) { block[i] = (uint8_t)(aes_state[i] ^ aes_schedule[160u + i]); }
}

/**
 * Overwrites the round keys, and the state of the last round, which together with the block that came out of it
 * would give the last round key away: no key outlives its use in RAM.
 */
void aes_forgetKey(void) {
  (void)memset(aes_schedule, 0, 176);
  (void)memset(aes_state, 0, 16);
}
