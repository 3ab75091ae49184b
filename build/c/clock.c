/* Generated from firmware/clock/index.ts. */
#include "joinery.h"
#include "clock.h"
#include "hal.h"

#line 15 "firmware/clock/index.ts"
/** How often the board's clock has wrapped, and what it said last. */
static uint8_t clock_wraps;
static uint32_t clock_latest;

/** Ticks since power-up, modulo 2^32. */
uint32_t clock_ticks(void) {
  uint32_t time = hal_now();
  if (time < clock_latest) { clock_wraps = (uint8_t)(clock_wraps + 1u); }
  clock_latest = time;
  return (clock_wraps * UINT32_C(0x1000000)) + (time >> 8);
}

/** Whether `instant` is now or in the past. Both are of one clock: microseconds or ticks. */
bool clock_reached(uint32_t instant, uint32_t time) {
  return (int32_t)(instant - time) <= 0;
}

/** Sleeps until `deadline`, a time of the board's clock, even where radio events are pending. */
void clock_waitUntil(uint32_t deadline) {
  while (!clock_reached(deadline, hal_now())) { hal_sleep_until(deadline); }
}

/** Sleeps for `durationUs`. */
void clock_wait(uint32_t durationUs) {
  clock_waitUntil(hal_now() + durationUs);
}
