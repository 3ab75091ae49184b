/*
 * AES-128 by hand, as a firmware engineer writes it: the algorithm of firmware/crypto/aes-octets.ts (state and round
 * key in one memory at a fixed address, rows shifted as they are written, no branch on a secret), the size of which the
 * compiled one is measured against.
 */
#include <string.h>

#include "aes.h"
#include "s-box.h"

#define ROUND_KEY 28

/* Three columns of room, the state, the round key. */
static uint8_t work[44];

static inline uint8_t xtime(uint8_t x) {
  return (uint8_t)((x << 1) ^ (((int8_t)x >> 7) & 0x1b));
}

void aes_encryptBlock(const uint8_t *key, uint8_t *block) {
  uint8_t rcon = 1;

  for (uint8_t i = 0; i < 16; i += 4) {
    uint8_t *p = work + i;
    memcpy(p + ROUND_KEY, key + i, 4);
    p[12] = block[i] ^ key[i];
    p[9] = block[i + 1] ^ key[i + 1];
    p[6] = block[i + 2] ^ key[i + 2];
    p[3] = block[i + 3] ^ key[i + 3];
  }
  for (;;) {
    uint8_t k0 = S(work[41]) ^ rcon, k1 = S(work[42]), k2 = S(work[43]), k3 = S(work[40]);

    work[25] = work[9];
    work[22] = work[6];
    work[26] = work[10];
    work[19] = work[3];
    work[23] = work[7];
    work[27] = work[11];
    if (rcon == 0x36) {
      for (uint8_t i = 0; i < 16; i += 4) {
        const uint8_t *p = work + i;
        block[i] = S(p[12]) ^ (k0 ^= p[28]);
        block[i + 1] = S(p[13]) ^ (k1 ^= p[29]);
        block[i + 2] = S(p[14]) ^ (k2 ^= p[30]);
        block[i + 3] = S(p[15]) ^ (k3 ^= p[31]);
      }
      return;
    }
    for (uint8_t *p = work; p < work + 16; p += 4) {
      uint8_t a = S(p[12]), b = S(p[13]), c = S(p[14]), d = S(p[15]);
      uint8_t all = a ^ b ^ c ^ d, ab = xtime(a ^ b), bc = xtime(b ^ c), cd = xtime(c ^ d);
      p[28] = k0 ^= p[28];
      p[29] = k1 ^= p[29];
      p[30] = k2 ^= p[30];
      p[31] = k3 ^= p[31];
      p[12] = a ^ all ^ ab ^ k0;
      p[9] = b ^ all ^ bc ^ k1;
      p[6] = c ^ all ^ cd ^ k2;
      p[3] = d ^ all ^ ab ^ bc ^ cd ^ k3;
    }
    rcon = xtime(rcon);
  }
}

void aes_forgetKey(void) {
  memset(work, 0, sizeof work);
  __asm__ volatile("" : : : "memory");
}
