/*
 * The pins of the radio that board.json names. Of "radioSelect": "PB2" there are RADIO_SELECT_PORT, B, and
 * RADIO_SELECT_BIT, 2.
 */
#ifndef AVR_PINS_H
#define AVR_PINS_H

#include <avr/io.h>

#define JOIN_(left, right) left##right
#define JOIN(left, right) JOIN_(left, right)

/* The registers of a pin's port, and its mask in them: PORT_OF(RADIO_SELECT) is PORTB. */
#define PORT_OF(name) JOIN(PORT, name##_PORT)
#define DDR_OF(name) JOIN(DDR, name##_PORT)
#define PIN_OF(name) JOIN(PIN, name##_PORT)
#define MASK_OF(name) _BV(name##_BIT)

/* For #if: whether a pin is the one that the rest of a macro's name says, INT0_AT_ defined as INT0_AT_D2. */
#define IS_AT(prefix, name) JOIN(prefix, JOIN(name##_PORT, name##_BIT))

#endif
