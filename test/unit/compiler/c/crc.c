/* Generated from test/unit/compiler/c/crc.ts. */
#include "joinery.h"

#line 5 "test/unit/compiler/c/crc.ts"
static uint8_t crc_buffer[32];
static uint16_t crc_wakeUps;

/** The CRC of the first `length` octets. */
static uint16_t crc_crc16(uint8_t *data, uint8_t length) {
  uint16_t crc = 0xffffu;
  for (uint8_t i = 0; i < length; i++) {
    crc = (uint16_t)(crc ^ ((unsigned)data[i] << 8));
    for (uint8_t bit = 0; bit < 8u; bit++) {
      // The polynomial is taken where the top bit leaves, without a branch.
      uint8_t carry = (uint8_t)((unsigned)crc >> 15);
      crc = (uint16_t)((uint16_t)((unsigned)crc << 1) ^ (carry * 4129u /* POLYNOMIAL */));
    }
  }
  return crc;
}

#line 28 "test/unit/compiler/c/crc.ts"
/** Whether `now` is past `deadline`, on a clock that wraps. */
static bool crc_isPast(uint32_t now, uint32_t deadline) {
  return (int32_t)(now - deadline) > 0;
}

#line 22 "test/unit/compiler/c/crc.ts"
static uint8_t crc_sum(uint8_t *data) {
  uint8_t total = 0;
  for (uint8_t i = 0; i < 32u; i = (uint8_t)(i + 4u)) { total = (uint8_t)(total + data[i] + data[i + 3u]); }
  return total;
}

#line 33 "test/unit/compiler/c/crc.ts"
static uint16_t crc_average(uint32_t total, uint16_t count) {
  if (count == 0u) { return 0; }
  return joinery_low16(total / count);
}

void joinery_main(void) {
  uint16_t crc = crc_crc16(crc_buffer, 30);
  crc_buffer[30] = (uint8_t)((uint8_t)crc & 0xffu);
  crc_buffer[31] = (uint8_t)((unsigned)crc >> 8);
  if (crc_isPast(crc_wakeUps * UINT32_C(1000), 5000) && (crc_wakeUps < 65535u)) { crc_wakeUps++; }
  crc_buffer[0] = (uint8_t)(crc_sum(crc_buffer) ^ (uint8_t)crc_average(UINT32_C(100000), crc_wakeUps));
}
