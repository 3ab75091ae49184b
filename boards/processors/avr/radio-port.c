/*
 * The radio: the SPI bus, and the lines RADIO_SELECT and RADIO_RESET, whose pins come from board.json. "SX1276" marks
 * sections of the SX1276/77/78/79 data sheet, Rev. 7.
 */
#include "radio-port.h"

#include <stdbool.h>

#include "hal.h"
#include "pins.h"

/*
 * The reset line is driven to RADIO_RESET_LEVEL or left floating, never driven to the other one: low (SX1276 7.2.2),
 * high of an SX1272 (its data sheet, Rev. 4, 7.2.2). On the way to high and back the pull-up is on, not the other
 * level.
 */
void hal_radio_reset(bool asserted)
{
    if (asserted) {
        if (RADIO_RESET_LEVEL)
            PORT_OF(RADIO_RESET) |= MASK_OF(RADIO_RESET);
        DDR_OF(RADIO_RESET) |= MASK_OF(RADIO_RESET);
    } else {
        DDR_OF(RADIO_RESET) &= (uint8_t)~MASK_OF(RADIO_RESET);
        if (RADIO_RESET_LEVEL)
            PORT_OF(RADIO_RESET) &= (uint8_t)~MASK_OF(RADIO_RESET);
    }
}

void hal_radio_select(bool selected)
{
    if (selected)
        PORT_OF(RADIO_SELECT) &= (uint8_t)~MASK_OF(RADIO_SELECT);
    else
        PORT_OF(RADIO_SELECT) |= MASK_OF(RADIO_SELECT);
}

uint8_t hal_radio_transfer(uint8_t out)
{
    SPDR = out;
    while (!(SPSR & _BV(SPIF)))
        ;
    return SPDR;
}
