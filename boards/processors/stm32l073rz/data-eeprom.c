/*
 * The store: the data EEPROM (RM0367, 3.3.4). An octet is written by erasing and programming the word that it lies in,
 * so a power cut may spoil the other three too: what must survive one does not share an aligned word with what is
 * being written.
 */
#include "hal.h"
#include "registers.h"

uint8_t hal_store_read(uint16_t address) { return DATA_EEPROM[address]; }

/*
 * Erase and program, 3.2 ms each (DS10685, table 58); the processor waits for its next instruction meanwhile. A word
 * that reads as erased is erased, too (FIX): a power cut may have left bits in it that were about to turn.
 */
void hal_store_write(uint16_t address, uint8_t value)
{
    FLASH_REGISTERS->PEKEYR = FLASH_PEKEY1;
    FLASH_REGISTERS->PEKEYR = FLASH_PEKEY2;
    FLASH_REGISTERS->PECR |= FLASH_PECR_FIX;
    DATA_EEPROM[address] = value;
    while (FLASH_REGISTERS->SR & FLASH_SR_BSY)
        ;
    FLASH_REGISTERS->PECR |= FLASH_PECR_PELOCK;
}
