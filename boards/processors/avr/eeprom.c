/* The store of the boards with an AVR: its EEPROM. DS40002061B, section 8.4. */
#include <avr/interrupt.h>
#include <avr/io.h>

#include "hal.h"

static void wait_store(void)
{
    while (EECR & _BV(EEPE))
        ;
}

uint8_t hal_store_read(uint16_t address)
{
    wait_store();
    EEAR = address;
    EECR |= _BV(EERE);
    return EEDR;
}

/* Erase and write in one operation, 3.4 ms; EEPE must follow EEMPE within four cycles. */
void hal_store_write(uint16_t address, uint8_t value)
{
    wait_store();
    EEAR = address;
    EEDR = value;
    uint8_t status = SREG;
    cli();
    EECR |= _BV(EEMPE);
    EECR |= _BV(EEPE);
    SREG = status;
    wait_store();
}
