/* The console of the boards with an RP2040: UART0, 8N1. */
#ifndef RP2040_CONSOLE_PORT_H
#define RP2040_CONSOLE_PORT_H

/* The board has given the UART its pin; its clock runs. */
void start_console(void);

#endif
