/*
 * What brings a program up on the RP2040, after the second stage has put it into the SRAM: the vectors, the variables,
 * and the clocks. Sections are those of the RP2040 datasheet.
 */
#include "start.h"

#include "flash-store.h"
#include "hal.h"
#include "registers.h"
#include "time-base.h"
#include "watchdog.h"

void joinery_main(void);

extern uint32_t bss_begin[], bss_end[], stack_top[];

/* ---- Vectors: 2.3.2, table 80 ---- */

void start(void);

/* An interrupt that nobody handles, or a fault: the program stands until the watchdog resets it. */
void unhandled_vect(void);
void unhandled_vect(void)
{
    for (;;)
        ;
}

#define HANDLER(name) void name(void) __attribute__((weak, alias("unhandled_vect")))
HANDLER(NMI_vect);
HANDLER(HardFault_vect);
HANDLER(SVC_vect);
HANDLER(PendSV_vect);
HANDLER(SysTick_vect);
HANDLER(TIMER_IRQ_0_vect);
HANDLER(TIMER_IRQ_1_vect);
HANDLER(TIMER_IRQ_2_vect);
HANDLER(TIMER_IRQ_3_vect);
HANDLER(PWM_IRQ_WRAP_vect);
HANDLER(USBCTRL_IRQ_vect);
HANDLER(XIP_IRQ_vect);
HANDLER(PIO0_IRQ_0_vect);
HANDLER(PIO0_IRQ_1_vect);
HANDLER(PIO1_IRQ_0_vect);
HANDLER(PIO1_IRQ_1_vect);
HANDLER(DMA_IRQ_0_vect);
HANDLER(DMA_IRQ_1_vect);
HANDLER(IO_IRQ_BANK0_vect);
HANDLER(IO_IRQ_QSPI_vect);
HANDLER(SIO_IRQ_PROC0_vect);
HANDLER(SIO_IRQ_PROC1_vect);
HANDLER(CLOCKS_IRQ_vect);
HANDLER(SPI0_IRQ_vect);
HANDLER(SPI1_IRQ_vect);
HANDLER(UART0_IRQ_vect);
HANDLER(UART1_IRQ_vect);
HANDLER(ADC_IRQ_FIFO_vect);
HANDLER(I2C0_IRQ_vect);
HANDLER(I2C1_IRQ_vect);
HANDLER(RTC_IRQ_vect);

typedef void (*handler)(void);

/* The second stage enters the program through this table, where it begins. */
__attribute__((section(".vectors"), used)) static const struct {
    uint32_t *stack;
    handler exceptions[15];
    handler interrupts[26];
} vectors = {
    .stack = stack_top,
    .exceptions = {start, NMI_vect, HardFault_vect, [10] = SVC_vect, [13] = PendSV_vect, [14] = SysTick_vect},
    .interrupts =
        {
            TIMER_IRQ_0_vect, TIMER_IRQ_1_vect, TIMER_IRQ_2_vect, TIMER_IRQ_3_vect, PWM_IRQ_WRAP_vect,
            USBCTRL_IRQ_vect, XIP_IRQ_vect, PIO0_IRQ_0_vect, PIO0_IRQ_1_vect, PIO1_IRQ_0_vect, PIO1_IRQ_1_vect,
            DMA_IRQ_0_vect, DMA_IRQ_1_vect, IO_IRQ_BANK0_vect, IO_IRQ_QSPI_vect, SIO_IRQ_PROC0_vect,
            SIO_IRQ_PROC1_vect, CLOCKS_IRQ_vect, SPI0_IRQ_vect, SPI1_IRQ_vect, UART0_IRQ_vect, UART1_IRQ_vect,
            ADC_IRQ_FIFO_vect, I2C0_IRQ_vect, I2C1_IRQ_vect, RTC_IRQ_vect,
        },
};

/* ---- Clocks: 2.15, 2.16 ---- */

#define CRYSTAL_HZ 12000000UL
#if F_CPU != CRYSTAL_HZ
#error "The crystal is the clock of the processor."
#endif

/* How long the crystal is waited for, in 256 of its periods (2.16.4): 64 ms, since those of small boards are slow. */
#define CRYSTAL_DELAY (CRYSTAL_HZ / 1000UL * 64UL / 256UL)

/* What the boards use. */
#define SUBSYSTEMS (RESETS_IO_BANK0 | RESETS_PADS_BANK0 | RESETS_SPI1 | RESETS_TIMER | RESETS_UART0)

/*
 * The crystal is the clock of everything: 12 MHz carry the radio's windows, and a PLL would take more current than what
 * it clocks. The system clock follows clk_ref from the reset on (2.15.3.2). The ring oscillator has done its duty.
 */
static void start_clocks(void)
{
    XOSC_STARTUP = CRYSTAL_DELAY;
    XOSC_CTRL = XOSC_CTRL_ENABLE | XOSC_CTRL_1_15MHZ;
    while (!(XOSC_STATUS & XOSC_STATUS_STABLE))
        ;
    CLOCKS_CLK_REF_CTRL = CLK_REF_SRC_XOSC;
    while (!(CLOCKS_CLK_REF_SELECTED & BIT(CLK_REF_SRC_XOSC)))
        ;
    ROSC_CTRL = ROSC_CTRL_DISABLE | ROSC_CTRL_LOW;
    CLOCKS_CLK_PERI_CTRL = CLK_PERI_ENABLE;
    WATCHDOG_TICK = WATCHDOG_TICK_ENABLE | CRYSTAL_HZ / 1000000UL;

    *CLEAR_BITS(&RESETS_RESET) = SUBSYSTEMS;
    while ((RESETS_RESET_DONE & SUBSYSTEMS) != SUBSYSTEMS)
        ;
}

/* ---- Start ---- */

/* Where the program begins. The loop is no call of memset, whose code it would bring. */
__attribute__((noreturn)) void start(void)
{
    for (volatile uint32_t *word = bss_begin; word < bss_end; word++)
        *word = 0;
    start_clocks();
    start_watchdog();
    start_time();
    open_store();
    start_board();
    joinery_main();
    for (;;)
        hal_sleep_until(hal_now() + INT32_MAX);
}
