/*
 * Time and sleep: LPTIM1 counts the 32768 Hz of the crystal, in Stop mode too (RM0367, chapters 24 and 6.3).
 *
 * A lap of its 16 bits takes 2 s, and a tick 30.5 us: that is how fine the time is. How often it has gone round is
 * counted by whoever reads it, and somebody does twice a lap: it interrupts at a lap's end, and where its compare
 * register says, which is never there. So nothing depends on which side of the lap's end that interrupt comes.
 */
#include "time-base.h"

#include <stdbool.h>

#include "hal.h"
#include "registers.h"

#define LAP_US 2000000UL
#define LAST_COUNT 0xffffUL
/* Where the compare register stands when no deadline comes within a lap. */
#define HALF_LAP 0x8000UL

/*
 * A new compare value reaches the counter some ticks after it was written (24.4.11). A deadline closer than that is
 * waited for.
 */
#define NEAR_US 250UL

/* The interrupts that are on. No other flag is ever cleared: that might leave the interrupt standing (ES0292, 2.6). */
#define INTERRUPTS (LPTIM_CMPM | LPTIM_ARRM | LPTIM_CMPOK)

/* The time when the count was last 0, and the count that was last read. */
static uint32_t lap_start;
static uint32_t latest_count;

/* What the compare register is to hold, and whether that is still on its way. */
static uint32_t compare;
static volatile bool is_compare_moving;

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

/* The counter has a clock of its own: what is read twice alike is right (24.7.8). */
static uint32_t read_count(void)
{
    uint32_t count = LPTIM1->CNT;
    for (;;) {
        uint32_t again = LPTIM1->CNT;
        if (again == count)
            return count;
        count = again;
    }
}

/* Microseconds of a lap up to a count: a tick has 15625 / 512 of them. */
static inline uint32_t us_of(uint32_t count) { return count * 15625UL >> 9; }

/* The first count that is not before so many microseconds of a lap. */
static inline uint32_t count_of(uint32_t us) { return (us * 512UL + 15624UL) / 15625UL; }

/* Interrupts are off. */
static uint32_t now_masked(void)
{
    uint32_t count = read_count();
    if (count < latest_count)
        lap_start += LAP_US;
    latest_count = count;
    return lap_start + us_of(count);
}

ISR(LPTIM1_vect)
{
    uint32_t flags = LPTIM1->ISR & INTERRUPTS;
    LPTIM1->ICR = flags;
    if (flags & LPTIM_CMPOK)
        is_compare_moving = false;
    (void)now_masked();
}

uint32_t hal_now(void)
{
    uint32_t before = interrupts_off();
    uint32_t now = now_masked();
    interrupts_restore(before);
    return now;
}

/* ---- Radio events ---- */

void note_radio_events(uint8_t events)
{
    event_time = now_masked();
    pending_events |= events;
}

uint8_t hal_radio_events(void)
{
    uint32_t before = interrupts_off();
#if hal_CONSOLE_INPUT
    uint8_t events = pending_events & (uint8_t)~hal_EVENT_CONSOLE;
    pending_events &= hal_EVENT_CONSOLE;
#else
    uint8_t events = pending_events;
    pending_events = 0;
#endif
    interrupts_restore(before);
    return events;
}

#if hal_CONSOLE_INPUT

void note_console_input(void) { pending_events |= hal_EVENT_CONSOLE; }

void forget_console_input(void)
{
    uint32_t before = interrupts_off();
    pending_events &= (uint8_t)~hal_EVENT_CONSOLE;
    interrupts_restore(before);
}

#endif

uint32_t hal_radio_event_time(void) { return event_time; }

/* ---- Sleep ---- */

/*
 * The register takes a value only after the one before has arrived (24.7.6): its arrival interrupts, and ends a sleep.
 */
static void move_compare(uint32_t count)
{
    if (is_compare_moving || count == compare)
        return;
    compare = count;
    is_compare_moving = true;
    LPTIM1->CMP = count;
}

/* Where the compare register must stand, so that a sleep ends `left` microseconds from now, or once a lap. */
static uint32_t compare_for(uint32_t deadline, uint32_t left)
{
    if (left >= LAP_US)
        return HALF_LAP;
    uint32_t into_lap = deadline - lap_start;
    uint32_t count = count_of(into_lap < LAP_US ? into_lap : into_lap - LAP_US);
    /* The ends of a lap are the other interrupt's. */
    if (count == 0)
        return 1;
    return count < LAST_COUNT ? count : LAST_COUNT - 1;
}

/*
 * In Stop mode only the crystal and LPTIM1 run; any interrupt ends it, and then HSI16 is the clock (6.3.9). It begins
 * with interrupts off, so that none comes between the last look at the events and WFI: one that is pending ends WFI
 * all the same, and its handler runs behind. The USART hears nothing in Stop mode: where the console is read it is Sleep
 * mode, in which all clocks go on.
 */
static void stop(void)
{
#if !hal_CONSOLE_INPUT
    SCB_SCR = SCB_SCR_SLEEPDEEP;
#endif
    __asm__ volatile("dsb\n\twfi" : : : "memory");
    SCB_SCR = 0;
}

/* Whoever sleeps is alive: this is the one place that feeds the watchdog, at least once in 2 s. */
void hal_sleep_until(uint32_t deadline)
{
    for (;;) {
        (void)interrupts_off();
        IWDG->KR = IWDG_KR_RELOAD;
        uint32_t left = deadline - now_masked();
        if (pending_events != 0 || left == 0 || left > INT32_MAX)
            break;
        if (left > NEAR_US) {
            move_compare(compare_for(deadline, left));
            stop();
        }
        interrupts_on();
    }
    interrupts_on();
}

/* The time goes on in that sleep already. */
void hal_rest_until(uint32_t deadline) { hal_sleep_until(deadline); }

void hal_reset(void)
{
    for (;;)
        SCB_AIRCR = SCB_AIRCR_KEY | SCB_AIRCR_SYSRESETREQ;
}

/* ---- Start ---- */

void start_time(void)
{
    RCC->CCIPR |= RCC_CCIPR_LPTIM1SEL_LSE;
    RCC->APB1ENR |= RCC_APB1ENR_LPTIM1EN;

    /* Stop mode with the regulator in low power and the voltage reference off; quick to wake up (6.4.1). */
    PWR->CR = (PWR->CR & ~(PWR_CR_DBP | PWR_CR_PDDS)) | PWR_CR_LPSDSR | PWR_CR_ULP | PWR_CR_FWU | PWR_CR_CWUF;

    EXTI->IMR |= BIT(EXTI_LINE_LPTIM1);
    NVIC_ISER = BIT(IRQ_LPTIM1);

    /* Which interrupts are on is written before the timer is, its limits after (24.7.3, 24.7.7). */
    LPTIM1->IER = INTERRUPTS;
    LPTIM1->CR = LPTIM_CR_ENABLE;
    LPTIM1->ARR = LAST_COUNT;
    while (!(LPTIM1->ISR & LPTIM_ARROK))
        ;
    move_compare(HALF_LAP);
    LPTIM1->CR = LPTIM_CR_ENABLE | LPTIM_CR_CNTSTRT;
}
