/*
 * The watchdog (DS40002061B, section 11.8; Atmel-7766J, section 8), which has an oscillator of its own, of 128 kHz and
 * up to 10 % more or less. It is always on: a program that has not slept for 8 s is reset.
 */
#ifndef AVR_WATCHDOG_H
#define AVR_WATCHDOG_H

#include <avr/io.h>
#include <stdint.h>

/*
 * The periods, nominally 16 ms << n, n from 0 to 9 (table 11-2): what WDTCSR has for each is one less than for the next
 * longer one. WDP3 lies three bits above WDP2:0, so a borrow from it goes through WDCE and WDE, which are not taken
 * from here.
 */
#define WATCHDOG_PERIOD(n) (_BV(WDP3) - 8 + (n))
#define WATCHDOG_16_MS WATCHDOG_PERIOD(0)
#define WATCHDOG_32_MS WATCHDOG_PERIOD(1)
#define WATCHDOG_8_S WATCHDOG_PERIOD(9)

/*
 * Begins a period; at its end the processor is reset. With WDIE there is an interrupt instead, which clears WDIE, and
 * the reset at the end of a second period. The second write must follow the first within four cycles: interrupts are
 * off, and the assembler statement lets nothing come between.
 */
static inline void set_watchdog(uint8_t control)
{
    uint8_t change = _BV(WDCE) | _BV(WDE);
    uint8_t changed = (uint8_t)((control & ~_BV(WDCE)) | _BV(WDE));
    __asm__ volatile("wdr" : "+r"(change), "+r"(changed));
    WDTCSR = change;
    WDTCSR = changed;
}

#endif
