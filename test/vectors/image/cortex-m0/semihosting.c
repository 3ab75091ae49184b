/*
 * A Cortex-M0 with nothing but memory, under a debugger or an emulator: the store lies in the RAM, the console and the
 * end of the program are Arm's semihosting (Semihosting for AArch32 and AArch64, 2.0). It never sleeps: a program that
 * would has nothing more to say.
 */
#include "hal.h"

#include <stdint.h>

void joinery_main(void);
void start(void);

extern uint32_t data_begin[], data_end[], data_source[], bss_begin[], bss_end[], stack_top[];

/* Nothing interrupts; a fault finds no handler, and locks the core up. */
__attribute__((section(".vectors"), used)) static const struct {
    uint32_t *stack;
    void (*exceptions[15])(void);
} vectors = {stack_top, {start}};

/* 6.20 and 6.6 */
#define SYS_WRITEC 0x03
#define SYS_EXIT 0x18
#define APPLICATION_EXIT 0x20026

static void semihosting(uint32_t operation, uintptr_t parameter)
{
    register uint32_t r0 __asm__("r0") = operation;
    register uintptr_t r1 __asm__("r1") = parameter;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
}

uint32_t hal_now(void)
{
    return 0;
}

void hal_sleep_until(uint32_t deadline)
{
    (void)deadline;
    semihosting(SYS_EXIT, APPLICATION_EXIT);
}

uint8_t hal_store_read(uint16_t address)
{
    return ((const volatile uint8_t *)STORE_ADDRESS)[address];
}

void hal_console_write(uint8_t character)
{
    semihosting(SYS_WRITEC, (uintptr_t)&character);
}

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
    joinery_main();
    for (;;)
        hal_sleep_until(0);
}
