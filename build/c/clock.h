/* Generated from firmware/clock/index.ts. */
#ifndef JOINERY_CLOCK_H
#define JOINERY_CLOCK_H

#include "joinery.h"

uint32_t clock_ticks(void);
bool clock_reached(uint32_t instant, uint32_t time);
void clock_waitUntil(uint32_t deadline);
void clock_wait(uint32_t durationUs);

#endif
