/* Generated from firmware/lorawan/airtime.ts. */
#include "joinery.h"
#include "airtime.h"

#line 12 "firmware/lorawan/airtime.ts"
/**
 * Microseconds of an uplink of `length` octets of PHYPayload. In quarters of a symbol the count is whole, and at
 * 125 kHz so is a quarter in microseconds.
 */
uint32_t airtime_airtimeUs(uint8_t spreadingFactor, uint8_t length) {
  int16_t bits = (int16_t)((8 * length) + 44 - (4 * spreadingFactor));
  // From SF11 on the low data rate optimisation takes two bits off each symbol.
  uint8_t bitsPerBlock = (uint8_t)(4u * ((spreadingFactor >= 11u) ? (spreadingFactor - 2u) : spreadingFactor));
  uint8_t blocks = (uint8_t)((unsigned)(bits + bitsPerBlock - 1) / bitsPerBlock);
  return (uint32_t)((4u * ((5u * blocks) + 20u)) + 1u) << (spreadingFactor + 1u);
}

#line 7 "firmware/lorawan/airtime.ts"
/** Microseconds of a symbol at 125 kHz. */
uint16_t airtime_symbolUs(uint8_t spreadingFactor) {
  return (uint16_t)(8u << spreadingFactor);
}
