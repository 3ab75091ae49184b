#include "time-base.h"

#include <avr/interrupt.h>
#include <avr/sleep.h>

#include "hal.h"

#if F_CPU != 8000000UL
#error "The time base counts microseconds by dividing 8 MHz by 8."
#endif

volatile uint16_t overflows;
volatile uint16_t edge_count, edge_overflows;
volatile uint8_t edge_flags;

ISR(TIMER1_OVF_vect) { overflows++; }

/* Nothing to do but to end the sleep. */
EMPTY_INTERRUPT(TIMER1_COMPA_vect)

/*
 * The time that TCNT1 = `count` and TIFR1 = `flags` stand for, both read in this order with interrupts
 * off. An overflow whose interrupt still waits is counted here, unless it came after `count` was read.
 */
static uint32_t time_of(uint16_t count, uint8_t flags, uint16_t high)
{
    /* The halves are put together in memory order: gcc would shift octet by octet. */
    union {
        struct {
            uint16_t low, high;
        };
        uint32_t whole;
    } time = {{count, high}};
    if ((flags & _BV(TOV1)) && count < 0x8000u)
        time.high++;
    return time.whole;
}

/* Interrupts are off. */
static uint32_t now_masked(void)
{
    uint16_t count = TCNT1;
    return time_of(count, TIFR1, overflows);
}

uint32_t hal_now(void)
{
    uint8_t status = SREG;
    cli();
    uint32_t now = now_masked();
    SREG = status;
    return now;
}

uint8_t hal_radio_events(void)
{
    uint8_t status = SREG;
    cli();
    uint8_t events = GPIOR0;
    GPIOR0 = 0;
    SREG = status;
    return events;
}

uint32_t hal_radio_event_time(void)
{
    uint8_t status = SREG;
    cli();
    uint32_t time = time_of(edge_count, edge_flags, edge_overflows);
    SREG = status;
    return time;
}

/* ---- Sleep (section 10) ---- */

/*
 * Idle mode, because Timer1 must go on counting. The compare match is armed before the time is read: a
 * deadline that is still ahead then raises OCF1A, however close it is. Interrupts stay off from the
 * last look at the events to SEI, whose next instruction, SLEEP, runs before any interrupt (section
 * 7.7): an edge in between ends the sleep at once.
 */
void hal_sleep_until(uint32_t deadline)
{
    for (;;) {
        cli();
        OCR1A = (uint16_t)deadline;
        TIFR1 = _BV(OCF1A);
        uint32_t left = deadline - now_masked();
        if (GPIOR0 != 0 || left == 0 || left > INT32_MAX)
            break;
        TIMSK1 = left <= UINT16_MAX ? _BV(TOIE1) | _BV(OCIE1A) : _BV(TOIE1);
        SMCR = _BV(SE); /* SM2:0 = 000: idle */
        sei();
        sleep_cpu();
        SMCR = 0;
    }
    TIMSK1 = _BV(TOIE1);
    sei();
}
