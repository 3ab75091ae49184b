/*
 * What brings a program up on the STM32L073RZ: the vectors, the memory that C counts on, and the clocks. Chapters are
 * those of RM0367.
 */
#include "start.h"

#include "hal.h"
#include "registers.h"
#include "watchdog.h"

void joinery_main(void);

extern uint32_t data_begin[], data_end[], data_source[], bss_begin[], bss_end[], stack_top[];

/* ---- Vectors: chapter 12, table 55 ---- */

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
HANDLER(WWDG_vect);
HANDLER(PVD_vect);
HANDLER(RTC_vect);
HANDLER(FLASH_vect);
HANDLER(RCC_CRS_vect);
HANDLER(EXTI0_1_vect);
HANDLER(EXTI2_3_vect);
HANDLER(EXTI4_15_vect);
HANDLER(TSC_vect);
HANDLER(DMA1_Channel1_vect);
HANDLER(DMA1_Channel2_3_vect);
HANDLER(DMA1_Channel4_7_vect);
HANDLER(ADC_COMP_vect);
HANDLER(LPTIM1_vect);
HANDLER(USART4_USART5_vect);
HANDLER(TIM2_vect);
HANDLER(TIM3_vect);
HANDLER(TIM6_DAC_vect);
HANDLER(TIM7_vect);
HANDLER(TIM21_vect);
HANDLER(I2C3_vect);
HANDLER(TIM22_vect);
HANDLER(I2C1_vect);
HANDLER(I2C2_vect);
HANDLER(SPI1_vect);
HANDLER(SPI2_vect);
HANDLER(USART1_vect);
HANDLER(USART2_vect);
HANDLER(AES_RNG_LPUART1_vect);
HANDLER(LCD_vect);
HANDLER(USB_vect);

typedef void (*handler)(void);

__attribute__((section(".vectors"), used)) static const struct {
    uint32_t *stack;
    handler exceptions[15];
    handler interrupts[32];
} vectors = {
    .stack = stack_top,
    .exceptions = {start, NMI_vect, HardFault_vect, [10] = SVC_vect, [13] = PendSV_vect, [14] = SysTick_vect},
    .interrupts =
        {
            WWDG_vect, PVD_vect, RTC_vect, FLASH_vect, RCC_CRS_vect, EXTI0_1_vect, EXTI2_3_vect,
            EXTI4_15_vect, TSC_vect, DMA1_Channel1_vect, DMA1_Channel2_3_vect, DMA1_Channel4_7_vect,
            ADC_COMP_vect, LPTIM1_vect, USART4_USART5_vect, TIM2_vect, TIM3_vect, TIM6_DAC_vect,
            TIM7_vect, unhandled_vect, TIM21_vect, I2C3_vect, TIM22_vect, I2C1_vect, I2C2_vect,
            SPI1_vect, SPI2_vect, USART1_vect, USART2_vect, AES_RNG_LPUART1_vect, LCD_vect, USB_vect,
        },
};

/* ---- Clocks: chapter 7 ---- */

/* The crystal takes up to 2 s, asleep. With interrupts off one that is pending still ends WFI, and no handler runs. */
static void wait_for_lse(void)
{
    __asm__ volatile("cpsid i" : : : "memory");
    RCC->CIER = RCC_CIER_LSERDYIE;
    NVIC_ISER = BIT(IRQ_RCC_CRS);
    while (!(RCC->CSR & RCC_CSR_LSERDY))
        __asm__ volatile("wfi" : : : "memory");
    RCC->CIER = 0;
    RCC->CICR = RCC_CICR_LSERDYC;
    NVIC_ICER = BIT(IRQ_RCC_CRS);
    NVIC_ICPR = BIT(IRQ_RCC_CRS);
    __asm__ volatile("cpsie i" : : : "memory");
}

/*
 * HSI16 is the clock of everything but the time: 16 MHz run at the reset value of the core voltage, range 2, with a
 * wait state (3.3.3, 6.1.4). It is also what the processor wakes up with. The crystal of 32.768 kHz is the time.
 */
static void start_clocks(void)
{
    FLASH_REGISTERS->ACR = FLASH_ACR_LATENCY | FLASH_ACR_PRFTEN;
    while (!(FLASH_REGISTERS->ACR & FLASH_ACR_LATENCY))
        ;
    RCC->CR |= RCC_CR_HSI16ON;
    while (!(RCC->CR & RCC_CR_HSI16RDYF))
        ;
    RCC->CFGR = RCC_CFGR_STOPWUCK | RCC_CFGR_SW_HSI16;
    while ((RCC->CFGR & RCC_CFGR_SWS_MASK) != RCC_CFGR_SWS_HSI16)
        ;
    RCC->CR &= ~RCC_CR_MSION;

    /* The bits of the LSE can be written when the RTC domain is unlocked (6.1.2). */
    RCC->APB1ENR |= RCC_APB1ENR_PWREN;
    PWR->CR |= PWR_CR_DBP;
    RCC->CSR |= RCC_CSR_LSEON;
    wait_for_lse();
}

/* ---- Start ---- */

/*
 * Where the processor begins after a reset. The loops are no calls of memcpy and memset, whose code they would bring.
 */
__attribute__((noreturn)) void start(void)
{
    const uint32_t *source = data_source;
    for (volatile uint32_t *word = data_begin; word < data_end; word++)
        *word = *source++;
    for (volatile uint32_t *word = bss_begin; word < bss_end; word++)
        *word = 0;
    start_clocks();
    start_watchdog();
    start_board();
    joinery_main();
    for (;;)
        hal_sleep_until(hal_now() + INT32_MAX);
}
