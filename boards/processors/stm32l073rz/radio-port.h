/* The radio of the boards with an STM32L073RZ: SPI1, and the lines that board.json names. */
#ifndef STM32L073RZ_RADIO_PORT_H
#define STM32L073RZ_RADIO_PORT_H

/* The board has given SPI1 its pins; the clocks of all ports run, and the time. */
void start_radio_port(void);

#endif
