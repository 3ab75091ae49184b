/* What comes from the console, of images with CONSOLE_COMMANDS (RM0367, chapter 29). */
#include "hal.h"
#include "registers.h"
#include "time-base.h"

#if hal_CONSOLE_INPUT

/* Longer than any command: what one waits for meanwhile does not lose it. */
#define INPUT_OCTETS 64u

static volatile uint8_t input[INPUT_OCTETS];
/* Where the next octet goes, and where the next is taken from. */
static volatile uint32_t input_end;
static volatile uint32_t input_begin;

/* Each octet ends a sleep. One that finds no room is lost, and so is one that an overrun has lost (29.5.3). */
ISR(USART2_vect)
{
    USART2->ICR = USART_ICR_ORECF;
    if (!(USART2->ISR & USART_ISR_RXNE))
        return;
    uint8_t octet = (uint8_t)USART2->RDR;
    uint32_t next = (input_end + 1u) % INPUT_OCTETS;
    if (next != input_begin) {
        input[input_end] = octet;
        input_end = next;
    }
    note_console_input();
}

/* The event is cleared before the last look: what comes behind that sets it anew. */
int16_t hal_console_read(void)
{
    forget_console_input();
    uint32_t begin = input_begin;
    if (begin == input_end)
        return -1;
    uint8_t octet = input[begin];
    input_begin = (begin + 1u) % INPUT_OCTETS;
    return octet;
}

#endif
