/*
 * The watchdog (RP2040 datasheet, 4.7), which counts asleep too: a program that has not slept for 8.4 s is reset. Its
 * counter of 24 bits loses two in a microsecond (RP2040-E1).
 */
#ifndef RP2040_WATCHDOG_H
#define RP2040_WATCHDOG_H

#include "registers.h"

static inline void feed_watchdog(void) { WATCHDOG_LOAD = WATCHDOG_LOAD_MOST; }

/* A reset takes everything, the ring oscillator too: the chip starts with that, and this program has stopped it. */
static inline void start_watchdog(void)
{
    PSM_WDSEL = PSM_WDSEL_ALL;
    feed_watchdog();
    *SET_BITS(&WATCHDOG_CTRL) = WATCHDOG_CTRL_ENABLE;
}

static inline void expire_watchdog(void) { *SET_BITS(&WATCHDOG_CTRL) = WATCHDOG_CTRL_TRIGGER; }

#endif
