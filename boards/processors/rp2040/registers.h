/*
 * The registers of the RP2040 that the boards use. Sections are those of the RP2040 datasheet.
 */
#ifndef RP2040_REGISTERS_H
#define RP2040_REGISTERS_H

#include <stdint.h>

#define BIT(number) (1UL << (number))

typedef volatile uint32_t reg32;

/* Most registers can also be written at two other addresses, which set and clear bits (2.1.2). */
#define SET_BITS(address) ((reg32 *)((uintptr_t)(address) + 0x2000UL))
#define CLEAR_BITS(address) ((reg32 *)((uintptr_t)(address) + 0x3000UL))

/* ---- The flash, read past the cache: 2.6.3 ---- */

#define FLASH_UNCACHED ((const volatile uint8_t *)0x13000000UL)

/* ---- Power-on state machine: 2.13.5 ---- */

#define PSM_WDSEL (*(reg32 *)0x40010008UL)
#define PSM_WDSEL_ALL 0x1ffffUL

/* ---- Resets of the subsystems: 2.14.3 ---- */

#define RESETS_RESET (*(reg32 *)0x4000c000UL)
#define RESETS_RESET_DONE (*(reg32 *)0x4000c008UL)
#define RESETS_IO_BANK0 BIT(5)
#define RESETS_PADS_BANK0 BIT(8)
#define RESETS_SPI1 BIT(17)
#define RESETS_TIMER BIT(21)
#define RESETS_UART0 BIT(22)

/* ---- Clocks: 2.15.7 ---- */

#define CLOCKS_CLK_REF_CTRL (*(reg32 *)0x40008030UL)
#define CLOCKS_CLK_REF_SELECTED (*(reg32 *)0x40008038UL)
#define CLOCKS_CLK_PERI_CTRL (*(reg32 *)0x40008048UL)
#define CLOCKS_SLEEP_EN0 (*(reg32 *)0x400080a8UL)
#define CLOCKS_SLEEP_EN1 (*(reg32 *)0x400080acUL)
#define CLK_REF_SRC_XOSC 2UL
#define CLK_PERI_ENABLE BIT(11)
#define SLEEP_EN0_SYS_IO BIT(8)
#define SLEEP_EN1_SYS_TIMER BIT(5)
#define SLEEP_EN1_SYS_WATCHDOG BIT(12)

/* ---- Crystal oscillator: 2.16.7 ---- */

#define XOSC_CTRL (*(reg32 *)0x40024000UL)
#define XOSC_STATUS (*(reg32 *)0x40024004UL)
#define XOSC_STARTUP (*(reg32 *)0x4002400cUL)
#define XOSC_CTRL_1_15MHZ 0xaa0UL
#define XOSC_CTRL_ENABLE (0xfabUL << 12)
#define XOSC_STATUS_STABLE BIT(31)

/* ---- Ring oscillator: 2.17.8 ---- */

#define ROSC_CTRL (*(reg32 *)0x40060000UL)
#define ROSC_CTRL_LOW 0xfa4UL
#define ROSC_CTRL_DISABLE (0xd1eUL << 12)

/* ---- Functions of the pins: 2.19.6.1; pads: 2.19.6.3 ---- */

#define IO_BANK0 ((struct io_bank0_registers *)0x40014000UL)
struct io_bank0_registers {
    struct {
        reg32 STATUS;
        reg32 CTRL;
    } GPIO[30];
    reg32 INTR[4];
    reg32 PROC0_INTE[4];
};
/* Four bits of a pin in INTR and PROC0_INTE, eight pins a register; this is the third. */
#define EDGE_HIGH BIT(3)

#define PADS_BANK0_GPIO(number) (*(reg32 *)(0x4001c004UL + 4UL * (number)))
#define PADS_SCHMITT BIT(1)
#define PADS_PULL_UP BIT(3)
#define PADS_DRIVE_4MA BIT(4)
#define PADS_INPUT_ENABLE BIT(6)

/* ---- Single-cycle I/O: 2.3.1.7 ---- */

#define SIO_GPIO_IN (*(reg32 *)0xd0000004UL)
#define SIO_GPIO_OUT_SET (*(reg32 *)0xd0000014UL)
#define SIO_GPIO_OUT_CLR (*(reg32 *)0xd0000018UL)
#define SIO_GPIO_OE_SET (*(reg32 *)0xd0000024UL)
#define SIO_GPIO_OE_CLR (*(reg32 *)0xd0000028UL)

/* ---- UART: 4.2.8 ---- */

#define UART0 ((struct uart_registers *)0x40034000UL)
struct uart_registers {
    reg32 DR;
    reg32 RSR;
    reg32 reserved[4];
    reg32 FR;
    reg32 reserved2;
    reg32 ILPR;
    reg32 IBRD;
    reg32 FBRD;
    reg32 LCR_H;
    reg32 CR;
};
#define UART_FR_BUSY BIT(3)
#define UART_LCR_H_8_BITS (BIT(6) | BIT(5))
#define UART_CR_UARTEN BIT(0)
#define UART_CR_TXE BIT(8)

/* ---- SPI: 4.4.4 ---- */

#define SPI1 ((struct spi_registers *)0x40040000UL)
struct spi_registers {
    reg32 CR0;
    reg32 CR1;
    reg32 DR;
    reg32 SR;
    reg32 CPSR;
};
#define SPI_CR0_8_BITS 7UL
#define SPI_CR1_SSE BIT(1)
#define SPI_SR_RNE BIT(2)

/* ---- Timer: 4.6.5 ---- */

#define TIMER ((struct timer_registers *)0x40054000UL)
struct timer_registers {
    reg32 TIMEHW;
    reg32 TIMELW;
    reg32 TIMEHR;
    reg32 TIMELR;
    reg32 ALARM[4];
    reg32 ARMED;
    reg32 TIMERAWH;
    reg32 TIMERAWL;
    reg32 DBGPAUSE;
    reg32 PAUSE;
    reg32 INTR;
    reg32 INTE;
};

/* ---- Watchdog: 4.7.6 ---- */

#define WATCHDOG_CTRL (*(reg32 *)0x40058000UL)
#define WATCHDOG_LOAD (*(reg32 *)0x40058004UL)
#define WATCHDOG_TICK (*(reg32 *)0x4005802cUL)
#define WATCHDOG_CTRL_ENABLE BIT(30)
#define WATCHDOG_CTRL_TRIGGER BIT(31)
#define WATCHDOG_LOAD_MOST 0xffffffUL
#define WATCHDOG_TICK_ENABLE BIT(9)

/* ---- The processor: 2.4.8; its interrupts: 2.3.2 ---- */

#define NVIC_ISER (*(reg32 *)0xe000e100UL)
#define SCB_SCR (*(reg32 *)0xe000ed10UL)
#define SCB_SCR_SLEEPDEEP BIT(2)

#define IRQ_TIMER_0 0
#define IRQ_IO_BANK0 13

/* A handler: start.c has its name in the vector table. */
#define ISR(vector) void vector(void); void vector(void)

#endif
