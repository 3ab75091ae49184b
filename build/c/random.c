/* Generated from firmware/lorawan/random.ts. */
#include "joinery.h"
#include "random.h"

#line 7 "firmware/lorawan/random.ts"
static uint32_t random_state;

/** The next number; the high half, whose bits have the long periods. */
uint16_t random_random16(void) {
  random_state = (random_state * UINT32_C(1664525)) + UINT32_C(1013904223);
  return (uint16_t)(random_state >> 16);
}

/** Starts the sequence from noise, and from a number that differs between devices. */
void random_seedRandom(uint32_t noise, uint32_t device) {
  random_state = noise ^ device;
  // Neighbours part only after some steps.
  for (uint8_t i = 0; i < 4u; i++) { (void)random_random16(); }
}
