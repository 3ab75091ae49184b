/* Generated from firmware/store/crc16.ts. */
#include "joinery.h"
#include "crc16.h"

#line 7 "firmware/store/crc16.ts"
/** The CRC of the octets that `crc` covers and one more. */
uint16_t crc16_crc16(uint16_t crc, uint8_t octet) {
  uint16_t next = (uint16_t)(crc ^ ((unsigned)octet << 8));
  for (uint8_t bit = 0; bit < 8u; bit++) {
    uint8_t carry = (uint8_t)((unsigned)next >> 15);
    next = (uint16_t)((uint16_t)((unsigned)next << 1) ^ (carry * 0x1021u));
  }
  return next;
}
