/* The console: UART0, 8N1 (RP2040 datasheet, 4.2). F_CPU and CONSOLE_BAUD come from board.json. */
#include "console-port.h"

#include "hal.h"
#include "registers.h"

/* Sixteenths of the clock by the rate, in 64ths (4.2.3.2.1); at 12 MHz and 115200 Bd it is off by 0.1 %. */
#define CONSOLE_DIVISOR ((4UL * F_CPU + CONSOLE_BAUD / 2UL) / CONSOLE_BAUD)

/* Waits until the character has left: a sleep would take the clock away from the rest of it. */
void hal_console_write(uint8_t character)
{
    UART0->DR = character;
    while (UART0->FR & UART_FR_BUSY)
        ;
}

void start_console(void)
{
    /* The divisor counts when LCR_H is written behind it (4.2.7.1). */
    UART0->IBRD = CONSOLE_DIVISOR >> 6;
    UART0->FBRD = CONSOLE_DIVISOR & 63u;
    UART0->LCR_H = UART_LCR_H_8_BITS;
    UART0->CR = UART_CR_TXE | UART_CR_UARTEN;
}
