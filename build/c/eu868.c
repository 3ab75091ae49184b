/* Generated from firmware/regions/eu868.ts. */
#include "joinery.h"
#include "eu868.h"

#line 7 "firmware/regions/eu868.ts"
/** Default channels, which are also the channels for joining. */
const uint32_t eu868_DEFAULT_CHANNELS[3] FLASH = {UINT32_C(0x00847628), UINT32_C(0x00847df8), UINT32_C(0x008485c8)};

#line 44 "firmware/regions/eu868.ts"
/** First and last frequency of the sub-bands K, L, M, N, P and R. */
static const uint32_t eu868_BAND_EDGES[12] FLASH = {UINT32_C(0x0083aef0), UINT32_C(0x0083fd10), UINT32_C(0x0083fd10), UINT32_C(0x00847240), UINT32_C(0x00847240), UINT32_C(0x008489b0), UINT32_C(0x00848d98), UINT32_C(0x0084a120), UINT32_C(0x0084a8f0), UINT32_C(0x0084b2b4), UINT32_C(0x0084b4a8), UINT32_C(0x0084c060)};

#line 49 "firmware/regions/eu868.ts"
/** Silence after a transmission, in times on air: 1/duty cycle - 1. */
static const uint16_t eu868_BAND_SILENCE[6] FLASH = {0x03e7, 0x0063, 0x0063, 0x03e7, 0x0009, 0x0063};

#line 55 "firmware/regions/eu868.ts"
/** The sub-band of a frequency, or `NO_BAND`. A frequency on a border belongs to the upper one, as 868.0 MHz does. */
uint8_t eu868_bandOf(uint32_t frequency) {
  for (int8_t band = 5; band >= 0; band--) {
    if ((frequency >= FLASH_U32(eu868_BAND_EDGES, 2 * band)) && (frequency <= FLASH_U32(eu868_BAND_EDGES, (2 * band) + 1))) { return (uint8_t)band; }
  }
  return 6 /* NO_BAND */;
}

#line 29 "firmware/regions/eu868.ts"
/** The spreading factor of a data rate, at 125 kHz. */
uint8_t eu868_spreadingFactor(uint8_t dataRate) {
  return (uint8_t)(12u - dataRate);
}

#line 63 "firmware/regions/eu868.ts"
/** How many times its time on air a transmission in a band must be followed by silence there. */
uint16_t eu868_silenceFactor(uint8_t band) {
  return FLASH_U16(eu868_BAND_SILENCE, band);
}

#line 34 "firmware/regions/eu868.ts"
/** The data rate of RX1: the uplink's less the offset, not below DR0. */
uint8_t eu868_rx1DataRate(uint8_t uplink, uint8_t offset) {
  int8_t rate = (int8_t)(uplink - offset);
  if (rate < 0) { return 0; }
  return (uint8_t)rate;
}
