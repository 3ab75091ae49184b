/* The radio of the boards with an RP2040: SPI1, and the lines that board.json names. */
#ifndef RP2040_RADIO_PORT_H
#define RP2040_RADIO_PORT_H

/* The board has given SPI1 its pins; its clock runs, and the time. */
void start_radio_port(void);

#endif
