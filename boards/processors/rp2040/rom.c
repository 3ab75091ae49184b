/*
 * The report of the deepest stack knows what the ROM takes of it, and that only functions named rom_ call it: each
 * keeps its name and its frame.
 */
#include "rom.h"

#define ROM_CALLER __attribute__((noinline, noclone))

/* Two letters of a function's name (2.8.3.1.3). */
#define NAME(first, second) ((uint32_t)(first) | (uint32_t)(second) << 8)

extern const uint16_t rom_function_table;

typedef void (*plain_function)(void);
typedef void (*erase_function)(uint32_t offset, uint32_t octets, uint32_t block_octets, uint32_t block_command);
typedef void (*program_function)(uint32_t offset, const uint8_t *data, uint32_t octets);

/* Pairs of a name and an address; every version of the ROM has the functions that are asked for here. */
static uintptr_t find_function(uint32_t name)
{
    const uint16_t *entry = (const uint16_t *)(uintptr_t)rom_function_table;
    while (entry[0] != name)
        entry += 2;
    return entry[1];
}

/* From reading for the bus to taking commands. */
ROM_CALLER static void rom_open_flash(void)
{
    ((plain_function)find_function(NAME('I', 'F')))();
    ((plain_function)find_function(NAME('E', 'X')))();
}

/* And back, forgetting what the cache holds. */
ROM_CALLER static void rom_close_flash(void)
{
    ((plain_function)find_function(NAME('F', 'C')))();
    ((plain_function)find_function(NAME('C', 'X')))();
}

/* Blocks of more than a sector would go faster: one of this size there is not. */
#define NO_BLOCK 0x80000000u

ROM_CALLER void rom_erase_sector(uint32_t offset)
{
    rom_open_flash();
    ((erase_function)find_function(NAME('R', 'E')))(offset, FLASH_SECTOR_BYTES, NO_BLOCK, 0);
    rom_close_flash();
}

ROM_CALLER void rom_program_page(uint32_t offset, const uint8_t *page)
{
    rom_open_flash();
    ((program_function)find_function(NAME('R', 'P')))(offset, page, FLASH_PAGE_BYTES);
    rom_close_flash();
}
