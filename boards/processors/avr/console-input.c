/* What comes from the console, of images with CONSOLE_COMMANDS. DS40002061B, 20.7.3; Atmel-7766J, 18.7.3. */
#include <avr/interrupt.h>

#include "console-port.h"
#include "hal.h"

#if hal_CONSOLE_INPUT

/* Longer than any command: what one waits for meanwhile does not lose it. */
#define INPUT_OCTETS 64u

static volatile uint8_t input[INPUT_OCTETS];
/* Where the next octet goes, and where the next is taken from. */
static volatile uint8_t input_end;
static volatile uint8_t input_begin;

/* Each octet ends a sleep. One that finds no room is lost. */
#ifdef UDR0
ISR(USART_RX_vect)
#else
ISR(USART1_RX_vect)
#endif
{
    uint8_t octet = CONSOLE_DATA;
    uint8_t end = input_end;
    uint8_t next = (uint8_t)((end + 1u) % INPUT_OCTETS);
    if (next != input_begin) {
        input[end] = octet;
        input_end = next;
    }
    GPIOR0 |= hal_EVENT_CONSOLE;
}

/* The event is cleared before the last look: what comes behind that sets it anew. */
int16_t hal_console_read(void)
{
    GPIOR0 &= (uint8_t)~hal_EVENT_CONSOLE;
    uint8_t begin = input_begin;
    if (begin == input_end)
        return -1;
    uint8_t octet = input[begin];
    input_begin = (uint8_t)((begin + 1u) % INPUT_OCTETS);
    return octet;
}

#endif
