/* AES-CMAC (RFC 4493). */
#ifndef CMAC_H
#define CMAC_H

#include <stdint.h>

/* The CMAC of message[start] to message[end - 1] into tag, which must not overlap the message. */
void cmac_cmac(const uint8_t *key, const uint8_t *message, uint8_t start, uint8_t end, uint8_t *tag);

#endif
