/* Joinery: runtime functions. C99. */
#include "joinery.h"

bool joinery_equal(const uint8_t *a, const uint8_t *b, uint16_t count) {
  uint8_t difference = 0;
  for (uint16_t i = 0; i < count; i++) {
    difference = (uint8_t)(difference | (a[i] ^ b[i]));
  }
  return difference == 0u;
}
