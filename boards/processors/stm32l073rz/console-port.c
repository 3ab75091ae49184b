/* The console: USART2, 8N1 (RM0367, chapter 29). F_CPU and CONSOLE_BAUD come from board.json. */
#include "console-port.h"

#include "hal.h"
#include "registers.h"
#include "time-base.h"

/* The nearest divisor (29.5.4); at 16 MHz and 115200 Bd it is off by 0.1 %. */
#define CONSOLE_DIVISOR ((F_CPU + CONSOLE_BAUD / 2UL) / CONSOLE_BAUD)

/* Waits until the character has left: a sleep would take the clock away from the rest of it. */
void hal_console_write(uint8_t character)
{
    USART2->TDR = character;
    while (!(USART2->ISR & USART_ISR_TC))
        ;
}

void start_console(void)
{
    RCC->APB1ENR |= RCC_APB1ENR_USART2EN;
    USART2->BRR = CONSOLE_DIVISOR;
#if hal_CONSOLE_INPUT
    USART2->CR1 = USART_CR1_TE | USART_CR1_RE | USART_CR1_RXNEIE | USART_CR1_UE;
    NVIC_ISER = BIT(IRQ_USART2);
#else
    USART2->CR1 = USART_CR1_TE | USART_CR1_UE;
#endif
}
