/* The console of the boards with an STM32L073RZ: USART2, 8N1. */
#ifndef STM32L073RZ_CONSOLE_PORT_H
#define STM32L073RZ_CONSOLE_PORT_H

/* The board has given the USART its pin. */
void start_console(void);

#endif
