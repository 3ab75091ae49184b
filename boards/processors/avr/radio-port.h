/* The SPI bus to the radio. */
#ifndef AVR_RADIO_PORT_H
#define AVR_RADIO_PORT_H

#include <avr/io.h>

/*
 * Mode 0, the most significant bit first, F_CPU / 2 = 4 MHz (DS40002061B, section 19; SX1276 2.5.6: at most 10 MHz).
 * The board has set up the pins: SS as an output, which keeps the SPI a master (19.3.2).
 */
static inline void start_radio_port(void)
{
    SPSR = _BV(SPI2X);
    SPCR = _BV(SPE) | _BV(MSTR);
}

#endif
