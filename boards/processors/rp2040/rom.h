/*
 * The functions of the boot ROM that reach the flash (RP2040 datasheet, 2.8.3.1.3). Offsets are those in the flash.
 * While one of them works the flash cannot be read.
 */
#ifndef RP2040_ROM_H
#define RP2040_ROM_H

#include <stdint.h>

#define FLASH_SECTOR_BYTES 4096u
#define FLASH_PAGE_BYTES 256u

/* All of a sector's bits to one. */
void rom_erase_sector(uint32_t offset);

/* Zeroes the bits of a page that are zero in `page`. */
void rom_program_page(uint32_t offset, const uint8_t *page);

#endif
