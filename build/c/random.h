/* Generated from firmware/lorawan/random.ts. */
#ifndef JOINERY_RANDOM_H
#define JOINERY_RANDOM_H

#include "joinery.h"

uint16_t random_random16(void);
void random_seedRandom(uint32_t noise, uint32_t device);

#endif
