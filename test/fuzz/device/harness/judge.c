/* FIPS 197, RFC 4493, and the blocks of LoRaWAN, in their plainest form. */
#include "judge.h"

#include <string.h>

static uint8_t s_box[256];
static uint8_t inverse_s_box[256];

static uint8_t times(uint8_t a, uint8_t b) {
  uint8_t product = 0;
  for (; b != 0; b >>= 1) {
    if (b & 1) product ^= a;
    a = (uint8_t)((a << 1) ^ (a & 0x80 ? 0x1b : 0));
  }
  return product;
}

static uint8_t products[15][256];

void judge_start(void) {
  for (unsigned value = 0; value < 256; value++) {
    uint8_t inverse = 0;
    for (unsigned other = 1; other < 256 && value != 0; other++) {
      if (times((uint8_t)value, (uint8_t)other) == 1) inverse = (uint8_t)other;
    }
    uint8_t octet = 0x63;
    for (unsigned turn = 0; turn < 5; turn++) octet ^= (uint8_t)((inverse << turn) | (inverse >> (8 - turn)));
    s_box[value] = octet;
    inverse_s_box[octet] = (uint8_t)value;
    for (uint8_t factor = 1; factor < 15; factor++) products[factor][value] = times((uint8_t)value, factor);
  }
}

static void expand(const uint8_t key[16], uint8_t words[176]) {
  memcpy(words, key, 16);
  uint8_t constant = 1;
  for (unsigned at = 16; at < 176; at += 4) {
    uint8_t word[4];
    memcpy(word, &words[at - 4], 4);
    if (at % 16 == 0) {
      const uint8_t first = word[0];
      for (unsigned i = 0; i < 3; i++) word[i] = s_box[word[i + 1]];
      word[3] = s_box[first];
      word[0] ^= constant;
      constant = times(constant, 2);
    }
    for (unsigned i = 0; i < 4; i++) words[at + i] = words[at - 16 + i] ^ word[i];
  }
}

static void add(uint8_t block[16], const uint8_t *key) {
  for (unsigned i = 0; i < 16; i++) block[i] ^= key[i];
}

/** Multiplies each column by the circulant matrix of these factors. */
static void mix(uint8_t block[16], const uint8_t factors[4]) {
  for (unsigned column = 0; column < 16; column += 4) {
    uint8_t mixed[4] = {0};
    for (unsigned row = 0; row < 4; row++) {
      for (unsigned i = 0; i < 4; i++) mixed[row] ^= products[factors[(i + 4 - row) % 4]][block[column + i]];
    }
    memcpy(&block[column], mixed, 4);
  }
}

void judge_encrypt(const uint8_t key[16], uint8_t block[16]) {
  static const uint8_t factors[4] = {2, 3, 1, 1};
  uint8_t words[176];
  expand(key, words);
  add(block, words);
  for (unsigned round = 1; round <= 10; round++) {
    uint8_t shifted[16];
    for (unsigned i = 0; i < 16; i++) shifted[i] = s_box[block[(i + 4 * (i % 4)) % 16]];
    memcpy(block, shifted, 16);
    if (round < 10) mix(block, factors);
    add(block, &words[16 * round]);
  }
}

void judge_decrypt(const uint8_t key[16], uint8_t block[16]) {
  static const uint8_t factors[4] = {14, 11, 13, 9};
  uint8_t words[176];
  expand(key, words);
  for (unsigned round = 10; round > 0; round--) {
    add(block, &words[16 * round]);
    if (round < 10) mix(block, factors);
    uint8_t shifted[16];
    for (unsigned i = 0; i < 16; i++) shifted[(i + 4 * (i % 4)) % 16] = inverse_s_box[block[i]];
    memcpy(block, shifted, 16);
  }
  add(block, words);
}

static void twice(uint8_t block[16]) {
  const uint8_t carry = block[0] >> 7;
  for (unsigned i = 0; i < 15; i++) block[i] = (uint8_t)((block[i] << 1) | (block[i + 1] >> 7));
  block[15] = (uint8_t)((block[15] << 1) ^ (carry ? 0x87 : 0));
}

void judge_cmac(const uint8_t key[16], const uint8_t *first, size_t first_length, const uint8_t *second,
                size_t second_length, uint8_t tag[16]) {
  const size_t length = first_length + second_length;
  size_t filled = 0;
  memset(tag, 0, 16);
  for (size_t i = 0; i < length; i++) {
    if (filled == 16) {
      judge_encrypt(key, tag);
      filled = 0;
    }
    tag[filled++] ^= i < first_length ? first[i] : second[i - first_length];
  }
  uint8_t subkey[16] = {0};
  judge_encrypt(key, subkey);
  twice(subkey);
  if (filled < 16) {
    tag[filled] ^= 0x80;
    twice(subkey);
  }
  add(tag, subkey);
  judge_encrypt(key, tag);
}

static void common(uint8_t block[16], uint8_t first, judge_frame frame, uint8_t last) {
  memset(block, 0, 16);
  block[0] = first;
  block[5] = frame.direction;
  memcpy(&block[6], frame.dev_addr, 4);
  for (unsigned i = 0; i < 4; i++) block[10 + i] = (uint8_t)(frame.f_cnt >> (8 * i));
  block[15] = last;
}

static void sign(const uint8_t key[16], const uint8_t block[16], const uint8_t *message, size_t length,
                 uint8_t mic[4]) {
  uint8_t tag[16];
  judge_cmac(key, block, 16, message, length, tag);
  memcpy(mic, tag, 4);
}

void judge_b0(const uint8_t key[16], judge_frame frame, uint16_t conf_f_cnt, const uint8_t *message, size_t length,
              uint8_t mic[4]) {
  uint8_t block[16];
  common(block, 0x49, frame, (uint8_t)length);
  block[1] = (uint8_t)conf_f_cnt;
  block[2] = (uint8_t)(conf_f_cnt >> 8);
  sign(key, block, message, length, mic);
}

void judge_b1(const uint8_t key[16], judge_frame frame, uint16_t conf_f_cnt, uint8_t data_rate, uint8_t channel,
              const uint8_t *message, size_t length, uint8_t mic[4]) {
  uint8_t block[16];
  common(block, 0x49, frame, (uint8_t)length);
  block[1] = (uint8_t)conf_f_cnt;
  block[2] = (uint8_t)(conf_f_cnt >> 8);
  block[3] = data_rate;
  block[4] = channel;
  sign(key, block, message, length, mic);
}

void judge_crypt(const uint8_t key[16], judge_frame frame, uint8_t use, uint8_t *octets, size_t length) {
  uint8_t stream[16];
  for (size_t i = 0; i < length; i++) {
    if (i % 16 == 0) {
      common(stream, 0x01, frame, (uint8_t)(1 + i / 16));
      stream[4] = use;
      judge_encrypt(key, stream);
    }
    octets[i] ^= stream[i % 16];
  }
}

void judge_derive(const uint8_t key[16], uint8_t type, const uint8_t *fields, size_t length, uint8_t derived[16]) {
  memset(derived, 0, 16);
  derived[0] = type;
  memcpy(&derived[1], fields, length);
  judge_encrypt(key, derived);
}
