/*
 * AES-128 by hand, as a firmware engineer writes it: the algorithm of firmware/crypto/aes-words.ts (a column is a word,
 * MixColumns works on four octets at once, no branch on a secret), the size of which the compiled one is measured
 * against.
 */
#include <string.h>

#include "aes.h"
#include "s-box.h"

#define INLINE static inline __attribute__((always_inline))

static uint32_t load(const uint8_t *p) {
  return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

INLINE void store(uint8_t *p, uint32_t word) {
  p[0] = (uint8_t)word;
  p[1] = (uint8_t)(word >> 8);
  p[2] = (uint8_t)(word >> 16);
  p[3] = (uint8_t)(word >> 24);
}

INLINE uint32_t rotr(uint32_t word, int count) {
  return word >> count | word << (32 - count);
}

INLINE uint32_t sub(uint32_t a, uint32_t b, uint32_t c, uint32_t d) {
  return S((uint8_t)a) | (uint32_t)S((uint8_t)(b >> 8)) << 8 | (uint32_t)S((uint8_t)(c >> 16)) << 16 | (uint32_t)S(d >> 24) << 24;
}

INLINE uint32_t mix(uint32_t column) {
  uint32_t next = rotr(column, 8), pair = column ^ next, high = (pair >> 7) & 0x01010101;

  return (pair << 1) ^ (high << 8) ^ (high * 0x1b) ^ next ^ rotr(pair, 16);
}

void aes_encryptBlock(const uint8_t *key, uint8_t *block) {
  uint32_t k0 = load(key), k1 = load(key + 4), k2 = load(key + 8), k3 = load(key + 12);
  uint32_t s0 = load(block) ^ k0, s1 = load(block + 4) ^ k1, s2 = load(block + 8) ^ k2, s3 = load(block + 12) ^ k3;
  uint8_t rcon = 1;

  for (;;) {
    uint32_t turned = rotr(k3, 8);
    k0 ^= sub(turned, turned, turned, turned) ^ rcon;
    k1 ^= k0;
    k2 ^= k1;
    k3 ^= k2;
    uint32_t t3 = sub(s3, s0, s1, s2), t2 = sub(s2, s3, s0, s1);
    uint32_t t1 = sub(s1, s2, s3, s0), t0 = sub(s0, s1, s2, s3);
    if (rcon == 0x36) {
      store(block, t0 ^ k0);
      store(block + 4, t1 ^ k1);
      store(block + 8, t2 ^ k2);
      store(block + 12, t3 ^ k3);
      return;
    }
    s0 = mix(t0) ^ k0;
    s1 = mix(t1) ^ k1;
    s2 = mix(t2) ^ k2;
    s3 = mix(t3) ^ k3;
    rcon = (uint8_t)((rcon << 1) ^ ((rcon >> 7) * 0x1b));
  }
}

/* Overwrites the stack where aes_encryptBlock has kept columns. */
void aes_forgetKey(void) {
  uint8_t over[56];

  memset(over, 0, sizeof over);
  __asm__ volatile("" : : "r"(over) : "memory");
}
