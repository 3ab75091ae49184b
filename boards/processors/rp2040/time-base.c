/*
 * Time and sleep: TIMER counts the microseconds of the crystal (RP2040 datasheet, 4.6). In SLEEP all clocks stand but
 * those of TIMER, the watchdog and the pins (2.11.2, 2.15.3.5).
 */
#include "time-base.h"

#include <stdbool.h>

#include "hal.h"
#include "registers.h"
#include "watchdog.h"

#define SLEEP_ALARM 0

/* Half of what the watchdog allows. */
#define LONGEST_SLEEP_US 4000000UL

static volatile uint8_t pending_events;
static volatile uint32_t event_time;

static inline uint32_t interrupts_off(void)
{
    uint32_t before;
    __asm__ volatile("mrs %0, primask\n\tcpsid i" : "=r"(before) : : "memory");
    return before;
}

static inline void interrupts_restore(uint32_t before)
{
    __asm__ volatile("msr primask, %0" : : "r"(before) : "memory");
}

static inline void interrupts_on(void) { __asm__ volatile("cpsie i" : : : "memory"); }

uint32_t hal_now(void) { return TIMER->TIMERAWL; }

/* It has ended a sleep, and that is all. */
ISR(TIMER_IRQ_0_vect) { TIMER->INTR = BIT(SLEEP_ALARM); }

/* ---- Radio events ---- */

void note_radio_events(uint8_t events)
{
    event_time = hal_now();
    pending_events |= events;
}

uint8_t hal_radio_events(void)
{
    uint32_t before = interrupts_off();
    uint8_t events = pending_events;
    pending_events = 0;
    interrupts_restore(before);
    return events;
}

uint32_t hal_radio_event_time(void) { return event_time; }

/* ---- Sleep ---- */

/*
 * An alarm fires when the counter is equal to it. One that the counter may have passed while it was being written is
 * not waited for.
 */
static inline bool set_alarm(uint32_t at)
{
    TIMER->ALARM[SLEEP_ALARM] = at;
    return (int32_t)(at - hal_now()) > 0;
}

/*
 * Whoever sleeps is alive: this is the one place that feeds the watchdog. Interrupts are off, so that none comes
 * between the last look at the events and WFI: one that is pending ends WFI all the same, and its handler runs behind.
 */
void hal_sleep_until(uint32_t deadline)
{
    for (;;) {
        (void)interrupts_off();
        feed_watchdog();
        uint32_t now = hal_now();
        uint32_t left = deadline - now;
        if (pending_events != 0 || left == 0 || left > INT32_MAX)
            break;
        if (set_alarm(left < LONGEST_SLEEP_US ? deadline : now + LONGEST_SLEEP_US))
            __asm__ volatile("dsb\n\twfi" : : : "memory");
        interrupts_on();
    }
    interrupts_on();
}

/* The time goes on in that sleep already. */
void hal_rest_until(uint32_t deadline) { hal_sleep_until(deadline); }

void hal_reset(void)
{
    for (;;)
        expire_watchdog();
}

/* ---- Start ---- */

/* The other processor sleeps since the boot ROM has put it there (2.8.2), deeply as this one must. */
void start_time(void)
{
    CLOCKS_SLEEP_EN0 = SLEEP_EN0_SYS_IO;
    CLOCKS_SLEEP_EN1 = SLEEP_EN1_SYS_TIMER | SLEEP_EN1_SYS_WATCHDOG;
    SCB_SCR = SCB_SCR_SLEEPDEEP;
    TIMER->INTE = BIT(SLEEP_ALARM);
    NVIC_ISER = BIT(IRQ_TIMER_0);
}
