/* Generated from firmware/regions/eu868.ts. */
#ifndef JOINERY_EU868_H
#define JOINERY_EU868_H

#include "joinery.h"

extern const uint32_t eu868_DEFAULT_CHANNELS[3] FLASH;
uint8_t eu868_bandOf(uint32_t frequency);
uint8_t eu868_spreadingFactor(uint8_t dataRate);
uint16_t eu868_silenceFactor(uint8_t band);
uint8_t eu868_rx1DataRate(uint8_t uplink, uint8_t offset);

#endif
