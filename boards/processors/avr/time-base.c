#include "time-base.h"

#include <avr/interrupt.h>
#include <avr/sleep.h>

#include "hal.h"
#include "watchdog.h"

#if F_CPU != 8000000UL
#error "The time base counts microseconds by dividing 8 MHz by 8."
#endif

volatile uint16_t overflows;
volatile uint16_t edge_count, edge_overflows;
volatile uint8_t edge_flags;

ISR(TIMER1_OVF_vect) { overflows++; }

/* Nothing to do but to end the sleep. */
EMPTY_INTERRUPT(TIMER1_COMPA_vect)

/* The halves are put together in memory order: gcc would shift octet by octet. */
union time {
    struct {
        uint16_t low, high;
    };
    uint32_t whole;
};

/*
 * The time that TCNT1 = `count` and TIFR1 = `flags` stand for, both read in this order with interrupts
 * off. An overflow whose interrupt still waits is counted here, unless it came after `count` was read.
 */
static uint32_t time_of(uint16_t count, uint8_t flags, uint16_t high)
{
    union time time = {{count, high}};
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
#if hal_CONSOLE_INPUT
    uint8_t events = GPIOR0 & (uint8_t)~hal_EVENT_CONSOLE;
    GPIOR0 &= hal_EVENT_CONSOLE;
#else
    uint8_t events = GPIOR0;
    GPIOR0 = 0;
#endif
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

#define IDLE _BV(SE)
#define POWER_DOWN (_BV(SE) | _BV(SM1))

/*
 * Interrupts are off before and after. SEI lets the next instruction, SLEEP, run before any interrupt (section 7.7):
 * one that waits ends the sleep at once. BODS, which an ATmega328P has, switches the brown-out detector off in
 * power-down, where it would take more than all the rest; that holds for three cycles (10.2).
 */
static void sleep_in(uint8_t mode)
{
    SMCR = mode;
#ifdef BODS
    MCUCR = _BV(BODS) | _BV(BODSE);
    MCUCR = _BV(BODS);
#endif
    sei();
    sleep_cpu();
    cli();
    SMCR = 0;
}

/*
 * Idle mode, because Timer1 must go on counting. The compare match is armed before the time is read: a
 * deadline that is still ahead then raises OCF1A, however close it is. Whoever sleeps is alive: this is the
 * one place that feeds the watchdog, once an overflow of Timer1 at least.
 */
void hal_sleep_until(uint32_t deadline)
{
    for (;;) {
        cli();
        set_watchdog(WATCHDOG_8_S);
        OCR1A = (uint16_t)deadline;
        TIFR1 = _BV(OCF1A);
        uint32_t left = deadline - now_masked();
        if (GPIOR0 != 0 || left == 0 || left > INT32_MAX)
            break;
        TIMSK1 = left <= UINT16_MAX ? _BV(TOIE1) | _BV(OCIE1A) : _BV(TOIE1);
        sleep_in(IDLE);
    }
    TIMSK1 = _BV(TOIE1);
    sei();
}

/* ---- Rest: power-down, in which nothing counts but the watchdog's oscillator (sections 10.5 and 11.8) ---- */

/* Serving it has cleared WDIE, and that is all. */
EMPTY_INTERRUPT(WDT_vect)

/* For a period of the watchdog, whatever else interrupts. */
static void sleep_a_period(uint8_t period, uint8_t mode)
{
    set_watchdog(period | _BV(WDIE));
    do
        sleep_in(mode);
    while (WDTCSR & _BV(WDIE));
}

/* Periods that a measurement is good for: the longest take nine minutes. */
#define NAPS 64

/* What an estimate of the period of 8 s is too short by, in ticks of 256 us: 0.7 to 0.9 %. */
#define MARGIN 256u

/*
 * Naps for the longest period of the watchdog that ends before the deadline, and again. Interrupts are off before and
 * after.
 *
 * In the period of 32 ms, in idle, the crystal tells what the watchdog's oscillator is worth now, and the console gets
 * rid of its last octets. So many microseconds are as many ticks of 256 us in the period of 8 s. When a nap is over is
 * known before it begins; whatever Timer1 counts while the crystal starts again, 2 ms, is not asked. With that and the
 * margin for an oscillator that becomes quicker, the time lags, and never runs ahead.
 */
static void rest(uint32_t deadline)
{
    for (;;) {
        uint16_t start = (uint16_t)now_masked();
        sleep_a_period(WATCHDOG_32_MS, IDLE);
        uint16_t ticks = (uint16_t)((uint16_t)now_masked() - start - MARGIN);
        uint8_t period = WATCHDOG_8_S;
        for (uint8_t naps = NAPS; naps != 0; naps--) {
            if (GPIOR0 != 0)
                return;
            uint32_t now = now_masked();
            while (ticks > (__int24)((deadline - now) >> 8)) {
                ticks >>= 1;
                if (--period == WATCHDOG_16_MS)
                    return;
            }
            sleep_a_period(period, POWER_DOWN);
            union time woken = {.whole = now + ((uint32_t)ticks << 8)};
            TCNT1 = woken.low;
            TIFR1 = _BV(TOV1);
            overflows = woken.high;
        }
    }
}

/* In the watchdog's shortest period, in which nothing feeds it. */
void hal_reset(void)
{
    cli();
    set_watchdog(WATCHDOG_16_MS);
    for (;;)
        ;
}

void hal_rest_until(uint32_t deadline)
{
    cli();
    rest(deadline);
    hal_sleep_until(deadline);
}
