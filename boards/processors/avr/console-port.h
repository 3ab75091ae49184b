/*
 * The console of the boards with an AVR, 8N1: USART0 or, of an ATmega32U4, USART1, which differ in nothing but the
 * names. DS40002061B, section 20; Atmel-7766J, section 18.
 */
#ifndef AVR_CONSOLE_PORT_H
#define AVR_CONSOLE_PORT_H

#include <avr/io.h>

#include "hal.h"

#ifdef UDR0
#define CONSOLE_STATUS UCSR0A
#define CONSOLE_READY _BV(UDRE0)
#define CONSOLE_DATA UDR0
#define CONSOLE_CONTROL UCSR0B
#define CONSOLE_TRANSMITTER _BV(TXEN0)
#define CONSOLE_DIVIDER UBRR0
#define CONSOLE_RECEIVER (_BV(RXEN0) | _BV(RXCIE0))
#else
#define CONSOLE_STATUS UCSR1A
#define CONSOLE_READY _BV(UDRE1)
#define CONSOLE_DATA UDR1
#define CONSOLE_CONTROL UCSR1B
#define CONSOLE_TRANSMITTER _BV(TXEN1)
#define CONSOLE_DIVIDER UBRR1
#define CONSOLE_RECEIVER (_BV(RXEN1) | _BV(RXCIE1))
#endif

/* To the nearest divisor; at 8 MHz and 38400 Bd it is off by 0.2 % (table 20-6). The board has set TXD high. */
static inline void start_console(void)
{
    CONSOLE_DIVIDER = (F_CPU + 8UL * CONSOLE_BAUD) / (16UL * CONSOLE_BAUD) - 1UL;
#if hal_CONSOLE_INPUT
    CONSOLE_CONTROL = CONSOLE_TRANSMITTER | CONSOLE_RECEIVER;
#else
    CONSOLE_CONTROL = CONSOLE_TRANSMITTER;
#endif
}

#endif
