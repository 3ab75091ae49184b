/* The store of the boards with an RP2040, in the last sectors of the flash. */
#ifndef RP2040_FLASH_STORE_H
#define RP2040_FLASH_STORE_H

/* Finds what was last written. */
void open_store(void);

#endif
