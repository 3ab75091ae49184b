/*
 * The cryptography of the network, written apart from the firmware: it seals what the fuzzer sends, and judges what the
 * device accepts and transmits. Built without sanitizers and without coverage, which are for the firmware.
 */
#ifndef JUDGE_H
#define JUDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Call it once, before anything else. */
void judge_start(void);

/** AES-128 (FIPS 197) of one block, in place. */
void judge_encrypt(const uint8_t key[16], uint8_t block[16]);
void judge_decrypt(const uint8_t key[16], uint8_t block[16]);

/** AES-CMAC (RFC 4493) of two pieces of a message. */
void judge_cmac(const uint8_t key[16], const uint8_t *first, size_t first_length, const uint8_t *second,
                size_t second_length, uint8_t tag[16]);

/** What a data frame is computed with. */
typedef struct {
  const uint8_t *dev_addr;
  uint32_t f_cnt;
  /** 0 up, 1 down. */
  uint8_t direction;
} judge_frame;

/** Four octets of CMAC(key, block B0 | message) (TS001-1.0.4, 4.4; TS001-1.1, 4.4). */
void judge_b0(const uint8_t key[16], judge_frame frame, uint16_t conf_f_cnt, const uint8_t *message, size_t length,
              uint8_t mic[4]);

/** The same of block B1 (TS001-1.1, 4.4.1). */
void judge_b1(const uint8_t key[16], judge_frame frame, uint16_t conf_f_cnt, uint8_t data_rate, uint8_t channel,
              const uint8_t *message, size_t length, uint8_t mic[4]);

/** Encrypts or decrypts, in place. `use`: octet 4 of the A block, 0 for FRMPayload, 1 and 2 for FOpts of 1.1. */
void judge_crypt(const uint8_t key[16], judge_frame frame, uint8_t use, uint8_t *octets, size_t length);

/** AES(key, type | fields | zeros), as every key of a session is derived. */
void judge_derive(const uint8_t key[16], uint8_t type, const uint8_t *fields, size_t length, uint8_t derived[16]);

#endif
